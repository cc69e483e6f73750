package recognise

import (
	"path"
	"slices"
	"strings"
)

// templateEndings are what the files of template engines end in, after the name of what
// is made of them.
var templateEndings = [...]string{
	".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".erb", ".template", ".mustache", ".hbs", ".envsubst", ".in", ".ytt",
}

// made is the name of what a template is made into; the name itself for anything else.
func made(name string) string {
	if ext := path.Ext(name); slices.Contains(templateEndings[:], strings.ToLower(ext)) {
		return strings.TrimSuffix(name, ext)
	}
	return name
}

func templateName(name string) bool { return made(name) != name }

// isStructured reports whether a name is that of YAML or JSON, or of a template of it.
func isStructured(name string) bool {
	switch strings.ToLower(path.Ext(made(name))) {
	case ".yml", ".yaml", ".json":
		return true
	}
	return false
}

// naming is how clearly a name says that the file is Compose.
type naming int

const (
	unnamed naming = iota
	// named: the word compose stands in the name.
	named
	// foreign: another tool's file with the word in its name.
	foreign
)

// others are files of other tools that are called compose.
var others = [...]string{"serverless-compose", "rancher-compose"}

// composeName judges a name.
func composeName(name string) naming {
	base := strings.ToLower(path.Base(made(name)))
	at := strings.Index(base, "compose")
	switch {
	case at < 0 || !isStructured(name):
		return unnamed
	case slices.ContainsFunc(others[:], func(o string) bool { return strings.HasPrefix(base, o) }):
		return foreign
	}
	before := base[:at]
	for _, program := range [...]string{"docker", "podman"} {
		before = strings.TrimSuffix(before, program)
	}
	if endsInLetter(before) || startsWithLetter(base[at+len("compose"):]) {
		return unnamed
	}
	return named
}

func endsInLetter(s string) bool { return s != "" && isLetter(s[len(s)-1]) }

func startsWithLetter(s string) bool { return s != "" && isLetter(s[0]) }

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// IsComposeName reports whether a name says by itself that the file is Compose, so that
// it matters when it cannot be read.
func IsComposeName(name string) bool { return composeName(name) == named }
