package remote

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/source"
)

// Object is one object of a manifest.
type Object struct {
	// Model is the object as JSON-like values.
	Model map[string]any
	// Locator finds the places of its paths.
	Locator source.Locator
}

// Objects returns what the objects of a cluster deploy. The objects are those of the
// whole repository: a release of Flux names its repository, which is another object.
func Objects(objects []Object, tree Tree) (out []Source) {
	repos := repositories(objects)
	for _, o := range objects {
		for _, s := range deployed(o, repos, tree) {
			if len(out) == maxSources {
				return out
			}
			s.Name = text(dig(o.Model, "metadata", "name"))
			s.Place, _ = o.Locator.Locate(s.At)
			out = append(out, s)
		}
	}
	return out
}

func deployed(o Object, repos map[string]map[string]any, tree Tree) []Source {
	group, _, _ := strings.Cut(text(o.Model["apiVersion"]), "/")
	switch kind := text(o.Model["kind"]); {
	case group == "argoproj.io" && kind == "Application":
		return argo(dictionary(o.Model["spec"]), []any{"spec"}, tree)
	case group == "argoproj.io" && kind == "ApplicationSet":
		at := []any{"spec", "template", "spec"}
		return argo(dictionary(dig(o.Model, "spec", "template", "spec")), at, tree)
	case strings.HasSuffix(group, "fluxcd.io") && kind == "HelmRelease":
		return fluxRelease(o.Model, repos, tree)
	case strings.HasSuffix(group, "fluxcd.io") && kind == "Kustomization":
		return fluxKustomization(o.Model, repos, tree)
	case group == "helm.cattle.io" && kind == "HelmChart":
		return cattle(o.Model)
	case group == "vendir.k14s.io":
		return vendir(o.Model, tree)
	}
	return nil
}

// argo reads one source or several of an application.
func argo(spec map[string]any, at []any, tree Tree) (out []Source) {
	if s := dictionary(spec["source"]); s != nil {
		out = append(out, argoSource(s, join(at, "source"), nil, tree))
	}
	named := map[string]any{}
	for _, s := range list(spec["sources"]) {
		if ref := text(dig(s, "ref")); ref != "" {
			named[ref] = dig(s, "repoURL")
		}
	}
	for i, s := range list(spec["sources"]) {
		if m := dictionary(s); text(m["ref"]) == "" || m["path"] != nil || m["chart"] != nil {
			out = append(out, argoSource(m, join(at, "sources", i), named, tree))
		}
	}
	return out
}

// argoSource reads a source. Values files start from its directory, or from another
// source when they begin with its name.
func argoSource(m map[string]any, at []any, named map[string]any, tree Tree) Source {
	s := tree.place(Source{Tool: "argocd", Repo: text(m["repoURL"]), Chart: text(m["chart"]), Path: text(m["path"]), Version: text(m["targetRevision"])})
	s.At = join(at, "repoURL")
	helm := dictionary(m["helm"])
	s.Inline = helm["values"] != nil || helm["valuesObject"] != nil || helm["parameters"] != nil
	for _, f := range texts(helm["valueFiles"]) {
		dir, name, elsewhere := s.Path, f, s.Local == ""
		if ref, rest, ok := strings.Cut(f, "/"); ok && strings.HasPrefix(ref, "$") {
			own, known := tree.own(text(named[ref[1:]]))
			dir, name, elsewhere = ".", rest, known && !own
		}
		if elsewhere {
			s.MissingValues = append(s.MissingValues, f)
			continue
		}
		s = tree.values(s, dir, []string{name})
	}
	return s
}

// repositories are the objects of Flux that say where something comes from.
func repositories(objects []Object) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, o := range objects {
		group, _, _ := strings.Cut(text(o.Model["apiVersion"]), "/")
		if group == "source.toolkit.fluxcd.io" {
			meta := dictionary(o.Model["metadata"])
			spec := dictionary(o.Model["spec"])
			out[key(text(o.Model["kind"]), text(meta["namespace"]), text(meta["name"]))] = spec
			out[key(text(o.Model["kind"]), "", text(meta["name"]))] = spec
		}
		if group == "source.extensions.fluxcd.io" {
			for _, a := range list(dig(o.Model, "spec", "artifacts")) {
				artifact := dictionary(a)
				namespace := text(dig(o.Model, "metadata", "namespace"))
				generated := key("ExternalArtifact", namespace, text(artifact["name"]))
				if known := out[generated]; known != nil { // clusters have artifacts of the same name
					artifact = map[string]any{"copy": append(list(known["copy"]), list(artifact["copy"])...)}
				}
				out[generated] = artifact
			}
		}
	}
	return out
}

