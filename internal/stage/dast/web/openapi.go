package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// apiSeeds are where frameworks serve the description of their interface.
func apiSeeds() []string { return []string{"/openapi.json", "/swagger/v1/swagger.json"} }

// apiDocument is what we read of an OpenAPI or Swagger description.
type apiDocument struct {
	OpenAPI  string                                `json:"openapi"`
	Swagger  string                                `json:"swagger"`
	BasePath string                                `json:"basePath"`
	Servers  []struct{ URL string }                `json:"servers"`
	Paths    map[string]map[string]json.RawMessage `json:"paths"`
}

type apiParameter struct {
	Name, In         string
	Required         bool
	Example, Default any
	Enum             []any
	Schema           struct {
		Example, Default any
		Enum             []any
	}
}

// operations lists the addresses that an interface's description says to answer GET,
// with the examples of their parameters filled in.
func operations(p *rules.Page) []string {
	var d apiDocument
	if !strings.Contains(p.ContentType(), "json") || json.Unmarshal(p.Body, &d) != nil || d.OpenAPI+d.Swagger == "" {
		return nil
	}
	var found []string
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		get, ok := d.Paths[path]["get"]
		if !ok || len(found) >= maxLinks {
			continue
		}
		var op struct{ Parameters []apiParameter }
		var shared []apiParameter
		// What is of another shape has no parameters that could be filled in.
		_ = json.Unmarshal(get, &op)
		_ = json.Unmarshal(d.Paths[path]["parameters"], &shared)
		found = append(found, d.base()+filled(path, append(shared, op.Parameters...)))
	}
	return found
}

// base is what stands before the paths.
func (d apiDocument) base() string {
	base := d.BasePath
	if len(d.Servers) > 0 {
		base = d.Servers[0].URL
	}
	return strings.TrimRight(base, "/")
}

var placeholder = regexp.MustCompile(`\{[^{}/]*\}`)

// filled replaces the placeholders of a path and adds the parameters that it needs.
func filled(path string, parameters []apiParameter) string {
	query := url.Values{}
	for _, q := range parameters {
		switch {
		case q.In == "path":
			path = strings.ReplaceAll(path, "{"+q.Name+"}", url.PathEscape(q.example()))
		case q.In == "query" && q.Required:
			query.Set(q.Name, q.example())
		}
	}
	path = placeholder.ReplaceAllString(path, "1")
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// example is a value for a parameter: what the description shows, else 1.
func (q apiParameter) example() string {
	for _, v := range slices.Concat([]any{q.Example, q.Default, q.Schema.Example, q.Schema.Default}, q.Enum, q.Schema.Enum) {
		switch v.(type) {
		case string, bool, float64:
			return fmt.Sprint(v)
		}
	}
	return "1"
}
