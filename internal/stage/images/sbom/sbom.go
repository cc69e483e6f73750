// Package sbom reads which packages a software bill of materials lists: SPDX or
// CycloneDX, both in JSON.
package sbom

import (
	"encoding/json/v2"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// maxDepth bounds components inside of components.
const maxDepth = 32

// component is one of CycloneDX.
type component struct {
	Name       string      `json:"name"`
	Version    string      `json:"version"`
	PURL       string      `json:"purl"`
	Components []component `json:"components"`
}

type document struct {
	SPDX     string `json:"spdxVersion"`
	Packages []struct {
		Name         string `json:"name"`
		Version      string `json:"versionInfo"`
		ExternalRefs []struct {
			Type    string `json:"referenceType"`
			Locator string `json:"referenceLocator"`
		} `json:"externalRefs"`
	} `json:"packages"`
	Format     string      `json:"bomFormat"`
	Components []component `json:"components"`
}

// Packages returns what a document lists, sorted: package URLs, or name@version where
// it has none.
func Packages(data []byte) ([]string, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, errors.New("it is not a bill of materials in strict JSON")
	}
	set := map[string]bool{}
	switch {
	case d.SPDX != "":
		d.spdx(set)
	case d.Format == "CycloneDX":
		if err := add(set, d.Components, 0); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("it is neither SPDX nor CycloneDX in JSON")
	}
	return slices.Sorted(maps.Keys(set)), nil
}

func (d document) spdx(set map[string]bool) {
	for _, p := range d.Packages {
		id := p.Name + "@" + p.Version
		for _, r := range p.ExternalRefs {
			if r.Type == "purl" && r.Locator != "" {
				id = r.Locator
			}
		}
		set[id] = true
	}
}

func add(set map[string]bool, list []component, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("its components are nested deeper than %d", maxDepth)
	}
	for _, c := range list {
		id := c.PURL
		if id == "" {
			id = c.Name + "@" + c.Version
		}
		set[id] = true
		if err := add(set, c.Components, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// Only returns what a lists and b does not; both are sorted.
func Only(a, b []string) []string {
	var out []string
	for _, id := range a {
		if _, found := slices.BinarySearch(b, id); !found {
			out = append(out, id)
		}
	}
	return out
}
