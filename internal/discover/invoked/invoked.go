// Package invoked finds the files that other files name when they build or deploy: the
// arguments of docker, kubectl and their kin in scripts, pipelines and tasks, and the
// configuration of tools that call them. Nothing is run and no variable is expanded.
package invoked

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Bounds of what one file may name.
const (
	maxBytes       = 1 << 20
	maxInvocations = 1000
)

// Tool is what reads the files that are named.
type Tool string

// The tools.
const (
	// Compose starts containers, Stack deploys the same files to a swarm.
	Compose Tool = "compose"
	Stack   Tool = "stack"
	// Build makes an image of a Dockerfile, Bake images of a bake file's targets.
	Build Tool = "build"
	Bake  Tool = "bake"
	// Kubectl applies manifests, Kustomize builds a directory, Helm uses values files.
	Kubectl   Tool = "kubectl"
	Kustomize Tool = "kustomize"
	Helm      Tool = "helm"
	// Helmfile, Skaffold and Tilt read a file of their own.
	Helmfile Tool = "helmfile"
	Skaffold Tool = "skaffold"
	Tilt     Tool = "tilt"
)

// Invocation is one use of a tool.
type Invocation struct {
	Tool Tool
	// Files are the names of files as written, in their order. None means the tool's own
	// default: compose.yaml, Dockerfile.
	Files []string
	// Unresolved are names that hold a variable: what they name is not known here.
	Unresolved []string
	// Dirs are the directories that names start from, the likeliest first: slash paths
	// from the root.
	Dirs []string
	// Target is what is not a file: the context of a build, a kustomization's directory, a
	// chart. It may hold a variable.
	Target string
	// ProjectDir is what relative paths inside of Compose files start from, when it is
	// given.
	ProjectDir string
	// Inline is the text of a Dockerfile that stands in the file itself.
	Inline string
	// Image is the name by which Skaffold builds an image and puts it into manifests.
	Image string
	// Place is where the tool is called.
	Place finding.Location
}

// reader finds the invocations of one family of files.
type reader struct {
	claims func(dir, base string) bool
	read   func(name string, text []byte) []Invocation
}

// readers are all families; the first that claims a name reads it.
var readers = [...]reader{
	{isMakefile, readMakefile}, {isEnv, readEnv}, {isLines, readLines}, {isPackageJSON, readPackageJSON},
	{isDevcontainer, readDevcontainer}, {isSkaffold, readSkaffold}, {isBake, readBake}, {isTiltfile, readTiltfile}, {isPipeline, readPipeline}, {isShell, readScript},
}

// Claims reports by the name alone whether a file may name others.
func Claims(name string) bool { return readerOf(name) != nil }

func readerOf(name string) *reader {
	dir, base := path.Dir(name), path.Base(name)
	for i := range readers {
		if readers[i].claims(dir, base) {
			return &readers[i]
		}
	}
	return nil
}

// ReadAs returns what a file of any name says to the tool that is started with it.
func ReadAs(tool Tool, name string, data []byte) []Invocation {
	data = data[:min(len(data), maxBytes)]
	var found []Invocation
	switch tool {
	case Bake:
		found = readBake(name, data)
	case Skaffold:
		found = readSkaffold(name, data)
	case Tilt:
		found = readTiltfile(name, data)
	}
	return found[:min(len(found), maxInvocations)]
}

// Read returns what a file names, in its order. What cannot be parsed is searched line
// by line, so that a broken script is not silent.
func Read(name string, data []byte) []Invocation {
	r := readerOf(name)
	if r == nil {
		return nil
	}
	found := r.read(name, data[:min(len(data), maxBytes)])
	return found[:min(len(found), maxInvocations)]
}

// variable reports whether a name is decided elsewhere.
func variable(word string) bool {
	return strings.ContainsAny(word, "$`") || strings.Contains(word, "{{") || strings.Contains(word, "<%") || strings.Count(word, "%") > 1
}

// named sorts names into those that are known and those that are not. Standard input is
// no file.
func (i Invocation) named(names ...string) Invocation {
	for _, name := range names {
		switch {
		case name == "" || name == "-":
		case variable(name):
			i.Unresolved = append(i.Unresolved, name)
		default:
			i.Files = append(i.Files, name)
		}
	}
	return i
}

// starts are where a file's commands run: beside it or at the root.
func starts(name string) []string { return slices.Compact([]string{path.Dir(name), "."}) }
