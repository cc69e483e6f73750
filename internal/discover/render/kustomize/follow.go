package kustomize

import (
	"cmp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// follow resolves everything that a kustomization names, and leaves in its specification
// only what the library may see.
func (c *closure) follow(k *kust) {
	k.spec.FixKustomization()
	c.refused(k)
	k.spec.Resources, k.spec.Components = nil, nil
	for _, key := range [...]string{"resources", "bases"} {
		for _, e := range k.list(key) {
			c.resource(k, e)
		}
	}
	for _, e := range k.list("components") {
		c.part(k, e)
	}
	c.settings(k)
	c.patchesOf(k)
	c.replacementsOf(k)
	c.generators(k)
	c.labels(k)
}

// refused takes out what would run programs, fetch charts or change the library's own
// tables.
func (c *closure) refused(k *kust) {
	for _, key := range [...]string{"helmCharts", "helmChartInflationGenerator"} {
		for i := range length(k.doc.Root, key) {
			c.deny(gap.RemoteSource, k.at(key, i), "chart %s is not rendered here, because kustomize runs helm for %s; a chart of the repository is judged with its own values", k.chart(i), key)
		}
	}
	k.spec.HelmCharts, k.spec.HelmGlobals = nil, nil
	if len(k.spec.OpenAPI) > 0 {
		c.refuse(k.at("openapi"), "a schema of its own is not used; lists of custom resources may be merged differently")
		k.spec.OpenAPI = nil
	}
	for _, e := range k.list("generators") {
		c.refuse(e.at, "generator is not run, because it may be a program; use configMapGenerator or secretGenerator")
	}
	for _, e := range k.list("validators") {
		c.refuse(e.at, "validator is not run, because it may be a program; take it out")
	}
	k.spec.Generators, k.spec.Validators = nil, nil
	k.spec.Transformers = c.transformers(k)
}

// chart names an entry of helmCharts.
func (k *kust) chart(i int) string {
	if i >= len(k.spec.HelmCharts) {
		return strconv.Itoa(i + 1)
	}
	c := k.spec.HelmCharts[i]
	return clip(strings.TrimSpace(c.Name + " " + c.Version + " of " + cmp.Or(c.Repo, "this repository")))
}

func length(n *yaml.Node, key string) int {
	if _, list := source.Child(n, key); list != nil {
		return len(source.Deref(list).Content)
	}
	return 0
}

// harmless are the built-in transformers that read no file.
var harmless = map[string]bool{
	"AnnotationsTransformer": true, "ImageTagTransformer": true, "LabelTransformer": true, "NamespaceTransformer": true,
	"PrefixTransformer": true, "PrefixSuffixTransformer": true, "ReplicaCountTransformer": true, "SuffixTransformer": true,
}

// transformers keeps the configuration of harmless built-in transformers.
func (c *closure) transformers(k *kust) (kept []string) {
	for _, e := range k.list("transformers") {
		text := e.text
		if !strings.Contains(text, "\n") {
			_, f, ok := c.document(k, e)
			if !ok {
				continue
			}
			data, err := c.bounded(f.name)
			if err != nil {
				c.refuse(e.at, "%q cannot be read: %s", clip(e.text), message(err))
				continue
			}
			text = string(data)
		}
		docs, err := source.Parse(k.name, []byte(text))
		if err != nil || !allHarmless(docs) {
			c.refuse(e.at, "transformer is not run, because it may be a program or read files; use the fields of the kustomization")
			continue
		}
		k.weight.bytes += len(text)
		kept = append(kept, text)
	}
	return kept
}

func allHarmless(docs []*source.Doc) bool {
	for _, d := range docs {
		_, version := source.Child(d.Root, "apiVersion")
		_, kind := source.Child(d.Root, "kind")
		if version == nil || kind == nil || version.Value != "builtin" || !harmless[kind.Value] || deepPaths(d.Root) {
			return false
		}
	}
	return len(docs) > 0
}

// part follows an entry of components.
func (c *closure) part(k *kust, e entry) {
	name, kind, err := c.resolve(k.dir, e.text)
	switch {
	case err != nil:
		c.deny(ruleOf(err), e.at, "component %q %s", clip(e.text), err.Error())
		return
	case kind != directory:
		c.refuse(e.at, "component %q is no directory; name the one that holds its kustomization", clip(e.text))
		return
	}
	if sub := c.base(name, e); sub != nil {
		k.components = append(k.components, sub)
		k.spec.Components = append(k.spec.Components, c.refTo(k, name, e))
	}
}

// settings are files that tell the library about fields.
func (c *closure) settings(k *kust) {
	k.spec.Crds, k.spec.Configurations = nil, nil
	for _, e := range k.list("crds") {
		if ref, _, ok := c.document(k, e); ok {
			k.spec.Crds = append(k.spec.Crds, ref)
		}
	}
	for _, e := range k.list("configurations") {
		ref, f, ok := c.document(k, e)
		if !ok {
			continue
		}
		for _, d := range f.docs {
			k.weight.bytes += sizeOf(d.Root)
			if deepPaths(d.Root) {
				c.refuse(e.at, "%q has a path longer than %d bytes; shorten it", clip(e.text), maxPath)
				ok = false
			}
		}
		if ok {
			k.spec.Configurations = append(k.spec.Configurations, ref)
		}
	}
}

// generators keeps the sources of generated objects that are files of the tree.
func (c *closure) generators(k *kust) {
	for i := range k.spec.ConfigMapGenerator {
		c.sources(k, &k.spec.ConfigMapGenerator[i].KvPairSources, "configMapGenerator", i)
	}
	for i := range k.spec.SecretGenerator {
		c.sources(k, &k.spec.SecretGenerator[i].KvPairSources, "secretGenerator", i)
	}
}

func (c *closure) sources(k *kust, s *types.KvPairSources, key string, i int) {
	k.weight.objects++
	s.FileSources, s.EnvSources, s.EnvSource = nil, nil, ""
	for _, e := range k.list(key, i, "files") {
		name, at, named := strings.Cut(e.text, "=")
		if !named {
			name, at = e.text[strings.LastIndex(e.text, "/")+1:], e.text
		}
		if ref, _, data, ok := c.raw(k, entry{at, e.at, e.path}); ok {
			s.FileSources = append(s.FileSources, name+"="+ref)
			k.weight.bytes += len(data)
		}
	}
	for _, list := range [...]string{"envs", "env"} {
		for _, e := range k.list(key, i, list) {
			if ref, _, data, ok := c.raw(k, e); ok {
				s.EnvSources = append(s.EnvSources, ref)
				k.weight.bytes += len(data)
			}
		}
	}
}

// labels gives the old form of labels the new one, which means the same and makes the
// library print no warning.
func (c *closure) labels(k *kust) {
	if old := k.legacy().labels; len(*old) > 0 {
		k.spec.Labels = append(k.spec.Labels, types.Label{Pairs: *old, IncludeSelectors: true})
		*old = nil
	}
	if deepPaths(k.doc.Root) {
		c.refuse(k.at(), "kustomization has a path longer than %d bytes; shorten it", maxPath)
		k.spec.Labels = nil
	}
}
