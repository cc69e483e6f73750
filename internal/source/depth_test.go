package source_test

import (
	"encoding/json/jsontext"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source"
)

func TestDepth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		"":                             {0, 0},
		`[{"a": [1]}, []]`:             {3, 3},
		`["]", ["]", ["]"]]]`:          {3, 3},
		`{"a": "[[[", "b": "\"[[["}`:   {1, 1},
		"[ // [[[ ' \n [] /* [[ */ ]":  {2, 6},
		"a = [ # [[[ \" \n []]":        {5, 2},
		`a = [ ']', '\', ["]"]]`:       {1, 2},
		`a = ["""x"""", ["""""], [1]]`: {1, 2},
		"a = [\"\"\"x\"\"\"\", [\n'''\n]''', [\"\\\"]\"]]]": {1, 3},
		"[\"]\\\\\", [\"]\n, [":                             {3, 3},
		"]]][":                                              {1, 1},
		strings.Repeat("[", 5<<20):                          {5 << 20, 5 << 20},
		strings.Repeat(`["]",`, 1000):                       {1000, 1000},
		strings.Repeat("{a=", 1000):                         {1000, 1000},
		"/* " + strings.Repeat("[", 9):                      {0, 9},
	} {
		if got := [2]int{source.JSONDepth([]byte(text)), source.TOMLDepth([]byte(text))}; got != want {
			t.Errorf("%.40q: got %v, want %v", text, got, want)
		}
	}
}

// FuzzJSONDepth compares the depth with that of a JSON parser, up to where it gives up.
func FuzzJSONDepth(f *testing.F) {
	for _, s := range []string{`[{"a": [1]}, []]`, `["]", ["]", ["]"]]]`, `{"a": "\"[[["}`, `["\\", ["\u005d"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		deep, d := 0, jsontext.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.ReadToken(); err != nil {
				if got := source.JSONDepth([]byte(text)); got < deep || errors.Is(err, io.EOF) && got > deep {
					t.Errorf("got %d, want %d", got, deep)
				}
				return
			}
			deep = max(deep, d.StackDepth())
		}
	})
}
