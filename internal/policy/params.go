package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
)

// ParamError says which parameter of which rule cannot be set.
type ParamError struct {
	// Path is the rule's id, or rule and parameter joined by a full stop.
	Path string
	// Message says what is wrong and what would be right.
	Message string
}

// Error implements error.
func (e *ParamError) Error() string { return e.Path + ": " + e.Message }

// Configure sets parameters that rules declare in their METADATA: rule id, then name,
// then value. It must be called before the first Eval. Parameters of rules that the
// profile leaves out are checked all the same. Every mistake is an error of its own.
func (e *Engine) Configure(params map[string]map[string]any) error {
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(params)) {
		declared, ok := e.params[id]
		if !ok && e.programs[path.Base(path.Dir(id))] == nil {
			continue // of a kind that was not asked for
		}
		if !ok {
			errs = append(errs, &ParamError{id, "is no rule that has parameters" + known(e.params)})
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(params[id])) {
			errs = append(errs, set(declared, id, name, params[id][name]))
		}
	}
	return errors.Join(errs...)
}

// set replaces a declared default by a value of the same type.
func set(declared map[string]any, id, name string, value any) error {
	old, ok := declared[name]
	if !ok {
		return &ParamError{id + "." + name, "is no parameter of the rule" + known(declared)}
	}
	value, err := plain(value)
	if err != nil {
		return &ParamError{id + "." + name, err.Error()}
	}
	if reflect.TypeOf(old) != reflect.TypeOf(value) {
		return &ParamError{id + "." + name, fmt.Sprintf("must be %s, as its default %s is", typeName(old), text(old))}
	}
	declared[name] = value
	return nil
}

// plain brings a value into the types that JSON has.
func plain(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("is no plain value: %w", err)
	}
	var out any
	err = json.Unmarshal(data, &out)
	return out, err
}

func known[V any](m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	return "; known are " + strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

func typeName(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case float64, json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	}
	return "a mapping"
}

func text(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}
