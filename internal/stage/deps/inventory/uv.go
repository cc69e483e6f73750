package inventory

import (
	"context"
	"slices"

	"github.com/BurntSushi/toml"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// uvPackage is one package of uv.lock; the same name may occur with several versions.
type uvPackage struct {
	Name         string              `toml:"name"`
	Version      string              `toml:"version"`
	Source       map[string]any      `toml:"source"`
	Dependencies []uvNeed            `toml:"dependencies"`
	Optional     map[string][]uvNeed `toml:"optional-dependencies"`
	Dev          map[string][]uvNeed `toml:"dev-dependencies"`
}

type uvNeed struct {
	Name    string `toml:"name"`
	Version string `toml:"version"`
}

// uvLock reads uv.lock. Members of a workspace are roots.
func uvLock(_ context.Context, f *file) ([]types.Package, error) {
	var lock struct {
		Packages []uvPackage `toml:"package"`
	}
	if err := toml.Unmarshal(f.Text, &lock); err != nil {
		return nil, err
	}
	ids := map[string][]string{}
	for _, p := range lock.Packages {
		ids[p.Name] = append(ids[p.Name], p.Name+"@"+p.Version)
	}
	nodes := make([]node, 0, len(lock.Packages))
	for _, p := range lock.Packages {
		nodes = append(nodes, node{
			pkg:   types.Package{ID: p.Name + "@" + p.Version, Name: p.Name, Version: p.Version},
			root:  p.local(),
			own:   p.local(),
			needs: p.needs(ids, p.Optional),
			all:   p.needs(ids, p.Optional, p.Dev),
		})
	}
	return f.resolve(nodes), nil
}

func (p uvPackage) local() bool {
	for _, kind := range []string{"editable", "virtual", "directory"} {
		if _, ok := p.Source[kind]; ok {
			return true
		}
	}
	return false
}

func (p uvPackage) needs(ids map[string][]string, groups ...map[string][]uvNeed) []string {
	all := slices.Clone(p.Dependencies)
	for _, group := range groups {
		for _, more := range group {
			all = append(all, more...)
		}
	}
	var needs []string
	for _, n := range all {
		if n.Version != "" {
			needs = append(needs, n.Name+"@"+n.Version)
			continue
		}
		needs = append(needs, ids[n.Name]...)
	}
	return needs
}
