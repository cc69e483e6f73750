package discover

import (
	"bytes"
	"cmp"
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/discover/remote"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// elsewhere reports charts and manifests that are deployed from other repositories: by
// objects of the cluster, and by files of Helm's and Terraform's.
func (b *builder) elsewhere() {
	tree := remote.Tree{Has: b.exists}
	var objects []remote.Object
	for _, d := range b.plan.Documents {
		if d.Kind == plan.Kubernetes {
			objects = append(objects, remote.Object{Model: d.Model, Locator: d.Locator})
		}
	}
	b.absent(remote.Objects(objects, tree))
	for _, f := range b.plan.Files {
		b.absent(b.fetched(f.Name, tree))
	}
}

// fetched are what a file of a tool deploys that is no object of a cluster.
func (b *builder) fetched(name string, tree remote.Tree) []remote.Source {
	switch base := path.Base(name); {
	case strings.HasPrefix(base, "helmfile") && isYAML(name):
		return b.helmfile(name, tree)
	case path.Ext(name) == ".tf":
		if data := b.holding(name, "helm_release"); data != nil {
			return remote.Terraform(name, data, tree)
		}
	case configfile.HasShell(name):
		return b.helmCommands(name, tree)
	}
	return nil
}

func (b *builder) helmfile(name string, tree remote.Tree) (out []remote.Source) {
	data := b.holding(name, "releases")
	docs, err := source.Parse(name, data)
	if data == nil || err != nil {
		return nil // broken ones are reported where they are read
	}
	for _, d := range docs {
		if model, ok := source.Decode(d.Root, render.Scalar).(map[string]any); ok {
			out = append(out, remote.Document(name, model, d, tree)...)
		}
	}
	return out
}

func (b *builder) helmCommands(name string, tree remote.Tree) (out []remote.Source) {
	data := b.holding(name, "helm")
	if data == nil {
		return nil
	}
	for _, s := range configfile.Shells(name, data) {
		out = append(out, remote.Commands(name, s.Commands, s.Dirs, tree)...)
	}
	return out
}

// holding is the content of a file that holds a word, else nil.
func (b *builder) holding(name, word string) []byte {
	data, err := b.tree.Read(name, maxScript)
	if err != nil || !bytes.Contains(data, []byte(word)) {
		return nil
	}
	return data
}

// absent reports the sources that are not in this tree.
func (b *builder) absent(sources []remote.Source) {
	for _, s := range sources {
		if s.Local != "" {
			continue
		}
		what := cmp.Or(s.Chart, s.Path, "a source")
		message := s.Tool + " deploys " + clip(what)
		if s.Version != "" {
			message += " " + clip(s.Version)
		}
		if s.Repo != "" {
			message += " of " + clip(s.Repo)
		}
		b.reportOnce(finding.Gap{
			Rule: gap.RemoteSource, Location: s.Place, Subject: clip(s.Tool + "/" + cmp.Or(s.Name, what)),
			Message: message + ", which is not in this repository and was not judged",
		}, renderStages[:]...)
	}
}
