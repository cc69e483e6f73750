package policy

import (
	"errors"
	"fmt"
	"strings"
)

// Unknown is a subject that a rule applies to but could not decide about.
type Unknown struct {
	Rule    string
	Subject string
	// Reason says what could not be seen, empty when the rule gives none.
	Reason string
	// Path leads to what could not be decided, nil when the rule gives none.
	Path []any
}

// decided reads the two sets of subjects: how many the rule decided about, and those
// that it could not. A subject in both sets is undecided.
func (r *rule) decided(answer map[string]any) (int, []Unknown, error) {
	doubts, _ := answer["unknown"].([]any)
	var unknown []Unknown
	open := map[string]bool{}
	for _, raw := range doubts {
		u, subject, err := readUnknown(raw)
		if err != nil {
			return 0, nil, err
		}
		if key := subjectKey(subject); !open[key] {
			open[key], u.Rule = true, r.ID
			unknown = append(unknown, u)
		}
	}
	n := 0
	subjects, _ := answer["subjects"].([]any)
	for _, s := range subjects {
		if !open[subjectKey(s)] {
			n++
		}
	}
	return n, unknown, nil
}

// readUnknown reads a subject alone, or one with the reason and the place.
func readUnknown(raw any) (Unknown, any, error) {
	m, ok := raw.(map[string]any)
	if !ok {
		return Unknown{Subject: subjectText(raw)}, raw, nil
	}
	subject, ok := m["subject"]
	if !ok || subject == nil {
		return Unknown{}, nil, errors.New("unknown has no subject")
	}
	u := Unknown{Subject: subjectText(subject)}
	f := object(m)
	delete(f.left, "subject")
	take(f, "reason", &u.Reason)
	take(f, "path", &u.Path)
	if err := f.done("unknown"); err != nil {
		return Unknown{}, nil, err
	}
	return u, subject, cleanPath(u.Path)
}

// subjectKey tells subjects apart; fmt prints mappings in the order of their keys.
func subjectKey(v any) string { return fmt.Sprintf("%T %v", v, v) }

// subjectText is a subject for people: a path is joined by dots.
func subjectText(v any) string {
	steps, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	words := make([]string, len(steps))
	for i, s := range steps {
		words[i] = fmt.Sprint(s)
	}
	return strings.Join(words, ".")
}
