package compose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/source/decoded"
)

// plain turns compose-go's model into JSON-like values: no structs, no fixed-width
// numbers.
func plain(model map[string]any) (map[string]any, error) {
	data, err := json.Marshal(model)
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	return numbers(out).(map[string]any), nil
}

func numbers(v any) any {
	switch x := v.(type) {
	case json.Number:
		if i, err := x.Int64(); err == nil {
			return int(i)
		}
		f, _ := x.Float64()
		return f
	case map[string]any:
		for k := range x {
			x[k] = numbers(x[k])
		}
	case []any:
		for i := range x {
			x[i] = numbers(x[i])
		}
	}
	return v
}

// maps of strings that may also be written as lists of NAME=VALUE.
var (
	serviceMaps = [...][]string{
		{"environment"}, {"labels"}, {"annotations"}, {"sysctls"}, {"build", "args"}, {"build", "labels"}, {"deploy", "labels"},
	}
	resourceSections = [...]string{"networks", "volumes", "secrets", "configs"}
)

// normalize gives environments and labels one shape, a map, and drops the values that
// compose-go copied in from the environment.
func normalize(model map[string]any) {
	for _, section := range [...]string{"services", "jobs"} {
		each(model[section], func(service map[string]any) {
			for _, path := range serviceMaps {
				toMap(service, path)
			}
		})
	}
	for _, section := range resourceSections {
		each(model[section], func(resource map[string]any) {
			toMap(resource, []string{"labels"})
			delete(resource, types.SecretConfigXValue)
			if section == "configs" && resource["environment"] != nil {
				delete(resource, "content")
			}
		})
	}
}

func each(section any, do func(map[string]any)) {
	entries, _ := section.(map[string]any)
	for _, e := range entries {
		if m, ok := e.(map[string]any); ok {
			do(m)
		}
	}
}

func toMap(m map[string]any, path []string) {
	for _, key := range path[:len(path)-1] {
		m, _ = m[key].(map[string]any)
	}
	key := path[len(path)-1]
	switch v := m[key].(type) {
	case []any:
		out := map[string]any{}
		for _, item := range v {
			name, value, ok := strings.Cut(decoded.Text(item), "=")
			if out[name] = nil; ok {
				out[name] = value
			}
		}
		m[key] = out
	case map[string]any:
		for name, value := range v {
			if value != nil {
				v[name] = decoded.Text(value)
			}
		}
	}
}
