package discover

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"slices"
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
	tree := remote.Tree{Has: b.holds}
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

// holds reports whether the tree holds a file or directory.
func (b *builder) holds(name string) bool {
	if b.plan.Partial {
		_, err := fs.Stat(b.tree.FS(), path.Clean(name))
		return err == nil
	}
	name = path.Clean(name)
	return name == "." || b.has(name) || len(b.below(name)) > 0
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

// tools are the names of what deploys, as their makers write them.
var tools = map[string]string{"argocd": "Argo CD", "flux": "Flux", "helm": "Helm", "helmfile": "Helmfile", "kustomize": "Kustomize", "vendir": "vendir", "terraform": "Terraform"}

// absent reports the sources that are not in this tree. Overlays of the same base differ
// in the version at most, and make one gap.
func (b *builder) absent(sources []remote.Source) {
	var order []remote.Source
	versions := map[int][]string{}
	for _, s := range sources {
		if s.Local != "" {
			continue
		}
		at := slices.IndexFunc(order, func(o remote.Source) bool { return o.Place == s.Place && o.Name == s.Name && fetches(o) == fetches(s) })
		if at < 0 {
			at, order = len(order), append(order, s)
		}
		if s.Version != "" && !slices.Contains(versions[at], s.Version) {
			versions[at] = append(versions[at], s.Version)
		}
	}
	for i, s := range order {
		message := cmp.Or(tools[s.Tool], s.Tool) + " deploys " + fetches(s)
		if len(versions[i]) > 0 {
			message += ", version " + clip(strings.Join(versions[i], " and "))
		}
		b.reportOnce(finding.Gap{
			Rule: gap.RemoteSource, Location: s.Place, Subject: clip(s.Tool + "/" + cmp.Or(s.Name, s.Chart, s.Path, s.Repo)),
			Message: message + ", which is not in this repository and was not judged",
		}, renderStages[:]...)
	}
}

// fetches says what a source is and where it comes from.
func fetches(s remote.Source) string {
	what, repo := "the chart "+clip(s.Chart), clip(s.Repo)
	if s.Chart == "" {
		what = "the path " + clip(s.Path)
	}
	switch {
	case repo == "" && s.Chart+s.Path == "":
		return "a source that is not named here"
	case repo == "":
		return what
	case s.Chart+s.Path == "" || s.Chart != "" && path.Base(repo) == s.Chart:
		return repo
	}
	return what + " of " + repo
}
