package inventory

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/rust/cargo"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// crate is one package of Cargo.lock; those of the repository have no source.
type crate struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Source       string   `toml:"source"`
	Dependencies []string `toml:"dependencies"`
}

// cargoLock reads Cargo.lock with Trivy's parser, and its graph to tell what only
// development needs, which each member's Cargo.toml says.
func cargoLock(ctx context.Context, f *file) ([]types.Package, error) {
	pkgs, deps, err := cargo.NewParser().Parse(ctx, f.reader())
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages []crate `toml:"package"`
	}
	if err := toml.Unmarshal(f.Text, &lock); err != nil {
		return nil, err
	}
	members := f.cargoMembers()
	roots := map[string]bool{}
	for _, c := range lock.Packages {
		roots[c.Name+"@"+c.Version] = c.Source == ""
	}
	needs := map[string][]string{}
	for _, d := range deps {
		needs[d.ID] = d.DependsOn
	}
	nodes := make([]node, 0, len(pkgs))
	for _, p := range pkgs {
		n := node{pkg: p, root: roots[p.ID], needs: needs[p.ID], all: needs[p.ID]}
		if dev, known := members[p.Name]; n.root && known {
			n.own, n.needs = true, without(n.needs, dev)
		}
		nodes = append(nodes, n)
	}
	return f.resolve(nodes), nil
}

// without drops from a member's needs those that only its development has.
func without(needs []string, dev map[string]bool) []string {
	var kept []string
	for _, id := range needs {
		if name, _, _ := strings.Cut(id, "@"); !dev[name] {
			kept = append(kept, id)
		}
	}
	return kept
}

// cargoTables are the dependency tables of a Cargo.toml or of one of its targets.
type cargoTables struct {
	Normal map[string]any `toml:"dependencies"`
	Build  map[string]any `toml:"build-dependencies"`
	Dev    map[string]any `toml:"dev-dependencies"`
}

type cargoToml struct {
	Package struct {
		Name string `toml:"name"`
	} `toml:"package"`
	cargoTables
	Target    map[string]cargoTables `toml:"target"`
	Workspace struct {
		Dependencies map[string]any `toml:"dependencies"`
	} `toml:"workspace"`
}

// cargoMembers maps the names of the repository's crates to their dependencies that
// only development needs. A Cargo.toml that cannot be read gives none.
func (f *file) cargoMembers() map[string]map[string]bool {
	members := map[string]map[string]bool{}
	var parsed []cargoToml
	shared := map[string]any{}
	for _, name := range f.neighbours("Cargo.toml", true) {
		data, err := f.r.tree.Read(name, MaxBytes)
		var m cargoToml
		if err != nil || depth(data) > maxDepth || toml.Unmarshal(data, &m) != nil {
			f.Notes = append(f.Notes, fmt.Sprintf("%s could not be read: its development dependencies are judged like the others", name))
			continue
		}
		parsed = append(parsed, m)
		if path.Dir(name) == path.Dir(f.Name) {
			shared = m.Workspace.Dependencies
		}
	}
	for _, m := range parsed {
		if m.Package.Name != "" {
			members[m.Package.Name] = m.devOnly(shared)
		}
	}
	return members
}

func (m cargoToml) devOnly(shared map[string]any) map[string]bool {
	dev := map[string]bool{}
	tables := append([]cargoTables{m.cargoTables}, values(m.Target)...)
	for _, t := range tables {
		for name, spec := range t.Dev {
			dev[crateName(name, spec, shared)] = true
		}
	}
	for _, t := range tables {
		for _, table := range []map[string]any{t.Normal, t.Build} {
			for name, spec := range table {
				delete(dev, crateName(name, spec, shared))
			}
		}
	}
	return dev
}

func values(m map[string]cargoTables) []cargoTables {
	var all []cargoTables
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// crateName is the name of the crate behind a dependency's key, which may rename it
// itself or through the workspace.
func crateName(key string, spec any, shared map[string]any) string {
	table, ok := spec.(map[string]any)
	if !ok {
		return key
	}
	if inherits, _ := table["workspace"].(bool); inherits {
		return crateName(key, shared[key], nil)
	}
	if name, ok := table["package"].(string); ok {
		return name
	}
	return key
}
