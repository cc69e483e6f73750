package compose

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// machine marks messages that speak of the loader's insides.
var machine = regexp.MustCompile(strings.Join([]string{
	`\n`, `json:`, `yaml:`, `map\[`, `\[\]string`, `interface`, `types\.`, `\bstruct\b`, `\b(?:float|u?int)(?:32|64)\b`,
	`reflect`, `strconv`, `%!`, `(?i:unmarshal)`, `decoding`, `\bcast\b`, `(?:invalid|unexpected|expected) type`,
	`nil pointer`, `runtime error`, `panic`, `must be a null`, `\x{F8F0}|\x{F8F1}|\\uf8f`,
}, "|"))

// preamble is how the loader begins to speak of a value with variables.
var preamble = regexp.MustCompile(`^error while interpolating .*?: `)

// bySchema marks messages of the schema, which names any one of several mistakes.
var bySchema = regexp.MustCompile(`must be |missing propert|additional propert|false schema`)

// unknownKey reports whether the loader refuses a key rather than its value.
func unknownKey(err error) bool {
	msg := err.Error()
	return strings.Contains(msg, "additional propert") || strings.Contains(msg, "false schema")
}

// plainWords says why a key or, without one, an item does not load. The key of an item
// is a name, so what is unknown is within.
func (s *Set) plainWords(key string, item bool, err error) string {
	what := "this item"
	if key != "" {
		what = fmt.Sprintf("%q", clip(key))
	}
	msg := preamble.ReplaceAllString(s.Relative(unmask(err.Error())), "")
	switch {
	case unknownKey(err) && item:
		return what + " holds a key that Compose does not know here; correct or remove it"
	case unknownKey(err):
		return what + " is not a key that Compose knows here; correct or remove it"
	case strings.HasPrefix(msg, "invalid interpolation format"):
		return what + ` holds a $ that begins no variable; correct it, or write $$ for a dollar sign`
	case strings.HasPrefix(msg, "Circular reference"):
		return what + " leads back to itself; break the circle"
	case machine.MatchString(msg):
		return what + " has a value of a kind that Compose does not accept here; see the Compose specification"
	}
	return what + " is not accepted by Compose: " + clip(msg)
}

// misnamed says that a service, network or the like cannot be called so.
func misnamed(name string) string {
	return fmt.Sprintf("%q is not a name that Compose accepts here; use letters, digits, dots, hyphens and underscores", clip(name))
}

// least is the key and the value of the least item of a section that loads, if any are
// needed; the section may be one of which that is not known.
func least(section string) (key, value string, known bool) {
	switch section {
	case "services":
		return "image", "a", true
	case "models":
		return "model", "a", true
	case "secrets", "configs":
		return "external", "true", true
	case "networks", "volumes":
		return "", "", true
	}
	return "", "", false
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
