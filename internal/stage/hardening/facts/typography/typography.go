// Package typography finds identifiers with characters that a word processor put there.
package typography

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Typo is an identifier with characters that a word processor put there: it looks right
// and means something else to every program.
type Typo struct {
	Text string `json:"text"`
	// Plain is the text in ASCII.
	Plain string `json:"plain"`
	// Key is true when it is a key.
	Key  bool  `json:"key"`
	Path []any `json:"path"`
}

// Bounds on what one document reports, and on how deep it is searched.
const (
	maxFound     = 50
	maxTypoDepth = 32
)

var (
	// joined is a typographic hyphen inside a word; no prose needs one in a setting.
	joined = regexp.MustCompile(`[A-Za-z0-9][\x{2010}\x{2011}\x{2012}\x{2013}][A-Za-z0-9]`)
	// fancy are all characters that are replaced.
	fancy = regexp.MustCompile(`[\x{2010}-\x{2014}\x{2018}\x{2019}\x{201c}\x{201d}]`)
	plain = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-",
		"\u2018", "'", "\u2019", "'", "\u201c", `"`, "\u201d", `"`)
)

// Find lists the identifiers of a document that are not plain ASCII.
func Find(v any, base []any) []Typo {
	out := []Typo{}
	walk(v, base, &out)
	return out
}

func walk(v any, at []any, out *[]Typo) {
	if len(*out) >= maxFound || len(at) > maxTypoDepth {
		return
	}
	switch x := v.(type) {
	case string:
		if isTypo(x) {
			*out = append(*out, Typo{x, plain.Replace(x), false, at})
		}
	case map[string]any:
		for _, k := range value.Keys(x) {
			if isTypo(k) {
				*out = append(*out, Typo{k, plain.Replace(k), true, value.Under(at, k)})
			}
			walk(x[k], value.Under(at, k), out)
		}
	case []any:
		for i, item := range x {
			walk(item, value.Under(at, i), out)
		}
	}
}

// isTypo reports whether a text is an identifier with typographic characters: one word, or
// words of which one has a typographic hyphen inside. Prose may have them.
func isTypo(s string) bool {
	if !strings.ContainsAny(s, " \t\n") {
		return fancy.MatchString(s) && strings.ContainsFunc(s, isASCIIWord)
	}
	return !strings.Contains(s, ". ") && joined.MatchString(s)
}

func isASCIIWord(r rune) bool {
	return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}
