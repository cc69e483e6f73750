package service

import (
	"path"
	"regexp"

	"github.com/stella-ops/assure/internal/plan"
)

// unset are the variables for which the engine has no value and so reads nothing. One
// that the file requires has a value, or nothing starts.
type unset map[string]bool

var placeholder = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// sessionNames are variables that every session has; their values are not known here.
var sessionNames = [...]string{"HOME", "HOMEDRIVE", "HOMEPATH", "LOGNAME", "PWD", "USER", "USERPROFILE", "XDG_RUNTIME_DIR"}

func unsetOf(list []plan.Variable) unset {
	out := unset{}
	for _, v := range list {
		out[v.Name] = out[v.Name] || !v.Set
	}
	for _, v := range list {
		if v.Required {
			delete(out, v.Name)
		}
	}
	for _, name := range sessionNames {
		delete(out, name)
	}
	return out
}

// inForce is a text of the model as the engine reads it.
func (s scope) inForce(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(ref string) string {
		switch name := ref[2 : len(ref)-1]; {
		case s.unset[name]:
			return ""
		case name == "PWD":
			return path.Join(s.plan.Root, s.dir())
		}
		return ref
	})
}
