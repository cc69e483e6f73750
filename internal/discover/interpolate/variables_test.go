package interpolate

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/template"
)

// templates are texts on which our interpolation must agree with compose-go's.
var templates = []string{
	"", "a", "$A", "${A}", "$$", "$$A", "${A}${B}", "$A-$B", "${N}", "${A:-x}", "${N:-x}", "${N-x}", "${E:-x}", "${E-x}",
	"${A:+x}", "${N:+x}", "${E+x}", "${E:+x}", "${N:-${A}}", "${N:-${N:-y}}z", "${A:?m}", "${A?m}", "${N:-a:b}", "${N:-}", "$1", "${", "${}", "$", "a$",
	"${A", "${1}", "${A!}", "${N:-{x}}", "${N:-a}b}", "$_", "${A:-x}${N:-y}", "${N:-$$x}", "${N--x}", "${a}",
}

func oracle(s string) (string, error) {
	return template.SubstituteWithOptions(s, known, template.WithoutLogging)
}

func known(name string) (string, bool) {
	v, ok := map[string]string{"A": "one", "B": "t$wo", "E": "", "x": "ex", "N_": "-"}[name]
	return v, ok
}

func agree(t *testing.T, s string) {
	t.Helper()
	got, err := Expand(s, known)
	if err == nil && strings.Contains(got, "${") {
		return // a placeholder of ours, or a text that looks like one
	}
	want, wantErr := oracle(s)
	if (err == nil) != (wantErr == nil) || err == nil && got != want {
		t.Errorf("%q: got %q %v, want %q %v", s, got, err, want, wantErr)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, s := range templates {
		agree(t, s)
	}
	for s, want := range map[string]string{"a${N}b": "a${N}b", "$N": "${N}", "${N:?must}": "${N}", "${E:?must}": "${E}", "${N:-$M}": "${M}"} {
		if got, err := Expand(s, known); got != want || err != nil {
			t.Errorf("%q: got %q %v, want %q", s, got, err, want)
		}
	}
}

func FuzzExpand(f *testing.F) {
	for _, s := range templates {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\n{") && strings.Count(s, "{") > 1 {
			t.Skip() // compose-go's expression is greedy there; we pair braces
		}
		agree(t, s)
	})
}

// TestExpandDeep refuses what would take time with the square of its length.
func TestExpandDeep(t *testing.T) {
	t.Parallel()
	none := func(string) (string, bool) { return "", false }
	for n, ok := range map[int]bool{1: true, 64: true, 65: false, 100_000: false} {
		got, err := Expand(strings.Repeat("${A:-", n)+"x"+strings.Repeat("}", n), none)
		if ok != (err == nil && got == "x") {
			t.Errorf("%d: %q, %v", n, got, err)
		}
	}
	if _, err := Expand(strings.Repeat("${A:-{}", 1000)+strings.Repeat("}", 1000), none); err == nil {
		t.Error("braces hide the nesting")
	}
}
