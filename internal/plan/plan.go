// Package plan holds the words for what there is to assess in a repository: documents,
// images, endpoints and lock files, each with its place. Package discover finds them.
package plan

import (
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Kind is what a document describes.
type Kind string

// The kinds of documents.
const (
	Compose    Kind = "compose"
	Kubernetes Kind = "kubernetes"
	Dockerfile Kind = "dockerfile"
	// Workflow is a GitHub workflow or action; only images are of this kind.
	Workflow Kind = "workflow"
	// Config is the repository's configuration beside the deployment: one document.
	Config Kind = "config"
)

// Plan is what there is to assess. It is read-only once built.
type Plan struct {
	// Root is the absolute path of the repository.
	Root string
	// Tree reads its files.
	Tree *source.Tree
	// Listing is what the walk of the tree saw; empty when single files were named.
	Listing source.Listing
	// Files are all regular files that are not excluded, sorted: slash paths from Root.
	Files []File
	// Documents are the files that rules judge.
	Documents []Document
	// Config is the configuration beside the documents; nil in an empty repository.
	Config *Document
	// Stacks are the Compose sets that could be started.
	Stacks []Stack
	// Images are all image references, in file order.
	Images []Image
	// Endpoints are the ports that services offer.
	Endpoints []Endpoint
	// Partial is true when single files were named: what is missing proves nothing.
	Partial bool
	// LockFiles are the files that name dependencies.
	LockFiles []string
	// Problems are the things that should have been read but could not.
	Problems []Problem
	// Unparsed are YAML files that do not parse, when nothing in them speaks for a
	// deployment: they matter only where an earlier commit's could be judged.
	Unparsed []Problem
	// OutOfScope says of files that might look like an input why no stage judges them.
	OutOfScope map[string]string
	// Event describes why this run happens.
	Event Event
}

// File is a regular file of the repository.
type File struct {
	Name string
}

// Document is one thing that rules judge: a Compose set, a Kubernetes object, a
// Dockerfile or the configuration.
type Document struct {
	Kind Kind
	// Name is the file, or for a Compose set the first file.
	Name string
	// Owner is the service that a Dockerfile inside of a Compose file belongs to, else
	// empty.
	Owner string
	// Overlay is the directory of the kustomization that rendered the object, else empty.
	Overlay string
	// Files are all files that the document was made of, lowest precedence first.
	Files []string
	// Model is the effective content: for Compose after merging and interpolation
	// (unset variables keep a placeholder), for Kubernetes the object, for a
	// Dockerfile {"stages": [...], "instructions": [...]}, for the configuration
	// {"files": {name: {"family": ..., "content": ...}}}.
	Model map[string]any
	// Raw is the Compose content before interpolation, nil for other kinds.
	Raw map[string]any
	// Variables are the variables that a Compose set uses.
	Variables []Variable
	// Locator finds places by paths in Model.
	Locator source.Locator
}

// Variable is one use of a Compose variable.
type Variable struct {
	Name string `json:"name"`
	// Default is the text after :- or -, nil when there is none.
	Default *string `json:"default"`
	// Required is true for :? and ?.
	Required bool `json:"required"`
	// Set is true when the repository's .env gives it a value.
	Set bool `json:"set"`
	// Path is where in the model it is used.
	Path []any `json:"path"`
}

// Stack is a Compose set that could be started.
type Stack struct {
	// Dir is the project directory, a slash path from the root ("." for the root).
	Dir string
	// Files are its Compose files in merge order, slash paths from the root.
	Files []string
	// Document is the index in Plan.Documents.
	Document int
}

// Image is one image reference as deployed.
type Image struct {
	// Ref is the reference with all variables resolved that can be.
	Ref string
	// Raw is the text as written, Ref when it holds no variable.
	Raw string
	// Unresolved are the variables that have no value; Ref is not usable then.
	Unresolved []string
	// Kind of the document that names it.
	Kind Kind
	// Subject is who uses it: a service, Kind/name/container, or a stage.
	Subject string
	// Location is the region of the value in its file.
	Location finding.Location
	// Default is where the default of the build argument stands that the reference ends
	// with, when nothing else uses it; else the zero value.
	Default finding.Location
	// Built is true when the same service builds this image itself, and nothing pulls it.
	Built bool
	// Fallback is true when the same service builds this image where no registry has it:
	// Compose asks the registry first.
	Fallback bool
	// BuiltBy is a file of the repository that builds an image of this very name: a
	// script, or Compose for another service. Where that did not run first, the image
	// is pulled.
	BuiltBy string
}

// Endpoint is a port on which a service answers.
type Endpoint struct {
	Service string
	// Port is the container's port; 0 when unknown.
	Port int
	// Scheme is http, https or empty when it cannot be told.
	Scheme string
	// Published is true when the port is reachable from outside the stack.
	Published bool
	// Location is the line that offers the port, or the service's key.
	Location finding.Location
}

// Problem is something of the repository that could not be read, with the stages that
// cannot see because of it.
type Problem struct {
	finding.Gap
	// Stages are the names of the stages that are blind.
	Stages []string
	// Remote is true when the thing is fetched from elsewhere and so is not read.
	Remote bool
}

// Event is why the run happens.
type Event struct {
	// Name is GitHub's event name, or "local".
	Name string
	// Base is the commit that the change is compared with, empty without one.
	Base string
	// Commit and Ref are what is assessed.
	Commit, Ref string
	// Strict is true for a change by somebody without rights here, from a fork or by
	// Dependabot: it may not run code with our rights, use secrets, or fill a cache.
	Strict bool
	// NoStack says why no stack may be started for this event; empty when one may.
	NoStack string
}

// Gaps returns the problems that blind the named stage.
func (p *Plan) Gaps(stage string) []finding.Gap {
	var gaps []finding.Gap
	for _, pr := range p.Problems {
		for _, s := range pr.Stages {
			if s == stage {
				gaps = append(gaps, pr.Gap)
			}
		}
	}
	return gaps
}
