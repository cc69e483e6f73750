// Package render holds what the renderers of deployment tools have in common. A
// renderer turns the sources of a tool (a chart, a kustomization) into the objects that
// would be applied, in process, without network and without running anything of the
// repository, and finds each value's place in the sources.
package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Object is one object that a tool made.
type Object struct {
	// File is the source file that the object came from, Files all that made it.
	File  string
	Files []string
	// Model is the object as it would be applied.
	Model map[string]any
	// Locator finds places of the model's values in the sources.
	Locator source.Locator
}

// Output is what a renderer made.
type Output struct {
	Objects  []Object
	Problems []finding.Gap
	// Parts are the files that mean nothing on their own: templates, patches, and the
	// resources that were judged as part of an object.
	Parts []string
}

// Fail adds a problem of the kind once.
func (o *Output) Fail(rule string, at finding.Location, format string, args ...any) {
	o.Add(finding.Gap{Rule: rule, Location: at, Message: fmt.Sprintf(format, args...)})
}

// Add adds a problem once. It depends on the files that made the output.
func (o *Output) Add(g finding.Gap) {
	if !slices.ContainsFunc(o.Problems, func(p finding.Gap) bool { return p.Location == g.Location && p.Message == g.Message }) {
		o.Problems = append(o.Problems, g)
	}
}

// Sort brings problems and parts into an order that does not depend on the run.
func (o *Output) Sort() {
	slices.SortStableFunc(o.Problems, func(a, b finding.Gap) int {
		return cmp.Or(a.Location.Compare(b.Location), cmp.Compare(a.Message, b.Message))
	})
	slices.Sort(o.Parts)
	o.Parts = slices.Compact(o.Parts)
}

// Scalar reads a leaf as Kubernetes does: its YAML reader follows version 1.1, where
// yes, on, no and off are truth values.
func Scalar(n *yaml.Node) any {
	v := source.Scalar(n)
	if s, ok := v.(string); ok && n.Style == 0 {
		switch strings.ToLower(s) {
		case "yes", "on":
			return true
		case "no", "off":
			return false
		}
	}
	return v
}

// Text is a value as it stands in a file; empty for nothing.
func Text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Map returns v as a mapping, nil when it is none.
func Map(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
