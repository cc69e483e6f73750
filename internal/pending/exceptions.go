package pending

import (
	"reflect"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Exceptions lists the differences between the exceptions of two versions of the same
// files, each where it stands.
func Exceptions(base, head []config.Exception) (all []finding.Change) {
	left := map[string][]config.Exception{}
	for _, e := range base {
		left[inFile(e)] = append(left[inFile(e)], e)
	}
	for _, e := range head {
		id := inFile(e)
		if len(left[id]) == 0 {
			all = append(all, accepting("adds", loosens, e))
			continue
		}
		was := left[id][0]
		left[id] = left[id][1:]
		if !was.Expires.Equal(e.Expires) {
			d := later(reflect.ValueOf(was.Expires), reflect.ValueOf(e.Expires))[0]
			all = append(all, finding.Change{Setting: quotedText(label(e)), Text: "expires " + d.text, Effect: d.effect, Location: e.Location})
		}
	}
	for _, e := range base {
		if id := inFile(e); slices.ContainsFunc(left[id], func(x config.Exception) bool { return x == e }) {
			left[id] = left[id][1:]
			e.Location = finding.Top(e.Location.URI) // its line is of the base
			all = append(all, accepting("drops", tightens, e))
		}
	}
	return all
}

func accepting(verb string, effect finding.Effect, e config.Exception) finding.Change {
	return finding.Change{Setting: "exceptions", Text: verb + " " + quotedText(label(e)), Effect: effect, Location: e.Location}
}

// label says what an exception accepts.
func label(e config.Exception) string {
	return strings.TrimSpace(identityOf(e) + " " + strings.Join(strings.Fields(e.Packages), " "))
}

func inFile(e config.Exception) string { return e.Location.URI + "\x00" + label(e) }
