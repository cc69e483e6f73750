package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// Document loads the set twice, with values and with its references kept; once where
// there are none.
func (s *Set) Document(ctx context.Context) (plan.Document, *Locator, error) {
	files, err := s.contents()
	if err != nil {
		return plan.Document{}, nil, err
	}
	model, err := s.model(ctx, files, s.effective())
	if err != nil {
		return plan.Document{}, nil, s.steady(ctx, files, err)
	}
	raw := model
	if len(s.env.Values) > 0 || s.refers() {
		if raw, err = s.model(ctx, files, s.unresolved()); err != nil {
			return plan.Document{}, nil, s.steady(ctx, files, err)
		}
		raw = unmaskAll(raw).(map[string]any)
	}
	l := &Locator{Set: s, model: model}
	doc := plan.Document{
		Kind: plan.Compose, Name: s.Files[0], Files: s.Order, Model: model, Raw: raw, Locator: l,
		Variables: s.variables(raw, nil),
	}
	return doc, l, nil
}

// model loads, validates and normalizes.
func (s *Set) model(ctx context.Context, files []types.ConfigFile, m mode) (map[string]any, error) {
	loaded, err := s.load(ctx, files, m)
	if err != nil {
		return nil, err
	}
	model, err := plain(loaded)
	if err != nil {
		return nil, err
	}
	if err := structure(model); err != nil {
		return nil, err
	}
	if err := validate(model); err != nil && !excused(err, model) {
		return nil, err
	}
	normalize(model)
	return model, nil
}

// structure refuses sections that rules would take for empty.
func structure(model map[string]any) error {
	for _, section := range [...]string{"services", "jobs", "networks", "volumes", "secrets", "configs"} {
		entries, ok := model[section].(map[string]any)
		if !ok && model[section] != nil {
			return fmt.Errorf("%s must be a mapping", section)
		}
		for _, name := range decoded.Keys(entries) {
			_, ok := entries[name].(map[string]any)
			if !ok && (entries[name] != nil || section == "services" || section == "jobs") {
				return fmt.Errorf("%s.%s must be a mapping", section, name)
			}
		}
	}
	return nil
}

// excused tells an error that a placeholder may have caused: it cannot have the format
// of a duration or a number.
func excused(err error, model map[string]any) bool {
	path := errorPath(err)
	return path != nil && templated(decoded.At(model, path))
}

// templated tells whether any value still holds a reference.
func templated(v any) bool {
	switch x := v.(type) {
	case string:
		return strings.Contains(x, "${") || strings.Contains(x, maskOpen)
	case map[string]any:
		for _, e := range x {
			if templated(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, templated)
	}
	return false
}

func (s *Set) variables(v any, path []any) (out []plan.Variable) {
	switch x := v.(type) {
	case string:
		at := slices.Clone(path)
		return interpolate.Variables(x, at, s.Lookup)
	case map[string]any:
		for _, k := range decoded.Keys(x) {
			out = append(out, s.variables(x[k], decoded.Join(path, k))...)
		}
	case []any:
		for i, e := range x {
			out = append(out, s.variables(e, decoded.Join(path, i))...)
		}
	}
	return out
}

// steadyTries is how often a failing load is repeated; compose-go walks maps in random
// order and returns whichever mistake it meets first.
const (
	steadyTries    = 8
	steadyServices = 200
)

// steady turns an error that differs from run to run into one that does not: it loads
// each service by itself and takes the first error in alphabetical order.
func (s *Set) steady(ctx context.Context, files []types.ConfigFile, first error) error {
	var errs []error
	for _, part := range s.parts(files) {
		for range steadyTries {
			if _, err := s.model(ctx, part.files, s.effective()); err != nil {
				errs = append(errs, &partError{part.service, err})
			} else {
				break
			}
		}
	}
	if len(errs) == 0 {
		return first
	}
	return slices.MinFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
}

// part is a variant of the set's files with one service, or none.
type part struct {
	service string
	files   []types.ConfigFile
}

// partError is an error of one service.
type partError struct {
	service string
	err     error
}

// Error names the service where the loader's message does not.
func (e *partError) Error() string {
	if e.service == "" || errorPath(e.err) != nil {
		return e.err.Error()
	}
	return "services." + e.service + ": " + e.err.Error()
}

// Unwrap returns the loader's error.
func (e *partError) Unwrap() error { return e.err }

// parts are variants of the set's files that hold one service each, and one without any.
func (s *Set) parts(files []types.ConfigFile) (out []part) {
	names := []string{""}
	for _, l := range s.layers {
		if l.main {
			_, services := source.Child(l.doc.Root, "services")
			names = append(names, source.Keys(services)...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > steadyServices {
		return nil
	}
	for _, name := range names {
		if kept := s.only(files, name); kept != nil {
			out = append(out, part{name, kept})
		}
	}
	return out
}

func (s *Set) only(files []types.ConfigFile, service string) (out []types.ConfigFile) {
	for i, name := range s.Files {
		var text []byte
		for _, d := range s.read[name] {
			data, err := yaml.Marshal(prune(d.Root, service))
			if err != nil {
				return nil
			}
			text = append(append(text, "---\n"...), data...)
		}
		out = append(out, types.ConfigFile{Filename: files[i].Filename, Content: text})
	}
	return out
}

// prune copies a document without services other than the named one and its bases.
func prune(root *yaml.Node, service string) *yaml.Node {
	root = source.Deref(root)
	if root == nil || root.Kind != yaml.MappingNode {
		return root
	}
	_, services := source.Child(root, "services")
	wanted := map[string]bool{}
	for name := service; name != "" && !wanted[name]; {
		wanted[name] = true
		_, s := source.Child(services, name)
		name, _ = extended(s)
	}
	out := *root
	out.Content = slices.Clone(root.Content)
	for i := 0; i+1 < len(out.Content); i += 2 {
		list := source.Deref(out.Content[i+1])
		if out.Content[i].Value != "services" || list.Kind != yaml.MappingNode {
			continue
		}
		kept := *list
		kept.Content = nil
		for j := 0; j+1 < len(list.Content); j += 2 {
			if wanted[list.Content[j].Value] {
				kept.Content = append(kept.Content, list.Content[j:j+2]...)
			}
		}
		out.Content[i+1] = &kept
	}
	return &out
}

var modelPath = regexp.MustCompile(`\b(services|jobs|networks|volumes|secrets|configs|models|include)(?:\.([^\s:,"]+))?`)

// errorPath reads the path that compose-go begins its messages with.
func errorPath(err error) []any {
	m := modelPath.FindStringSubmatch(err.Error())
	if m == nil {
		return nil
	}
	path := []any{m[1]}
	for part := range strings.SplitSeq(m[2], ".") {
		if part == "" {
			continue
		}
		if part == "[]" { // compose-go does not say which item
			break
		}
		if i, err := strconv.Atoi(strings.Trim(part, "[]")); err == nil {
			path = append(path, i)
			continue
		}
		path = append(path, part)
	}
	return path
}

// Place finds the path that an error names in the set's own files.
func (s *Set) Place(err error) finding.Location {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Location
	}
	path := errorPath(err)
	best, depth := finding.Top(s.Files[0]), 0
	for _, l := range s.layers {
		n, d := source.Deref(l.doc.Root), 0
		for _, step := range path {
			_, value := source.Child(n, step)
			if value == nil {
				break
			}
			n, d = value, d+1
		}
		if d > depth {
			best, _ = l.doc.Locate(path[:d])
			depth = d
		}
	}
	return best
}
