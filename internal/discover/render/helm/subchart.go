package helm

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// subcharts loads what lies in charts/ and what a dependency names by file://.
func (l *loader) subcharts(c *chart, found []string, depth int) error {
	for _, name := range found {
		dir := l.shelf.follow(name)
		if path.Ext(name) == ".tgz" {
			if dir = l.unpack(dir); dir == "" {
				continue
			}
		}
		if err := l.sub(c, dir, depth); err != nil {
			return err
		}
	}
	for _, n := range c.needs {
		if err := l.need(c, n, depth); err != nil {
			return err
		}
	}
	return nil
}

// unpack opens a packed subchart and returns its directory, empty when it has none.
func (l *loader) unpack(name string) string {
	dir, a, err := l.shelf.open(name)
	if err != nil {
		l.missing++
		l.broken = append(l.broken, shown(name))
		l.out.Fail(gap.RenderFailed, finding.Top(name), "packed subchart %s was not read: %v; pack it anew with helm package, or unpack it in charts/", shown(name), err)
		return ""
	}
	if len(a.links) > 0 {
		l.missing++
		l.out.Fail(gap.RenderFailed, finding.Top(name), "packed subchart %s holds links or devices, such as %q, which were not followed; pack plain files", shown(name), a.links[0])
	}
	return dir
}

func (l *loader) sub(c *chart, dir string, depth int) error {
	for p := c; p != nil; p = p.parent {
		if p.dir == dir {
			return &source.Error{Location: finding.Top(path.Join(dir, "Chart.yaml")), Message: "the chart contains itself"}
		}
	}
	s, err := l.load(dir, c, depth+1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a directory without Chart.yaml is no chart
	}
	if err == nil {
		c.subs = append(c.subs, s)
	}
	return err
}

// need makes sure that a dependency was found: in charts/, or where file:// says.
func (l *loader) need(c *chart, n need, depth int) error {
	if c.has(n.name) {
		return nil
	}
	if dir, ok := c.beside(n); ok {
		before := len(c.subs)
		if err := l.sub(c, dir, depth); err != nil {
			return err
		}
		if c.has(n.name) {
			return nil
		}
		c.subs = c.subs[:before] // a chart of another name is not what is asked for
	}
	if slices.ContainsFunc(l.broken, n.packs) {
		return nil
	}
	l.missing++
	l.out.Add(finding.Gap{
		Rule: gap.RemoteSource, Location: n.at, Subject: n.name,
		Message: fmt.Sprintf("chart %s needs chart %s, which is fetched from %s and is not in its charts directory; run helm dependency build and commit what it puts there", c.name, n.name, n.origin()),
	})
	return nil
}

func (c *chart) has(name string) bool {
	return slices.ContainsFunc(c.subs, func(s *chart) bool { return s.name == name })
}

// beside is the directory of the repository that a dependency names by file://.
func (c *chart) beside(n need) (string, bool) {
	local, ok := strings.CutPrefix(n.repository, "file://")
	if !ok || isPacked(c.dir) || path.IsAbs(local) {
		return "", false
	}
	dir := path.Join(c.dir, local)
	return dir, dir != ".." && !strings.HasPrefix(dir, "../")
}

var credentials = regexp.MustCompile(`//[^/@\s]*@`)

var version = regexp.MustCompile(`^v?[0-9]`)

// packs reports whether an archive has the name of the packed dependency.
func (n need) packs(archive string) bool {
	rest, ok := strings.CutPrefix(archive, n.name+"-")
	return ok && version.MatchString(rest)
}

// origin is where the dependency comes from, for a message.
func (n need) origin() string {
	if n.repository == "" {
		return "elsewhere"
	}
	return clip(credentials.ReplaceAllString(n.repository, "//"))
}
