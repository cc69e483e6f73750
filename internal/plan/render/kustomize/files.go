package kustomize

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

// entry is a file that takes part in a rendering.
type entry struct {
	data []byte
	docs []*source.Doc
	// root is a kustomization's own document, nil for other files.
	root *source.Doc
}

// metadata asks the renderer to note where each object came from.
const metadata = "\nbuildMetadata: [originAnnotations, transformerAnnotations]\n"

// annotated is what is rendered: a kustomization asks for the origin of its objects.
func (e entry) annotated() []byte {
	if e.root == nil || e.root.Root == nil || e.root.Root.Style&yaml.FlowStyle != 0 {
		return e.data
	}
	return append(slices.Clone(e.data), metadata...)
}

// set gathers the files of a kustomization and of all that it refers to.
type set struct {
	tree     *source.Tree
	files    map[string]entry
	problems []render.Problem
	bytes    int
}

func newSet(tree *source.Tree) *set { return &set{tree: tree, files: map[string]entry{}} }

func (s *set) names() []string { return slices.Sorted(maps.Keys(s.files)) }

func (s *set) fail(at finding.Location, format string, args ...any) {
	s.problems = append(s.problems, render.Problem{Location: at, Message: fmt.Sprintf(format, args...)})
}

// add reads a file once and follows what it refers to.
func (s *set) add(name string) {
	if _, known := s.files[name]; known || len(s.files) > maxFiles {
		return
	}
	data, err := s.tree.Read(name, maxBytes)
	if s.bytes += len(data); err != nil || s.bytes > maxBytes {
		s.fail(finding.Top(name), "file of a kustomization cannot be read or is too large together with the others")
		return
	}
	e := entry{data: data}
	if e.docs, err = source.Parse(name, data); err != nil && IsKustomization(name) {
		s.fail(finding.Top(name), "kustomization is not readable as YAML; mend it")
		return
	}
	if IsKustomization(name) && len(e.docs) > 0 {
		e.root = e.docs[0]
	}
	s.files[name] = e
	if e.root != nil {
		s.follow(name, e.root)
	}
}

var (
	// foreign are the sections that run programs or other tools.
	foreign = []string{"generators", "transformers", "validators", "helmCharts", "helmChartInflationGenerator", "helmGlobals"}
	// folders name directories or files, patches and others files alone.
	folders = []string{"resources", "bases", "components"}
	files   = []string{"patchesStrategicMerge", "crds", "configurations"}
	// pathed hold mappings with a path, listed hold mappings with lists of files.
	pathed = []string{"patches", "patchesJson6902", "replacements"}
	listed = []string{"configMapGenerator", "secretGenerator"}
	// remote is what kustomize fetches: with git, or over HTTP.
	remote = regexp.MustCompile(`(?i)://|::|^[^/\s]*@|^github\.com[:/]|^gh:|\?(ref|version|timeout|submodules)=`)
)

// follow reads the references of a kustomization.
func (s *set) follow(name string, doc *source.Doc) {
	for _, key := range foreign {
		if k, v := source.Child(doc.Root, key); v != nil {
			s.fail(s.at(doc, k), "%s runs other programs, so that what it makes is not judged; render it and commit the result, or exclude the directory", key)
		}
	}
	for _, key := range folders {
		s.each(doc, key, func(n *yaml.Node) { s.refer(name, doc, n, true) })
	}
	for _, key := range files {
		s.each(doc, key, func(n *yaml.Node) { s.refer(name, doc, n, false) })
	}
	for _, key := range pathed {
		s.each(doc, key, func(n *yaml.Node) { s.field(name, doc, n, "path") })
	}
	for _, key := range listed {
		s.each(doc, key, func(n *yaml.Node) {
			for _, field := range []string{"files", "envs", "env"} {
				s.field(name, doc, n, field)
			}
		})
	}
	if _, v := source.Child(doc.Root, "openapi"); v != nil {
		s.field(name, doc, v, "path")
	}
}

func (s *set) at(doc *source.Doc, n *yaml.Node) finding.Location {
	return finding.Location{URI: doc.Name, Region: doc.Region(n)}
}

func (s *set) each(doc *source.Doc, key string, do func(*yaml.Node)) {
	_, v := source.Child(doc.Root, key)
	if v = source.Deref(v); v != nil && v.Kind == yaml.SequenceNode {
		for _, n := range v.Content {
			do(source.Deref(n))
		}
	}
}

// field refers to the file or files that a key of a mapping names.
func (s *set) field(name string, doc *source.Doc, n *yaml.Node, key string) {
	_, v := source.Child(n, key)
	switch v = source.Deref(v); {
	case v == nil:
	case v.Kind == yaml.ScalarNode:
		s.refer(name, doc, v, false)
	case v.Kind == yaml.SequenceNode:
		for _, item := range v.Content {
			s.refer(name, doc, source.Deref(item), false)
		}
	}
}

// refer adds what one scalar names. A text of several lines is a patch itself.
func (s *set) refer(from string, doc *source.Doc, n *yaml.Node, folder bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" || strings.ContainsAny(strings.TrimSpace(n.Value), "\n{") {
		return
	}
	ref := n.Value
	if i := strings.Index(ref, "="); i >= 0 && !folder && !remote.MatchString(ref) { // key=file of a generator
		ref = ref[i+1:]
	}
	target := path.Join(path.Dir(from), ref)
	switch {
	case remote.MatchString(ref):
		s.fail(s.at(doc, n), "%q is fetched when the kustomization is applied, so it is not read and what it adds is not judged; commit a copy and refer to that", ref)
	case path.IsAbs(ref) || target == ".." || strings.HasPrefix(target, "../"):
		s.fail(s.at(doc, n), "%q leads out of the repository; move the file into it", ref)
	case s.isFile(target):
		s.add(target)
	case folder:
		s.directory(doc, n, target)
	default:
		s.fail(s.at(doc, n), "file %q does not exist", ref)
	}
}

func (s *set) isFile(name string) bool {
	_, err := s.tree.Head(name, 1)
	return err == nil
}

func (s *set) directory(doc *source.Doc, n *yaml.Node, dir string) {
	for _, base := range Names {
		if name := path.Join(dir, base); s.isFile(name) {
			s.add(name)
			return
		}
	}
	s.fail(s.at(doc, n), "%q is neither a file nor a directory with a kustomization", n.Value)
}
