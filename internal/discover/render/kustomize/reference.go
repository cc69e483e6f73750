package kustomize

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/gap"
)

// what says what a reference leads to.
type what int

const (
	nothing what = iota
	regular
	directory
)

// host finds references that kustomize would fetch: URLs, and git's short forms.
var host = regexp.MustCompile(`(?i)://|^git::|^[a-z][a-z0-9-]*@|^github\.com[/:]|\?(ref|version|timeout|submodules)=`)

var (
	errRemote  = errors.New("lies elsewhere and is not fetched; copy it into the repository")
	errOutside = errors.New("leads out of the repository; copy it in")
	errMissing = errors.New("does not exist; correct the path")
)

// ruleOf is the kind of gap that an unresolved reference leaves.
func ruleOf(err error) string {
	switch {
	case errors.Is(err, errRemote):
		return gap.RemoteSource
	case errors.Is(err, errOutside):
		return gap.Outside
	case errors.Is(err, errMissing):
		return gap.MissingFile
	}
	return gap.RenderFailed
}

// resolve finds what a reference of a kustomization leads to inside of the tree, by its
// own name when links lead there.
func (c *closure) resolve(dir, ref string) (string, what, error) {
	switch {
	case host.MatchString(ref):
		return "", nothing, errRemote
	case ref == "" || path.IsAbs(ref) || strings.ContainsAny(ref, "\x00\\"):
		return "", nothing, errors.New("is no relative path; give one")
	}
	name := path.Join(dir, ref)
	if !filepath.IsLocal(name) {
		return "", nothing, errOutside
	}
	info, err := fs.Stat(c.tree.FS(), name)
	if err != nil {
		if c.tree.Escapes(name) {
			return "", nothing, errOutside
		}
		return "", nothing, errMissing
	}
	if name = c.tree.Target(name); name == "" {
		return "", nothing, errOutside
	}
	switch {
	case info.IsDir():
		return name, directory, nil
	case info.Mode().IsRegular():
		return name, regular, nil
	}
	return "", nothing, errors.New("is neither a file nor a directory; replace it by a file")
}

// local resolves a file that must lie in or below the kustomization's directory.
func (c *closure) local(k *kust, e entry) (name string, ok bool) {
	name, kind, err := c.resolve(k.dir, e.text)
	switch {
	case err != nil:
	case kind != regular:
		err = errors.New("is a directory; name a file")
	case k.dir != "." && !strings.HasPrefix(name, k.dir+"/"):
		err = errors.New("lies outside of the kustomization's directory, where kustomize reads no files; move it below, or make it a base")
	}
	if err != nil {
		c.deny(ruleOf(err), e.at, "%q %s", clip(e.text), err.Error())
		return "", false
	}
	return name, true
}
