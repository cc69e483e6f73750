// Package gate compares what runs the gate before and after a change: workflows and
// actions of GitHub, and lines in other pipelines. Nothing is run or fetched.
package gate

import (
	"io/fs"
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Edit is one edit of what runs the gate.
type Edit struct {
	// Text says what the edit does.
	Text string
	// Loosens is true when the gate may let more pass, or does not run as often.
	Loosens bool
	// Location is where the edit stands; for a file that is gone it names that file.
	Location finding.Location
	// Gone is true when the file of the location does not exist any more.
	Gone bool
}

// Settings are the configuration file under which inputs are read, empty without one.
type Settings struct {
	File string
	Data []byte
}

// maxEdits bounds the edits of one file.
const maxEdits = 20

// Compare lists the edits of everything that runs the gate in the base.
func Compare(base, head fs.FS, s Settings) []Edit {
	c := &comparison{base: newTree(base), head: newTree(head), settings: s}
	c.head.also = c.base.holding()
	for _, name := range c.base.gates() {
		c.file(name)
	}
	c.pipelines()
	return c.edits
}

// Runs reports whether any pipeline of the tree runs the gate.
func Runs(tree fs.FS) bool {
	t := newTree(tree)
	return len(t.gates()) > 0 || slices.ContainsFunc(pipelineFiles[:], func(name string) bool { return len(mentions(t.text(name))) > 0 })
}

// comparison gathers the edits.
type comparison struct {
	base, head *tree
	settings   Settings
	edits      []Edit
	// here are the edits of the file at hand, and depth is how many local actions that one
	// calls another are being compared.
	here  []Edit
	depth int
}

// note adds an edit at a path of the head's document.
func (c *comparison) note(d *document, path []any, loosens bool, text string) {
	at := finding.Top(d.name)
	if d.doc != nil {
		at, _ = d.doc.Locate(path)
	}
	c.here = append(c.here, Edit{Text: cut(text, 400), Loosens: loosens, Location: at})
}

// file compares a workflow or an action that runs the gate in the base.
func (c *comparison) file(name string) {
	before, after := c.base.read(name), c.successor(name)
	c.here = nil
	if after == nil {
		if after = c.renamed(before); after == nil {
			c.edits = append(c.edits, Edit{Text: name + ", which runs the gate, is gone", Loosens: true, Location: finding.Top(name), Gone: true})
			return
		}
		c.note(after, nil, false, "the workflow that runs the gate was "+name)
	} else if before.text == after.text {
		if c.container(before, before); len(c.here) > 0 {
			c.finish(before, after)
		}
		return
	}
	if after.model == nil {
		c.note(after, nil, true, "the file that runs the gate cannot be read, so that it does not run: "+after.problem)
	} else {
		c.document(before, after)
		c.container(before, after)
		if !slices.ContainsFunc(c.here, func(e Edit) bool { return e.Loosens }) {
			c.readable(before, after)
		}
	}
	c.finish(before, after)
}

// finish keeps what loosens, or else one word about the edit.
func (c *comparison) finish(before, after *document) {
	loosening := slices.DeleteFunc(slices.Clone(c.here), func(e Edit) bool { return !e.Loosens })
	if len(loosening) > 0 {
		c.edits = append(c.edits, loosening[:min(len(loosening), maxEdits)]...)
		return
	}
	if len(c.here) == 0 {
		c.here = []Edit{{Text: "the file that runs the gate is edited: " + firstLine(before, after), Location: difference(before, after)}}
	}
	first := c.here[0]
	for _, e := range c.here[1:min(len(c.here), maxEdits)] {
		first.Text += "; " + e.Text
	}
	c.edits = append(c.edits, first)
}

// renamed is the workflow that the base does not have and that runs the gate instead.
func (c *comparison) renamed(before *document) *document {
	for _, name := range c.head.gates() {
		if c.base.read(name) == nil && isWorkflow(name) == isWorkflow(before.name) {
			return c.head.read(name)
		}
	}
	return nil
}

// document compares two versions of one file: what holds for all of it, then each place
// that runs the gate.
func (c *comparison) document(before, after *document) {
	c.triggers(before, after)
	left := c.head.sites(after)
	for _, was := range c.base.sites(before) {
		now, rest := pair(was, left)
		if left = rest; now == nil {
			c.missing(before, after, was)
			continue
		}
		c.site(*was, *now)
	}
}

// pair finds the place that runs the gate now: in the same job, else in one that has none
// left to pair.
func pair(was *site, all []*site) (*site, []*site) {
	i := slices.IndexFunc(all, func(s *site) bool { return s.job == was.job })
	if i < 0 {
		i = slices.IndexFunc(all, func(s *site) bool { return s.of.model["jobs"] != nil && jobOf(was.of, s.job) == nil })
	}
	if i < 0 {
		return nil, all
	}
	return all[i], slices.Delete(slices.Clone(all), i, i+1)
}

func (c *comparison) missing(before, after *document, was *site) {
	path := []any{"jobs", was.job}
	switch {
	case was.job == "":
		c.note(after, []any{"runs", "steps"}, true, "the step that runs the gate is removed")
	case jobOf(after, was.job) == nil && c.elsewhere(before):
	case jobOf(after, was.job) == nil:
		c.note(after, path, true, "the job "+was.job+", which runs the gate, is removed")
	default:
		c.note(after, append(path, "steps"), true, "the job "+was.job+" does not run the gate any more: "+was.what()+" is removed")
	}
}

// elsewhere reports whether a workflow that the base does not have runs the gate.
func (c *comparison) elsewhere(before *document) bool {
	now := c.renamed(before)
	if now == nil {
		return false
	}
	here := c.here
	c.here = nil
	c.triggers(before, now)
	was, is := c.base.sites(before), c.head.sites(now)
	for i := range min(len(was), len(is)) {
		c.site(*was[i], *is[i])
	}
	c.here = slices.Concat(here, c.here)
	return len(is) >= len(was)
}

func jobOf(d *document, name string) map[string]any {
	return object(object(d.model["jobs"])[name])
}

// shape reads a configuration as a run would, with the inputs and variables of a place.
func (s Settings) load(given, env map[string]string) (config.Config, error) {
	look := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	return config.Load(config.Sources{File: s.File, Data: s.Data, Flags: given, Env: look})
}

func sortedKeys[V any](all ...map[string]V) []string {
	seen := map[string]bool{}
	for _, m := range all {
		for k := range m {
			seen[k] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