func key(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

// referred finds what a reference names: in its namespace, that of the object, or the
// only one of the name.
func referred(ref map[string]any, namespace string, repos map[string]map[string]any) map[string]any {
	kind, name := text(ref["kind"]), text(ref["name"])
	for _, ns := range [...]string{first(text(ref["namespace"]), namespace), ""} {
		if spec, ok := repos[key(kind, ns, name)]; ok {
			return spec
		}
	}
	return nil
}

func revision(spec map[string]any) string {
	ref := dictionary(spec["ref"])
	return first(text(ref["commit"]), text(ref["digest"]), text(ref["tag"]), text(ref["semver"]), text(ref["branch"]))
}

// fluxRelease reads a release of a chart, which stands in it or is an object.
func fluxRelease(model map[string]any, repos map[string]map[string]any, tree Tree) []Source {
	spec := dictionary(model["spec"])
	namespace := text(dig(model, "metadata", "namespace"))
	chart := dictionary(dig(spec, "chart", "spec"))
	s := Source{Tool: "flux", Chart: text(chart["chart"]), Version: text(chart["version"]), At: []any{"spec", "chart", "spec", "chart"}}
	s.Inline = spec["values"] != nil || spec["valuesFrom"] != nil
	ref := dictionary(chart["sourceRef"])
	if chart == nil {
		ref, s.At = dictionary(spec["chartRef"]), []any{"spec", "chartRef"}
	}
	repo := referred(ref, namespace, repos)
	s.Repo = text(repo["url"])
	switch text(ref["kind"]) {
	case "GitRepository", "Bucket":
		s.Path, s.Chart, s.Version = s.Chart, "", revision(repo)
		s = tree.place(s)
	case "OCIRepository":
		s.Version = first(s.Version, revision(repo))
	case "HelmChart":
		s.Chart, s.Version = text(repo["chart"]), text(repo["version"])
		s.Repo = text(referred(dictionary(repo["sourceRef"]), namespace, repos)["url"])
	}
	return []Source{tree.values(s, s.Path, texts(chart["valuesFiles"]))}
}

// fluxKustomization reads what Flux applies from a repository.
func fluxKustomization(model map[string]any, repos map[string]map[string]any, tree Tree) []Source {
	spec := dictionary(model["spec"])
	ref := dictionary(spec["sourceRef"])
	repo := referred(ref, text(dig(model, "metadata", "namespace")), repos)
	s := Source{Tool: "flux", Repo: text(repo["url"]), Path: strings.TrimPrefix(text(spec["path"]), "./"), Version: revision(repo), At: []any{"spec", "sourceRef"}}
	switch text(ref["kind"]) {
	case "OCIRepository":
		return []Source{s}
	case "ExternalArtifact":
		s.Path = copied(repo, s.Path)
	}
	if s.Path == "" {
		s.Path = "."
	}
	return []Source{tree.place(s)}
}

// copied is where a path of a generated artifact comes from, the path itself when its
// generator does not say.
func copied(artifact map[string]any, name string) string {
	for _, c := range list(artifact["copy"]) {
		_, from, _ := strings.Cut(strings.TrimPrefix(text(dig(c, "from")), "@"), "/")
		to, whole := strings.CutPrefix(text(dig(c, "to")), "@artifact/")
		dir, isDir := strings.CutSuffix(from, "/**")
		rest, below := strings.CutPrefix(path.Clean(name)+"/", to)
		if whole && isDir && below {
			return path.Join(dir, rest)
		}
	}
	return name
}

// cattle reads a chart of the Helm controller of K3s.
func cattle(model map[string]any) []Source {
	spec := dictionary(model["spec"])
	return []Source{{
		Tool: "helm", Chart: text(spec["chart"]), Repo: text(spec["repo"]), Version: text(spec["version"]),
		Inline: spec["valuesContent"] != nil || spec["set"] != nil, At: []any{"spec", "chart"},
	}}
}

// vendir reads what is fetched into directories; a directory that is committed is here.
func vendir(model map[string]any, tree Tree) (out []Source) {
	for i, d := range list(model["directories"]) {
		for j, c := range list(dig(d, "contents")) {
			m, at := dictionary(c), []any{"directories", i, "contents", j}
			for _, kind := range [...]string{"git", "hg", "http", "image", "imgpkgBundle", "githubRelease", "helmChart"} {
				from := dictionary(m[kind])
				if from == nil {
					continue
				}
				s := Source{
					Tool: "vendir", Chart: text(from["name"]), Repo: first(text(from["url"]), text(from["image"]), text(from["slug"]), text(dig(from, "repository", "url"))),
					Version: first(text(from["ref"]), text(from["tag"]), text(from["version"])), Path: text(m["path"]), At: join(at, kind),
				}
				s.Local, _ = tree.present(text(dig(d, "path")), text(m["path"]))
				out = append(out, s)
			}
		}
	}
	return out
}

// present is a path that the tree has, empty when it does not.
func (t Tree) present(dir, name string) (string, bool) {
	if full, ok := t.inTree(dir, first(name, ".")); ok {
		return full, true
	}
	return "", false
}
