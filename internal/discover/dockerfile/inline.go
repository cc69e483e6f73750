package dockerfile

import (
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Inline finds the places of a Dockerfile's parts in the scalar that holds it.
type Inline struct {
	Doc     *Doc
	File    *source.Doc
	Node    *yaml.Node
	Content string
}

// Locate implements source.Locator.
func (l Inline) Locate(path []any) (finding.Location, source.Grade) {
	at, grade := l.Doc.Locate(path)
	at, exact := l.In(at.Region)
	if !exact && grade == source.Exact {
		grade = source.Item
	}
	return at, grade
}

// In finds a region of the Dockerfile in the file around it.
func (l Inline) In(r finding.Region) (finding.Location, bool) {
	r, exact := l.File.Within(l.Node, l.Content, r)
	return finding.Location{URI: l.File.Name, Region: r}, exact
}
