package plan

import (
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// inlineLocator finds the places of a Dockerfile's parts in the scalar that holds it.
type inlineLocator struct {
	dockerfile *dockerfileDoc
	file       *source.Doc
	node       *yaml.Node
	content    string
}

// Locate implements source.Locator.
func (l inlineLocator) Locate(path []any) (finding.Location, source.Grade) {
	at, grade := l.dockerfile.Locate(path)
	at, exact := l.in(at.Region)
	if !exact && grade == source.Exact {
		grade = source.Item
	}
	return at, grade
}

// in finds a region of the Dockerfile in the file around it.
func (l inlineLocator) in(r finding.Region) (finding.Location, bool) {
	r, exact := l.file.Within(l.node, l.content, r)
	return finding.Location{URI: l.file.Name, Region: r}, exact
}
