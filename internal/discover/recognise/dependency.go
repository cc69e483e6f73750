package recognise

import (
	"path"
	"strings"
)

// Role is what a dependency file is to its package manager.
type Role string

// The roles.
const (
	// Lock files say which version of everything is installed.
	Lock Role = "lock"
	// Manifest files say what is wanted; a lock file completes them.
	Manifest Role = "manifest"
	// List files name what is wanted and are installed as they stand, such as
	// requirements.txt or pom.xml.
	List Role = "list"
	// Constraints name versions for what other files want.
	Constraints Role = "constraints"
)

// Dependency is a file that names dependencies.
type Dependency struct {
	// Format is the name of the format: that of the usual file in lower case.
	Format string
	// Ecosystem is where the packages come from, as in a PURL: npm, pypi, maven.
	Ecosystem string
	Role      Role
	// Completes are the names of the lock files each of which would complete a manifest,
	// beside it or in a directory above it (of a workspace).
	Completes []string
	// Declares is true when the bytes declare a dependency at all. It is true for every
	// lock file.
	Declares bool
}

// Dependencies reports what kind of dependency file the name and the content make, if
// any. The content decides where other files have such a name too. Whether a manifest
// declares anything is decided by the head alone: pass all of it.
func Dependencies(name string, head []byte) (Dependency, bool) {
	f := byName(name)
	if f == nil {
		f = byPattern(name)
	}
	if f == nil {
		return requirements(name, head)
	}
	if head = plain(head); f.confirm != nil && !f.confirm(head) {
		return Dependency{}, false
	}
	return f.dependency(head), true
}

func (f *format) dependency(head []byte) Dependency {
	declares := f.role == Lock || len(head) > 0
	if f.declares != nil {
		declares = f.declares(head)
	}
	return Dependency{Format: f.name, Ecosystem: f.ecosystem, Role: f.role, Completes: f.completes, Declares: declares}
}

// byName finds the format of an exact name; the case of letters does not matter.
func byName(name string) *format {
	base := path.Base(name)
	if len(base) > maxName {
		return nil
	}
	if i, ok := names[strings.ToLower(base)]; ok {
		return &formats[i]
	}
	return nil
}

// maxName is longer than any name in the table.
const maxName = 40

// byPattern finds the format of a name by how it ends or where it lies.
func byPattern(name string) *format {
	dir, base := path.Split(strings.ToLower(name))
	for i := range patterns {
		p := &patterns[i]
		if strings.HasSuffix(base, p.suffix) && strings.HasPrefix(base, p.prefix) && strings.Contains("/"+dir, p.dir) {
			return &p.format
		}
	}
	return nil
}

// MayNameDependencies reports whether the content of a file of this name is worth a look:
// it is false for most files.
func MayNameDependencies(name string) bool {
	return byName(name) != nil || byPattern(name) != nil || likeRequirements(name)
}
