package invoked

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/source"
)

func isPackageJSON(_, base string) bool { return base == "package.json" || base == "composer.json" }

// readPackageJSON reads the scripts of a package.
func readPackageJSON(name string, text []byte) (out []Invocation) {
	if !mentions(text) {
		return nil
	}
	docs, err := source.Parse(name, text)
	if err != nil || len(docs) != 1 {
		return newScope(name, path.Dir(name)).search(string(text), 1)
	}
	w := walker{out: &out}
	scripts := child(docs[0].Root, "scripts")
	for _, key := range source.Keys(scripts) {
		_, v := source.Child(scripts, key)
		w.shell(v, newScope(name, path.Dir(name)))
	}
	return out
}

func isDevcontainer(dir, base string) bool {
	return base == "devcontainer.json" || base == ".devcontainer.json" || path.Base(dir) == ".devcontainer" && hasEnding(base, ".json")
}

// readDevcontainer reads what a development container is made of.
func readDevcontainer(name string, text []byte) (out []Invocation) {
	doc, err := configfile.ParseJSONC(name, text)
	if err != nil {
		return nil
	}
	s, root := newScope(name, path.Dir(name)), doc.Root
	if n := child(root, "dockerComposeFile"); n != nil {
		out = append(out, s.at(Invocation{Tool: Compose}.named(texts(n)...), source.Deref(n).Line))
	}
	for _, at := range [...]*yaml.Node{root, child(root, "build")} {
		for _, key := range [...]string{"dockerFile", "dockerfile"} {
			if file := scalarAt(at, key); file != "" {
				i := Invocation{Tool: Build, Target: scalarAt(at, "context")}.named(file)
				out = append(out, s.at(i, source.Deref(child(at, key)).Line))
			}
		}
	}
	return out
}

// texts are the scalars of a list, or the one that stands in place of a list.
func texts(n *yaml.Node) (out []string) {
	switch n = source.Deref(n); {
	case n == nil:
	case n.Kind == yaml.ScalarNode:
		out = append(out, n.Value)
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			if item = source.Deref(item); item.Kind == yaml.ScalarNode {
				out = append(out, item.Value)
			}
		}
	}
	return out
}

func isSkaffold(_, base string) bool {
	return strings.HasPrefix(base, "skaffold") && hasEnding(base, ".yml", ".yaml")
}

// readSkaffold reads what is built and deployed, also by the profiles.
func readSkaffold(name string, text []byte) (out []Invocation) {
	docs, err := source.Parse(name, text)
	if err != nil {
		return nil
	}
	s := newScope(name, path.Dir(name))
	for _, d := range docs {
		skaffold(d.Root, s, &out)
		for _, p := range content(child(d.Root, "profiles")) {
			skaffold(p, s, &out)
		}
	}
	return out
}

func content(n *yaml.Node) []*yaml.Node {
	if n = source.Deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func skaffold(root *yaml.Node, s scope, out *[]Invocation) {
	add := func(n *yaml.Node, i Invocation) { *out = append(*out, s.at(i, source.Deref(n).Line)) }
	for _, a := range content(child(child(root, "build"), "artifacts")) {
		add(a, Invocation{Tool: Build, Target: scalarAt(a, "context"), Image: scalarAt(a, "image")}.named(scalarAt(a, "docker", "dockerfile"), scalarAt(a, "kaniko", "dockerfile")))
	}
	manifests, deploy := child(root, "manifests"), child(root, "deploy")
	for _, n := range [...]*yaml.Node{child(manifests, "rawYaml"), child(child(deploy, "kubectl"), "manifests")} {
		if names := texts(n); len(names) > 0 {
			add(n, Invocation{Tool: Kubectl}.named(names...))
		}
	}
	for _, n := range [...]*yaml.Node{child(child(manifests, "kustomize"), "paths"), child(child(deploy, "kustomize"), "paths")} {
		for _, dir := range texts(n) {
			add(n, Invocation{Tool: Kustomize, Target: dir})
		}
	}
	for _, from := range [...]*yaml.Node{manifests, deploy} {
		for _, r := range content(child(child(from, "helm"), "releases")) {
			i := Invocation{Tool: Helm, Target: scalarAt(r, "chartPath") + scalarAt(r, "remoteChart")}
			add(r, i.named(texts(child(r, "valuesFiles"))...))
		}
	}
}

func isBake(_, base string) bool {
	return strings.HasPrefix(base, "docker-bake") && hasEnding(base, ".hcl", ".json")
}

// readBake reads the targets of a bake file.
func readBake(name string, text []byte) []Invocation {
	s := newScope(name, path.Dir(name))
	if hasEnding(name, ".hcl") {
		return bakeHCL(string(text), s)
	}
	docs, err := source.Parse(name, text)
	if err != nil || len(docs) != 1 {
		return nil
	}
	var out []Invocation
	targets := child(docs[0].Root, "target")
	for _, key := range source.Keys(targets) {
		_, t := source.Child(targets, key)
		i := Invocation{Tool: Build, Target: scalarAt(t, "context"), Inline: scalarAt(t, "dockerfile-inline")}
		out = append(out, s.at(i.named(scalarAt(t, "dockerfile")), source.Deref(t).Line))
	}
	return out
}
