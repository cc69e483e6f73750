package configfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// maxDepth is how deep JSON may nest: its parser recurses.
const maxDepth = 64

// ParseJSONC reads JSON that may have comments and trailing commas, as .NET and editors
// do. Places are those of the text as written. Errors are *source.Error.
func ParseJSONC(name string, data []byte) (*source.Doc, error) {
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	if !utf8.Valid(data) {
		return nil, &source.Error{Location: finding.Top(name), Message: "file is not UTF-8 text; save it as UTF-8"}
	}
	if source.JSONDepth(data) > maxDepth {
		return nil, &source.Error{Location: finding.Top(name), Message: fmt.Sprintf("JSON is nested deeper than %d levels", maxDepth), Rule: gap.TooLarge}
	}
	plain, err := hujson.Standardize(append([]byte{}, data...))
	if err != nil {
		return nil, &source.Error{Location: finding.Top(name), Message: "not readable as JSON: " + strings.TrimPrefix(err.Error(), "hujson: ")}
	}
	docs, err := source.Parse(name, blank(data, plain))
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 || docs[0].Root == nil {
		return nil, &source.Error{Location: finding.Top(name), Message: fmt.Sprintf("holds %d JSON values instead of one", len(docs))}
	}
	return docs[0], nil
}

// blank is the text with one space for every character that standard JSON has not, so
// that columns, which count characters, stay the same.
func blank(data, plain []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		_, w := utf8.DecodeRune(data[i:])
		if data[i] == plain[i] {
			out = append(out, data[i:i+w]...)
		} else {
			out = append(out, ' ')
		}
		i += w
	}
	return out
}

func runes(s string) int { return utf8.RuneCountInString(s) }
