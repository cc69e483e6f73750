package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// text is a word without its quotes; what the shell would expand stays as written.
func (r *reader) text(w *syntax.Word) string {
	var b strings.Builder
	parts(&b, w.Parts)
	return r.show.Replace(b.String())
}

func parts(b *strings.Builder, all []syntax.WordPart) {
	for _, p := range all {
		switch n := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(n.Value))
		case *syntax.SglQuoted:
			b.WriteString(n.Value)
		case *syntax.DblQuoted:
			parts(b, n.Parts)
		default:
			_ = syntax.NewPrinter().Print(b, p) // a strings.Builder does not fail
		}
	}
}

// unescape drops the backslashes that quote single characters.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
