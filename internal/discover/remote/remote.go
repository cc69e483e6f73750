// Package remote finds charts and manifests that are deployed from elsewhere: what Argo
// CD, Flux, Helm, helmfile, Kustomize, vendir and Terraform fetch when they deploy. What
// is fetched is not in the repository, so nobody here has judged it.
package remote

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// maxSources bounds what one call returns.
const maxSources = 1000

// Source is one chart, directory or file that is deployed.
type Source struct {
	// Tool deploys it: argocd, flux, helm, helmfile, kustomize, vendir, terraform.
	Tool string
	// Name is that of the release or object.
	Name string
	// Chart is the chart, and Path the directory or file within the repository, whichever
	// there is.
	Chart, Path string
	// Repo is where it comes from, empty when that is not known here.
	Repo string
	// Version is a version, tag, branch or commit as written.
	Version string
	// Local is the path of the same in this tree, empty for what is elsewhere. Own is true
	// when it is certain that the tool takes it from this repository.
	Local string
	Own   bool
	// Values are the values files in this tree, MissingValues those as written that are
	// not.
	Values, MissingValues []string
	// Inline is true when values stand beside the source.
	Inline bool
	// At is the path in the document, empty in a file that is none.
	At    []any
	Place finding.Location
}

// Tree is what this package may know of the repository.
type Tree struct {
	// Has reports whether a slash path is a file or directory of the tree.
	Has func(path string) bool
	// URLs are those of this repository, in any spelling; empty when they are not known.
	URLs []string
}

// own reports whether a URL is that of this repository, and whether that is known.
func (t Tree) own(repo string) (own, known bool) {
	same := func(u string) bool { return repository(u) == repository(repo) }
	return slices.ContainsFunc(t.URLs, same), len(t.URLs) > 0
}

// repository is a URL without what is written in several ways.
func repository(u string) string {
	u = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(u)), "/"), ".git")
	if _, rest, ok := strings.Cut(u, "://"); ok {
		u = rest
	} else {
		u = strings.Replace(u, ":", "/", 1)
	}
	if at := strings.LastIndex(u, "@"); at >= 0 {
		u = u[at+1:]
	}
	return u
}

// inTree is the clean path below dir when the tree has it.
func (t Tree) inTree(dir, name string) (string, bool) {
	if name == "" || isURL(name) || strings.ContainsAny(name, "{}$*") || t.Has == nil {
		return "", false
	}
	if path.IsAbs(name) {
		dir = "."
	}
	full := path.Join(dir, name)
	if full == ".." || strings.HasPrefix(full, "../") {
		return "", false
	}
	return full, full == "." || t.Has(full)
}

// place fills in where a source of another repository is in this tree.
func (t Tree) place(s Source) Source {
	own, known := t.own(s.Repo)
	if !own && known {
		return s
	}
	if local, ok := t.inTree(".", s.Path); ok && s.Path != "" {
		s.Local, s.Own = local, own
	}
	return s
}

// values sorts values files into those of the tree and others.
func (t Tree) values(s Source, dir string, files []string) Source {
	for _, f := range files {
		if name, ok := t.inTree(dir, f); ok {
			s.Values = append(s.Values, name)
		} else {
			s.MissingValues = append(s.MissingValues, f)
		}
	}
	return s
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Host != "" || strings.HasPrefix(s, "git@")
}

// dictionary, list and text read values of any shape.
func dictionary(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) (out []string) {
	for _, item := range list(v) {
		if s := text(item); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func dig(v any, keys ...string) any {
	for _, k := range keys {
		v = dictionary(v)[k]
	}
	return v
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

func join(at []any, more ...any) []any { return append(at[:len(at):len(at)], more...) }
