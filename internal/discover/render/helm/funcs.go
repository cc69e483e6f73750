package helm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
	kube "sigs.k8s.io/yaml"

	"github.com/stella-ops/assure/internal/source"
)

// functions are those that Helm's templates have: sprig's, without the environment of
// this process, and Helm's own. What would ask the network, the clock or chance
// answers with a constant, so that a chart renders the same in every run.
func functions() map[string]any {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	maps.Copy(f, map[string]any{
		"toYaml": toYAML, "mustToYaml": must(toYAML), "toYamlPretty": toYAML, "fromYaml": fromYAML, "fromYamlArray": fromYAMLArray,
		"toJson": toJSON, "mustToJson": must(toJSON), "fromJson": fromJSON, "fromJsonArray": fromYAMLArray,
		"toToml": toTOML, "mustToToml": must(toTOML), "fromToml": fromTOML,
		"required": required,
		"lookup":   func(string, string, string, string) map[string]any { return map[string]any{} },
		"fail":     func(msg string) (string, error) { return "", errors.New(msg) },
		"print":    fmt.Sprint, "printf": fmt.Sprintf, "println": fmt.Sprintln,
		"html": template.HTMLEscaper, "js": template.JSEscaper, "urlquery": template.URLQueryEscaper,
		"keys": keys, "values": values,
	})
	maps.Copy(f, constants())
	return f
}

// epoch is the time at which every chart is rendered.
var epoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// constants stand for functions that would not answer the same twice.
func constants() map[string]any {
	random := func(n int) string { return strings.Repeat("x", min(max(n, 0), 1024)) }
	pair := func(...any) map[string]any { return map[string]any{"Cert": "certificate", "Key": "key"} }
	word := func(s string) func(...any) string { return func(...any) string { return s } }
	return map[string]any{
		"getHostByName": func(string) string { return "" },
		"now":           func() time.Time { return epoch },
		"ago":           word("0s"),
		"randAlphaNum":  random, "randAlpha": random, "randNumeric": random, "randAscii": random,
		"randBytes": random, "randInt": func(low, _ int) int { return low },
		"uuidv4":  word("00000000-0000-4000-8000-000000000000"),
		"shuffle": func(s string) string { return s },
		"genCA":   pair, "genCAWithKey": pair, "genSelfSignedCert": pair, "genSelfSignedCertWithKey": pair,
		"genSignedCert": pair, "genSignedCertWithKey": pair, "buildCustomCert": pair,
		"genPrivateKey": word("private key"), "derivePassword": word("password"), "bcrypt": word("hash"),
		"htpasswd": word("user:hash"), "encryptAES": word("ciphertext"),
	}
}

func required(msg string, v any) (any, error) {
	if s, ok := v.(string); v == nil || ok && s == "" {
		return v, errors.New(msg)
	}
	return v, nil
}

// must adds the error result that the strict variant of a function has.
func must(f func(any) string) func(any) (string, error) {
	return func(v any) (string, error) { return f(v), nil }
}

func toYAML(v any) string {
	data, err := kube.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n")
}

func fromYAML(s string) map[string]any {
	m := map[string]any{}
	if err := kube.Unmarshal([]byte(s), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

func fromYAMLArray(s string) []any {
	a := []any{}
	if err := kube.Unmarshal([]byte(s), &a); err != nil {
		a = []any{err.Error()}
	}
	return a
}

func toJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

func fromJSON(s string) map[string]any {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

func toTOML(v any) string {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(v); err != nil {
		return err.Error()
	}
	return b.String()
}

func fromTOML(s string) map[string]any {
	m := map[string]any{}
	if source.TOMLDepth([]byte(s)) > maxNesting {
		panic(&limitError{fmt.Sprintf("fromToml is given brackets that nest deeper than %d levels", maxNesting)})
	}
	if _, err := toml.Decode(s, &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

// keys and values follow the sorted keys; sprig's come in random order.
func keys(dicts ...map[string]any) []string {
	out := []string{}
	for _, d := range dicts {
		out = append(out, slices.Sorted(maps.Keys(d))...)
	}
	return out
}

func values(d map[string]any) []any {
	out := []any{}
	for _, k := range keys(d) {
		out = append(out, d[k])
	}
	return out
}
