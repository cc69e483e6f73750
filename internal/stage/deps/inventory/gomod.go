package inventory

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/golang/mod"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/golang/sum"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// goModule reads go.mod and, for modules from before Go 1.17, whose go.mod names no
// indirect dependencies, the go.sum beside it.
func goModule(ctx context.Context, f *file) ([]types.Package, error) {
	pkgs, _, err := mod.NewParser(true, false).Parse(ctx, f.reader())
	if err != nil {
		return nil, err
	}
	indirect := slices.ContainsFunc(pkgs, func(p types.Package) bool { return p.Relationship == types.RelationshipIndirect })
	name := path.Join(path.Dir(f.Name), "go.sum")
	if indirect || !f.r.has(name) {
		return pkgs, nil
	}
	data, err := f.open(name)
	if err != nil {
		return nil, flaw{rule: unread(err), err: err}
	}
	if n := longLine(data); n > 0 {
		return nil, fmt.Errorf("%s: line %d is too long", name, n)
	}
	sums, _, err := sum.NewParser().Parse(ctx, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return append(pkgs, missing(pkgs, sums)...), nil
}

// missing returns the packages of go.sum that go.mod does not name.
func missing(pkgs, sums []types.Package) []types.Package {
	known := map[string]bool{}
	for _, p := range pkgs {
		known[p.Name] = true
	}
	var more []types.Package
	for _, p := range sums {
		if !known[p.Name] {
			p.Relationship, p.Indirect = types.RelationshipIndirect, true
			more = append(more, p)
		}
	}
	return more
}
