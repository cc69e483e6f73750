package hardening

import (
	"encoding/json"

	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// changed is a copy of v with the change made.
func changed(v any, path []any, c policy.Change) any {
	switch step := path[0].(type) {
	case string:
		out := map[string]any{}
		for k, item := range value.Object(v) {
			out[k] = item
		}
		if c.Op == "remove" && len(path) == 1 {
			delete(out, step)
		} else {
			out[step] = next(out[step], path, c)
		}
		return out
	case int:
		out := append([]any{}, value.List(v)...)
		if step >= len(out) {
			return v
		}
		if c.Op == "remove" && len(path) == 1 {
			return append(out[:step], out[step+1:]...)
		}
		out[step] = next(out[step], path, c)
		return out
	}
	return v
}

func next(v any, path []any, c policy.Change) any {
	switch {
	case len(path) > 1:
		return changed(v, path[1:], c)
	case c.Op == "append":
		return append(append([]any{}, value.List(v)...), c.Value)
	}
	return c.Value
}

// normal brings both sides to JSON's types.
func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		return err
	}
	return out
}
