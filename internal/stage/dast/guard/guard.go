// Package guard decides whether a Compose project may be started next to the
// container engine. Whoever talks to the engine is root on its machine, so the answer
// is no unless every key of the resolved project is known to be harmless.
package guard

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Caps on what a stack under test may ask for.
const (
	maxServices = 64
	maxReplicas = 4
	maxPorts    = 64
)

// Options steer a check.
type Options struct {
	// Root is the absolute path of the repository. Nothing outside of it may be read,
	// sent to a build or mounted.
	Root string
	// Allow lists switches of refusals that the trusted configuration accepts.
	Allow []string
	// Strict ignores Allow: the project comes from someone who may not decide.
	Strict bool
}

// Refusal is one key of the project that keeps it from being started.
type Refusal struct {
	// Service that asks for it, empty for volumes, networks, configs and secrets.
	Service string
	// Key is the dotted Compose key, for example build.network.
	Key string
	// Path leads to the key in the Compose model.
	Path []any
	// Message says what the key does, and Remedy how to fix it.
	Message, Remedy string
	// Switch is the word for dast.allow-unsafe that accepts it.
	Switch string
}

// Check returns a refusal for every key of the resolved project that reaches beyond
// its own containers, in the order of their paths. It reads no content of a file.
func Check(p *types.Project, o Options) []Refusal {
	x := &exam{o: o, tables: tables()}
	root, err := filepath.EvalSymlinks(o.Root)
	if err != nil || !filepath.IsAbs(root) || root == string(filepath.Separator) {
		x.deny(spot{}, fmt.Sprintf("the repository %q is not a directory below the root of the file system", o.Root))
		return x.refusals
	}
	x.root, x.base = root, p.WorkingDir
	if len(p.Services) > maxServices {
		x.deny(spot{}.key("services"), fmt.Sprintf("there are %d services; the dynamic test starts at most %d", len(p.Services), maxServices))
	}
	x.walk(spot{}, *p)
	x.overlaps()
	slices.SortStableFunc(x.refusals, func(a, b Refusal) int {
		return strings.Compare(fmt.Sprint(a.Path...), fmt.Sprint(b.Path...))
	})
	return x.refusals
}

// exam is one run of the guard.
type exam struct {
	o        Options
	root     string
	base     string // directory that relative paths start from
	tables   registry
	binds    []bind
	refusals []Refusal
}

// spot is a place in the Compose model.
type spot struct{ path []any }

func (s spot) key(k any) spot { return spot{append(slices.Clip(s.path), k)} }

// owner splits the place into the service, if any, and the dotted key below it.
func (s spot) owner() (service, key, word string) {
	var words []string
	for _, p := range s.path {
		if w, ok := p.(string); ok {
			words = append(words, w)
		}
	}
	if len(words) > 1 && words[0] == "services" {
		return words[1], strings.Join(words[2:], "."), strings.Join(words[1:], ".")
	}
	return "", strings.Join(words, "."), strings.Join(words, ".")
}

// deny records a refusal, unless the trusted configuration accepts it.
func (x *exam) deny(at spot, why string) {
	service, key, word := at.owner()
	if !x.o.Strict && word != "" && slices.Contains(x.o.Allow, word) {
		return
	}
	if n := len(x.refusals); n > 0 && fmt.Sprint(x.refusals[n-1].Path...) == fmt.Sprint(at.path...) {
		return // one reason for a key is enough
	}
	subject := "the Compose project"
	switch {
	case service != "":
		subject = fmt.Sprintf("service %s: %s", service, key)
	case key != "":
		subject = key
	}
	remedy := "Change it in an override file for tests (dast.compose)"
	if word != "" && !x.o.Strict {
		remedy += fmt.Sprintf(", or accept it with %q under dast.allow-unsafe", word)
	}
	x.refusals = append(x.refusals, Refusal{
		Service: service, Key: key, Path: at.path, Message: fmt.Sprintf("%s: %s", subject, why), Remedy: remedy + ".", Switch: word,
	})
}

// Subject names what was refused, without positions in lists.
func (r Refusal) Subject() string {
	return cmp.Or(strings.Join(strings.Fields(r.Service+" "+r.Key), " "), "the Compose project")
}

// Text is the refusal with its remedy, as one sentence.
func (r Refusal) Text() string {
	return r.Message + "; " + strings.ToLower(r.Remedy[:1]) + strings.TrimSuffix(r.Remedy[1:], ".")
}
