package compose

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// machine marks messages that speak of the loader's insides.
var machine = regexp.MustCompile(`json:|map\[|interface|yaml:|\bstruct\b|reflect|%!|unmarshal|decoding|types\.|nil pointer|\x{F8F0}|\x{F8F1}|\\uf8f`)

// unknownKey reports whether the loader refuses a key rather than its value.
func unknownKey(err error) bool {
	msg := err.Error()
	return strings.Contains(msg, "additional propert") || strings.Contains(msg, "false schema")
}

// plainWords says why a key or, without one, an item does not load.
func (s *Set) plainWords(key string, err error) string {
	what := "this item"
	if key != "" {
		what = fmt.Sprintf("%q", clip(key))
	}
	msg := s.Relative(unmask(err.Error()))
	switch {
	case unknownKey(err):
		return what + " is not a key that Compose knows here; correct or remove it"
	case machine.MatchString(msg):
		return what + " has a value of a kind that Compose does not accept here; see the Compose specification"
	}
	return what + " is not accepted by Compose: " + clip(msg)
}

// clip bounds a text of the repository in a message.
func clip(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Relative takes the machine's directory out of a message, and says what a schema means.
func (s *Set) Relative(msg string) string {
	msg = strings.ReplaceAll(msg, " false schema", " is not a key that Compose knows here; correct or remove it")
	msg = strings.ReplaceAll(msg, s.tree.Dir()+string(filepath.Separator), "")
	return strings.ReplaceAll(msg, s.tree.Dir(), ".")
}
