// Package vex reads statements about which vulnerabilities do not affect a product, in
// the formats OpenVEX, CycloneDX and CSAF, and turns them into exceptions. What a
// statement leaves open accepts nothing.
package vex

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of a document.
const (
	maxStatements = 10_000
	maxProblems   = 20
	maxName       = 500
	maxReason     = 2000
	// maxLine is the length of a line in which columns are counted for every statement.
	maxLine = 64 << 10
)

// Statement is one vulnerability with its effect on one product.
type Statement struct {
	// Name is the advisory's id.
	Name string
	// Product is a package URL: the package itself, or what contains Component.
	Product string
	// Component is the part of the product that has the vulnerability; empty when it is
	// the product itself.
	Component string
	// Exempt is true for not affected and fixed.
	Exempt bool
	// Reason says why, Author who says so.
	Reason, Author string
	// Time orders statements; the later one holds.
	Time time.Time
	// Location is where it stands, Format what the document is.
	Location finding.Location
	Format   string
}

// Read reads one document. Problems are what it says in vain.
func Read(name string, data []byte) ([]Statement, []finding.Gap) {
	d := &document{name: name}
	d.read(data)
	return d.statements, d.problems
}

// document is a VEX document while it is read.
type document struct {
	name       string
	format     string
	places     *source.Doc
	statements []Statement
	problems   []finding.Gap
	full       bool
}

func (d *document) read(data []byte) {
	if len(data) > source.MaxFileBytes {
		d.problem(nil, "the document is larger than %d bytes and accepts nothing", source.MaxFileBytes)
		return
	}
	var head struct {
		Context   json.RawMessage `json:"@context"`
		BOMFormat string          `json:"bomFormat"`
		Document  struct {
			CSAF string `json:"csaf_version"`
		} `json:"document"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		d.problem(nil, "the document accepts nothing: not JSON: %v", err)
		return
	}
	if longest(data) <= maxLine {
		if docs, err := source.Parse(d.name, data); err == nil && len(docs) == 1 {
			d.places = docs[0]
		}
	}
	switch {
	case strings.Contains(string(head.Context), "openvex"):
		d.decode("OpenVEX", data, d.openVEX)
	case head.BOMFormat == "CycloneDX":
		d.decode("CycloneDX VEX", data, d.cycloneDX)
	case head.Document.CSAF != "":
		d.decode("CSAF", data, d.csaf)
	default:
		d.problem(nil, "the document accepts nothing: neither OpenVEX nor CycloneDX nor CSAF")
	}
}

func longest(data []byte) (n int) {
	for line := range bytes.Lines(data) {
		n = max(n, len(line))
	}
	return n
}

func (d *document) decode(format string, data []byte, read func([]byte) error) {
	d.format = format
	if err := read(data); err != nil {
		d.statements = nil
		d.problem(nil, "the document accepts nothing: not %s: %v", format, err)
	}
}

// at is the place of a value in the document.
func (d *document) at(path []any) finding.Location {
	if d.places == nil || path == nil {
		return finding.Top(d.name)
	}
	at, _ := d.places.Locate(path)
	return at
}

func (d *document) problem(path []any, format string, args ...any) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, finding.Gap{Location: d.at(path), Message: cut(fmt.Sprintf(format, args...), maxReason)})
	}
}

// add keeps a statement about something that has a package URL.
func (d *document) add(path []any, s Statement) {
	switch {
	case s.Name == "":
		d.problem(path, "a statement without vulnerability accepts nothing")
	case !isPackage(s.Product) || s.Component != "" && !isPackage(s.Component):
		d.problem(path, "the statement on %s names a product that is not a package URL, and accepts nothing: %q", cut(s.Name, maxName), cut(s.Product, maxName))
	case len(d.statements) >= maxStatements:
		if !d.full {
			d.full = true
			d.problem(path, "only the first %d statements are read", maxStatements)
		}
	default:
		s.Name, s.Reason, s.Author = cut(s.Name, maxName), cut(oneLine(s.Reason), maxReason), cut(oneLine(s.Author), maxName)
		s.Location, s.Format = d.at(path), d.format
		d.statements = append(d.statements, s)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// because joins the parts of a reason that are there.
func because(status string, parts ...string) string {
	text := strings.ReplaceAll(status, "_", " ")
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			text += ": " + p
		}
	}
	return text
}
