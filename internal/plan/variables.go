package plan

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// reference is one ${…} or $NAME in a text, after the Compose specification's
// "Interpolation" section.
type reference struct {
	name string
	// op is "", "-", ":-", "?", ":?", "+" or ":+"; word is the text after it.
	op, word string
}

// segment is a stretch of text as written and what it means, or a reference.
type segment struct {
	raw, text string
	ref       *reference
}

// segments splits a text at its references. A brace after a dollar sign must begin one;
// any other lone dollar sign stays, as it does for Compose.
func segments(s string) (out []segment, err error) {
	for s != "" {
		i := strings.IndexByte(s, '$')
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			out = append(out, segment{raw: s[:i], text: s[:i]})
			s = s[i:]
			continue
		}
		seg, err := dollar(s)
		if err != nil {
			return nil, err
		}
		out = append(out, seg)
		s = s[len(seg.raw):]
	}
	return out, nil
}

// dollar reads the segment that begins with a dollar sign.
func dollar(s string) (segment, error) {
	if strings.HasPrefix(s, "$$") {
		return segment{raw: "$$", text: "$"}, nil
	}
	if ref, n := parseReference(s[1:]); ref != nil {
		return segment{raw: s[:1+n], ref: ref}, nil
	}
	if strings.HasPrefix(s, "${") {
		return segment{}, &template.InvalidTemplateError{Template: s}
	}
	return segment{raw: "$", text: "$"}, nil
}

// parseReference reads what follows a dollar sign and returns its length in bytes.
func parseReference(s string) (*reference, int) {
	if !strings.HasPrefix(s, "{") {
		n := nameLength(s)
		if n == 0 {
			return nil, 0
		}
		return &reference{name: s[:n]}, n
	}
	end := closing(s)
	n := nameLength(s[1:])
	if end < 0 || n == 0 {
		return nil, 0
	}
	ref := &reference{name: s[1 : 1+n]}
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

// lookup finds the value of a variable.
type lookup = template.Mapping

// expand replaces references by values and defaults. One without either keeps a
// placeholder, ${NAME}, so that real files load without anybody's environment.
func expand(s string, value lookup) (string, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	segs, err := segments(s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, seg := range segs {
		text := seg.text
		if seg.ref != nil {
			if text, err = seg.ref.resolve(value); err != nil {
				return "", err
			}
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (r *reference) resolve(value lookup) (string, error) {
	v, set := value(r.name)
	if strings.HasPrefix(r.op, ":") {
		set = set && v != ""
	}
	switch strings.TrimPrefix(r.op, ":") {
	case "-":
		if !set {
			return expand(r.word, value)
		}
	case "+":
		if !set {
			return "", nil
		}
		return expand(r.word, value)
	}
	if !set && r.op == "" || !set && strings.HasSuffix(r.op, "?") {
		return "${" + r.name + "}", nil
	}
	return v, nil
}

// variables lists the references of a text, those inside defaults included.
func variables(s string, path []any, value lookup) (out []Variable) {
	segs, err := segments(s)
	if err != nil {
		return nil
	}
	for _, seg := range segs {
		if seg.ref == nil {
			continue
		}
		_, set := value(seg.ref.name)
		v := Variable{Name: seg.ref.name, Required: strings.HasSuffix(seg.ref.op, "?"), Set: set, Path: path}
		if strings.HasSuffix(seg.ref.op, "-") {
			v.Default = &seg.ref.word
		}
		out = append(out, v)
		out = append(out, variables(seg.ref.word, path, value)...)
	}
	return out
}

// placeholders are the variables that an expanded text still holds.
func placeholders(s string) (names []string) {
	segs, err := segments(s)
	if err != nil {
		return nil
	}
	for _, seg := range segs {
		if seg.ref != nil && !slices.Contains(names, seg.ref.name) {
			names = append(names, seg.ref.name)
		}
	}
	return names
}
