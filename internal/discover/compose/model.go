package compose

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

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
	if err = one(err); err != nil {
		if files = s.repair(ctx, files); files == nil {
			return plan.Document{}, nil, err
		}
		if model, err = s.model(ctx, files, s.effective()); err != nil {
			return plan.Document{}, nil, err
		}
	}
	raw := s.raw(ctx, files, model)
	l := &Locator{Set: s, model: model}
	doc := plan.Document{
		Kind: plan.Compose, Name: s.Files[0], Files: s.Order, Model: model, Raw: raw, Locator: l,
		Variables: s.variables(raw, nil),
	}
	return doc, l, nil
}

// one is the first of several errors by their text: the loader joins them in any order.
func one(err error) error {
	var joined interface{ Unwrap() []error }
	if err == nil || !strings.Contains(err.Error(), "\n") || !errors.As(err, &joined) || len(joined.Unwrap()) == 0 {
		return err
	}
	return one(slices.MinFunc(joined.Unwrap(), func(a, b error) int { return strings.Compare(one(a).Error(), one(b).Error()) }))
}

// raw is the model before interpolation. Where references keep a set from loading, the
// values of typed keys are replaced, and else all.
func (s *Set) raw(ctx context.Context, files []types.ConfigFile, model map[string]any) map[string]any {
	if len(s.env.Values) == 0 && !s.refers() {
		return model
	}
	for _, m := range [...]mode{s.unresolved(), s.typed()} {
		if raw, err := s.model(ctx, files, m); err == nil {
			return unmaskAll(raw).(map[string]any)
		}
	}
	return model
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
	if m.checked {
		if err := validate(model); err != nil && !s.excused(err, model) {
			return nil, err
		}
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

// excused reports whether a placeholder may have caused an error: it cannot have the
// format of a duration, a number or a name.
func (s *Set) excused(err error, model map[string]any) bool {
	path := errorPath(err)
	return path != nil && s.templated(decoded.At(model, path))
}

// templated reports whether a value still holds a reference. A key that the files spell
// with one is no reference, because Compose replaces none in keys.
func (s *Set) templated(v any) bool {
	switch x := v.(type) {
	case string:
		return strings.Contains(x, "${") || strings.Contains(x, maskOpen)
	case map[string]any:
		for k, e := range x {
			if s.templated(e) || strings.Contains(k, "${") && !s.words()[k] {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, s.templated)
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
