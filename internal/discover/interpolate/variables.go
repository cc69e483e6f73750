// Package interpolate replaces the variables of a text as Compose does.
package interpolate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// Reference is one ${…} or $NAME in a text, after the Compose specification's
// "Interpolation" section.
type Reference struct {
	name string
	// op is "", "-", ":-", "?", ":?", "+" or ":+"; word is the text after it.
	op, word string
}

// Segment is a stretch of text as written and what it means, or a reference.
type Segment struct {
	Raw, Text string
	Ref       *Reference
}

// Segments splits a text at its references. A brace after a dollar sign must begin one;
// any other lone dollar sign stays, as it does for Compose.
func Segments(s string) (out []Segment, err error) {
	for s != "" {
		i := strings.IndexByte(s, '$')
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			out = append(out, Segment{Raw: s[:i], Text: s[:i]})
			s = s[i:]
			continue
		}
		seg, err := dollar(s)
		if err != nil {
			return nil, err
		}
		out = append(out, seg)
		s = s[len(seg.Raw):]
	}
	return out, nil
}

// dollar reads the segment that begins with a dollar sign.
func dollar(s string) (Segment, error) {
	if strings.HasPrefix(s, "$$") {
		return Segment{Raw: "$$", Text: "$"}, nil
	}
	if ref, n := parseReference(s[1:]); ref != nil {
		return Segment{Raw: s[:1+n], Ref: ref}, nil
	}
	if strings.HasPrefix(s, "${") {
		return Segment{}, &template.InvalidTemplateError{Template: s}
	}
	return Segment{Raw: "$", Text: "$"}, nil
}

// parseReference reads what follows a dollar sign and returns its length in bytes.
func parseReference(s string) (*Reference, int) {
	if !strings.HasPrefix(s, "{") {
		n := nameLength(s)
		if n == 0 {
			return nil, 0
		}
		return &Reference{name: s[:n]}, n
	}
	end := closing(s)
	n := nameLength(s[1:])
	if end < 0 || n == 0 {
		return nil, 0
	}
	ref := &Reference{name: s[1 : 1+n]}
	rest := s[1+n : end]
	if rest == "" {
		return ref, end + 1
	}
	for _, op := range []string{":-", ":?", ":+", "-", "?", "+"} {
		if word, ok := strings.CutPrefix(rest, op); ok && !strings.Contains(word, "\n") {
			ref.op, ref.word = op, word
			return ref, end + 1
		}
	}
	return nil, 0
}

func nameLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if s[i] == '_' || c >= 'a' && c <= 'z' || i > 0 && s[i] >= '0' && s[i] <= '9' {
			continue
		}
		return i
	}
	return len(s)
}

// closing is the index of the brace that closes the one s begins with.
func closing(s string) int {
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// Lookup finds the value of a variable.
type Lookup = template.Mapping

// Expand replaces references by values and defaults. One without either keeps a
// placeholder, ${NAME}, so that real files load without anybody's environment.
func Expand(s string, value Lookup) (string, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	if source.TooManyBraces(s) {
		return "", fmt.Errorf("references to variables nest deeper than %d levels", source.MaxBraces)
	}
	segs, err := Segments(s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, seg := range segs {
		text := seg.Text
		if seg.Ref != nil {
			if text, err = seg.Ref.resolve(value); err != nil {
				return "", err
			}
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (r *Reference) resolve(value Lookup) (string, error) {
	v, set := value(r.name)
	if strings.HasPrefix(r.op, ":") {
		set = set && v != ""
	}
	switch strings.TrimPrefix(r.op, ":") {
	case "-":
		if !set {
			return Expand(r.word, value)
		}
	case "+":
		if !set {
			return "", nil
		}
		return Expand(r.word, value)
	}
	if !set && r.op == "" || !set && strings.HasSuffix(r.op, "?") {
		return "${" + r.name + "}", nil
	}
	return v, nil
}

// Variables lists the references of a text, those inside defaults included.
func Variables(s string, path []any, value Lookup) (out []plan.Variable) {
	segs, err := Segments(s)
	if err != nil {
		return nil
	}
	for _, seg := range segs {
		if seg.Ref == nil {
			continue
		}
		_, set := value(seg.Ref.name)
		v := plan.Variable{Name: seg.Ref.name, Required: strings.HasSuffix(seg.Ref.op, "?"), Set: set, Path: path}
		if strings.HasSuffix(seg.Ref.op, "-") {
			v.Default = &seg.Ref.word
		}
		out = append(out, v)
		out = append(out, Variables(seg.Ref.word, path, value)...)
	}
	return out
}

// Placeholders are the variables that an expanded text still holds.
func Placeholders(s string) (names []string) {
	segs, err := Segments(s)
	if err != nil {
		return nil
	}
	for _, seg := range segs {
		if seg.Ref != nil && !slices.Contains(names, seg.Ref.name) {
			names = append(names, seg.Ref.name)
		}
	}
	return names
}
