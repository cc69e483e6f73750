package kubernetes

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/source/decoded"
)

// reference is a parameter in a value, as Tekton, Argo Workflows and OpenShift write it.
var reference = regexp.MustCompile(`\$\((?:inputs\.)?params\.([\w.-]+)\)|\{\{=?\s*(?:inputs|workflow)\.parameters\.([\w-]+)\s*\}\}|\$\{\{?([A-Za-z_]\w*)\}?\}`)

// maxParameters bounds the parameters of one object.
const maxParameters = 1000

// parameters are the values that an object gives its own parameters: Tekton's defaults,
// Argo's values and those of an OpenShift template. Where lists disagree the first counts.
func parameters(model map[string]any) map[string]string {
	out := map[string]string{}
	gatherParameters(model, out)
	return out
}

func gatherParameters(v any, out map[string]string) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			gatherParameters(e, out)
		}
	case map[string]any:
		for _, key := range [...]string{"params", "parameters"} {
			items, _ := x[key].([]any)
			for _, item := range items {
				addParameter(item, out)
			}
		}
		for _, key := range decoded.Keys(x) {
			gatherParameters(x[key], out)
		}
	}
}

func addParameter(item any, out map[string]string) {
	m, _ := item.(map[string]any)
	name, _ := m["name"].(string)
	if _, known := out[name]; known || name == "" || len(out) >= maxParameters {
		return
	}
	for _, key := range [...]string{"default", "value"} {
		if value, ok := m[key].(string); ok && !reference.MatchString(value) {
			out[name] = value
			return
		}
	}
}

// resolve replaces the parameters of a text that have a value, and lists the others.
func resolve(text string, values map[string]string) (resolved string, unresolved []string) {
	if !strings.ContainsAny(text, "${") {
		return text, nil
	}
	resolved = reference.ReplaceAllStringFunc(text, func(ref string) string {
		name := parameterName(ref)
		if value, ok := values[name]; ok {
			return value
		}
		unresolved = append(unresolved, name)
		return ref
	})
	return resolved, unresolved
}

func parameterName(ref string) string {
	m := reference.FindStringSubmatch(ref)
	return m[1] + m[2] + m[3]
}
