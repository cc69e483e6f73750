package recognise

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// local are the groups of files that have an apiVersion and a kind but that no cluster
// knows: they configure a tool.
var local = [...]string{"skaffold", "backstage.io", "kind.x-k8s.io", "k3d.io", "ctlptl.dev", "minikube.k8s.io", "kubeadm.k8s.io", "dev.okteto.com"}

// IsKubernetes reports whether a document is an object with an apiVersion and a kind,
// or a list of such objects.
func IsKubernetes(root *yaml.Node) bool {
	root = source.Deref(root)
	if root == nil {
		return false
	}
	if root.Kind == yaml.SequenceNode {
		return slices.ContainsFunc(root.Content, isObject)
	}
	return isObject(root)
}

func isObject(n *yaml.Node) bool {
	version, kind := scalarAt(n, "apiVersion"), scalarAt(n, "kind")
	group, _, _ := strings.Cut(version, "/")
	return version != "" && kind != "" && !slices.Contains(local[:], group)
}

func scalarAt(n *yaml.Node, key string) string {
	if n = source.Deref(n); n == nil || n.Kind != yaml.MappingNode {
		return ""
	}
	_, v := source.Child(n, key)
	if v = source.Deref(v); v == nil || v.Kind != yaml.ScalarNode {
		return ""
	}
	return v.Value
}
