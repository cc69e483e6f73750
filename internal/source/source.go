// Package source reads a repository's files and YAML documents, and turns a path in
// a document into a place in a file. The repository is hostile: every read is
// bounded, stays below the root, and never follows a link out of it.
package source

import "github.com/stella-ops/assure/internal/finding"

// Grade says how exactly a path was found.
type Grade string

// The grades, best first.
const (
	// Exact: the very scalar, item or key.
	Exact Grade = "exact"
	// Item: the list item or short form that the value was made of.
	Item Grade = "item"
	// Parent: the nearest existing ancestor, for a value that is missing.
	Parent Grade = "parent"
	// Rendered: approximate, where a tool (a template, a transformer) made the value.
	Rendered Grade = "rendered"
)

// Locator turns a path in a document, as a rule returns it (strings for keys, numbers
// for list indexes), into a place in a file.
type Locator interface {
	// Locate never fails: a path that does not exist yields its nearest existing
	// ancestor, with grade Parent and the region of that ancestor's key.
	Locate(path []any) (finding.Location, Grade)
}
