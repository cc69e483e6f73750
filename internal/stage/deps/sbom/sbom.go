// Package sbom writes down what repositories and images are made of, as SPDX 2.3 and as
// CycloneDX 1.6. The same input gives the same bytes.
package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Repository is the base name of the repository's files.
const Repository = "sbom"

// Image is the base name of the files of the image with the digest: sbom/sha256-<hex>.
func Image(digest string) string {
	return Repository + "/" + strings.Replace(digest, ":", "-", 1)
}

const (
	// maxText bounds names and versions, in code points; CycloneDX allows no longer version.
	maxText = 1024
	// maxPackages bounds a document; the largest public images name some ten thousand.
	maxPackages = 250_000
)

// ErrTooLarge marks a document that would be larger than anybody reads.
var ErrTooLarge = errors.New("too large")

// Kind is what a document or a part of it is.
type Kind int

const (
	// Source is a repository.
	Source Kind = iota
	// File is a file that names packages: a lock file, a Java archive, a program.
	File
	// Container is an image.
	Container
	// System is the distribution of an image.
	System
)

// Document is everything that is written down about a repository or an image.
type Document struct {
	Kind Kind
	// Name of the repository or the image, PURL the package URL of an image.
	Name, PURL string
	// Version of the program that writes, Created the time.
	Version string
	Created time.Time
	// Incomplete is true when not everything could be read.
	Incomplete bool
	Parts      []Part
}

// Part is something with packages, or an image that a repository deploys.
type Part struct {
	Kind Kind
	// Name is the path of a file, the reference of an image or the name of a system.
	Name string
	// PURL is the package URL of an image, Bill the base name of its own document.
	PURL, Bill string
	Packages   []Package
}

// Package is one package of a part.
type Package struct {
	Name, Version string
	// PURL is its package URL with the version; it tells packages apart.
	PURL string
	// Needs are the package URLs of what it needs.
	Needs []string
}

// Files renders the document in both formats, under a base name.
func Files(base string, d Document) ([]finding.File, error) {
	if n := d.size(); n > maxPackages {
		return nil, fmt.Errorf("%w: it names %d packages, the limit is %d", ErrTooLarge, n, maxPackages)
	}
	g := gather(d)
	var files []finding.File
	for _, f := range []struct {
		suffix string
		doc    any
	}{{spdxSuffix, g.spdx()}, {cycloneSuffix, g.cycloneDX()}} {
		data, err := render(f.doc)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", base+f.suffix, err)
		}
		files = append(files, finding.File{Name: base + f.suffix, Data: data})
	}
	return files, nil
}

// size counts the packages with repeats.
func (d Document) size() (n int) {
	for _, p := range d.Parts {
		n += len(p.Packages)
	}
	return n
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
	fmt.Fprintf(h, "%d %q %q %q %s %t\n", g.Kind, g.Name, g.PURL, g.Version, g.created(), g.Incomplete)
	for _, part := range g.parts {
		fmt.Fprintf(h, "%d %q %q %q\n", part.Kind, part.Name, part.PURL, part.urls())
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
