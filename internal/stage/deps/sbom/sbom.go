// Package sbom writes down what a repository is made of, as SPDX 2.3 and as CycloneDX
// 1.6. The same input gives the same bytes.
package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// The names of the files.
const (
	SPDXFile      = "sbom.spdx.json"
	CycloneDXFile = "sbom.cdx.json"
)

// maxText bounds names and versions, in code points; CycloneDX allows no longer version.
const maxText = 1024

// Document is everything that is written down.
type Document struct {
	// Name of the repository, Version of the program that writes, Created the time.
	Name, Version string
	Created       time.Time
	Parts         []Part
}

// Part is a lock file or an image with the packages that it names.
type Part struct {
	// Name is the path of the lock file or the reference of the image.
	Name string
	// PURL is the package URL of an image, empty for a lock file.
	PURL     string
	Packages []Package
}

// Package is one package of a part.
type Package struct {
	Name, Version string
	// PURL is its package URL with the version; it tells packages apart.
	PURL string
	// Needs are the package URLs of what it needs.
	Needs []string
}

// Files renders the document in both formats.
func Files(d Document) ([]finding.File, error) {
	g := gather(d)
	spdx, err := render(g.spdx())
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", SPDXFile, err)
	}
	cyclone, err := render(g.cycloneDX())
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", CycloneDXFile, err)
	}
	return []finding.File{{Name: SPDXFile, Data: spdx}, {Name: CycloneDXFile, Data: cyclone}}, nil
}

func render(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	return append(data, '\n'), err
}

// graph is the document with each package once.
type graph struct {
	Document

	packages []Package
	// parts maps the name of a part to the package URLs in it.
	parts []Part
	// id is the hash of the content, which names the document.
	id [sha256.Size]byte
}

func gather(d Document) graph {
	g := graph{Document: d, parts: slices.Clone(d.Parts)}
	slices.SortFunc(g.parts, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	byURL := map[string]Package{}
	for _, part := range g.parts {
		for _, p := range part.Packages {
			known, ok := byURL[p.PURL]
			if !ok {
				known = Package{Name: cut(p.Name), Version: cut(p.Version), PURL: p.PURL}
			}
			known.Needs = append(known.Needs, p.Needs...)
			byURL[p.PURL] = known
		}
	}
	for _, url := range slices.Sorted(maps.Keys(byURL)) {
		p := byURL[url]
		p.Needs = slices.DeleteFunc(unique(p.Needs), func(need string) bool {
			_, known := byURL[need]
			return !known || need == url
		})
		g.packages = append(g.packages, p)
	}
	g.id = g.hash()
	return g
}

// urls are the package URLs of a part, each once.
func (p Part) urls() []string {
	urls := make([]string, len(p.Packages))
	for i, pkg := range p.Packages {
		urls[i] = pkg.PURL
	}
	return unique(urls)
}

func (g graph) hash() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %s\n", g.Name, g.Version, g.Created.UTC().Format(time.RFC3339))
	for _, part := range g.parts {
		fmt.Fprintf(h, "%q %q %q\n", part.Name, part.PURL, part.urls())
	}
	for _, p := range g.packages {
		fmt.Fprintf(h, "%q %q\n", p.PURL, p.Needs)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func (g graph) created() string { return g.Created.UTC().Format("2006-01-02T15:04:05Z") }

// short is a hash that may be part of an identifier.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// unique sorts a list and drops repeats; it is never nil, which JSON would call null.
func unique(list []string) []string {
	sorted := append([]string{}, list...)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func cut(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText])
	}
	return s
}
