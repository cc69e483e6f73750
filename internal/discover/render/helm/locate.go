package helm

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// region is the stretch between byte offsets of a template.
func (f *file) region(start, end int) finding.Location {
	start, end = min(max(start, 0), len(f.data)), min(max(end, 0), len(f.data))
	var r finding.Region
	r.StartLine, r.StartColumn = position(f.data, start)
	r.EndLine, r.EndColumn = position(f.data, end)
	return finding.Location{URI: f.uri, Region: r}
}

func position(data []byte, at int) (line, col int) {
	begin := bytes.LastIndexByte(data[:at], '\n') + 1
	return bytes.Count(data[:at], []byte("\n")) + 1, utf8.RuneCount(data[begin:at]) + 1
}

// object adds a rendered document.
func (r *run) object(f *file, rec *recorder, d *source.Doc) {
	if d.Root == nil {
		return
	}
	l := &locator{run: r, file: f, rec: rec, doc: d}
	model, ok := source.Decode(d.Root, render.Scalar).(map[string]any)
	if !ok || render.Text(model["kind"]) == "" || render.Text(model["apiVersion"]) == "" {
		at, _ := l.locate(nil)
		r.out.Fail(gap.RenderFailed, at, "chart %s renders a document here that is no Kubernetes object; give it apiVersion and kind", r.chart.name)
		return
	}
	r.out.Objects = append(r.out.Objects, render.Object{
		File: outside(f.uri), Files: r.sources(f), Model: model, Locator: l,
	})
}

// sources are the files that an object was made of.
func (r *run) sources(f *file) []string {
	names := []string{outside(f.uri)}
	for _, l := range r.layers(f.chart) {
		if name := outside(l.doc.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// unreadable reports output that is no YAML at the template's place.
func (r *run) unreadable(f *file, rec *recorder, err error) {
	e, ok := errors.AsType[*source.Error](err)
	if !ok {
		e = &source.Error{Location: finding.Top(f.uri), Message: err.Error()}
	}
	at := source.Offset(rec.buf, e.Location.Region.StartLine, e.Location.Region.StartColumn)
	l := &locator{run: r, file: f, rec: rec}
	loc, _ := l.origin(at, at+1)
	r.out.Fail(gap.RenderFailed, loc, "chart %s renders text here that is not readable: %s; look at the output of helm template", r.chart.name, clip(e.Message))
}

// locator finds places of a rendered document's values: literal text in its template, a
// value that comes from a values file there, everything else at the action that made it.
type locator struct {
	run  *run
	file *file
	rec  *recorder
	doc  *source.Doc
}

// step is a node on the way down a path, with its key where it has one.
type step struct{ key, node *yaml.Node }

// Locate implements source.Locator.
func (l *locator) Locate(path []any) (finding.Location, source.Grade) {
	at, grade := l.locate(path)
	return anchored(at), grade
}

func (l *locator) locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 0 {
		path = []any{"kind"}
	}
	steps := l.walk(path)
	missing := len(steps) < len(path)
	if len(steps) == 0 {
		loc, grade := l.place(l.anchor(), nil, nil)
		return loc, atMost(grade, source.Parent)
	}
	last := steps[len(steps)-1]
	target := last.node
	if last.key != nil && (missing || source.Deref(last.node).Kind != yaml.ScalarNode || empty(last.node)) {
		target = last.key
	}
	loc, grade := l.place(target, path[:len(steps)], steps)
	if missing {
		grade = atMost(grade, source.Parent)
	}
	return loc, grade
}

// atMost lowers a grade.
func atMost(g, most source.Grade) source.Grade {
	if g == source.Rendered {
		return g
	}
	return most
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 }

func (l *locator) walk(path []any) (out []step) {
	node := l.doc.Root
	for _, s := range path {
		key, value := source.Child(node, s)
		if value == nil {
			return out
		}
		out = append(out, step{key, value})
		node = value
	}
	return out
}

// anchor stands for the document as a whole.
func (l *locator) anchor() *yaml.Node {
	if n := source.Deref(l.doc.Root); n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		return n.Content[0]
	}
	return l.doc.Root
}

// span is the byte stretch of a node in the output.
func (l *locator) span(n *yaml.Node) (start, end int) {
	r := l.doc.Region(n)
	start = source.Offset(l.rec.buf, r.StartLine, r.StartColumn)
	return start, max(start+1, source.Offset(l.rec.buf, r.EndLine, r.EndColumn))
}

// place maps a node of the output to the sources.
func (l *locator) place(n *yaml.Node, path []any, steps []step) (finding.Location, source.Grade) {
	start, end := l.span(n)
	if id, ok := l.action(start, end); ok {
		if loc, ok := l.value(id, path, steps); ok {
			return loc, source.Exact
		}
	}
	return l.origin(start, end)
}

// action is the one action that printed a stretch, quotes around it aside.
func (l *locator) action(start, end int) (id int, ok bool) {
	for _, s := range l.rec.within(start, end) {
		if l.run.marks[s.mark].text {
			if len(bytes.Trim(l.rec.buf[s.start:s.end], `"' `)) > 0 {
				return 0, false
			}
			continue
		}
		if ok && id != s.mark {
			return 0, false
		}
		id, ok = s.mark, true
	}
	return id, ok
}

// origin is the stretch of the templates that made a stretch of the output: exact for
// literal text, the item for text with actions in it, rendered when an action made more
// than this.
func (l *locator) origin(start, end int) (finding.Location, source.Grade) {
	segs := l.own(l.rec.within(start, end))
	var from, to *segment
	grade := source.Exact
	for i := range segs {
		m := l.run.marks[segs[i].mark]
		if m.file == nil || m.file.uri == "" {
			grade = source.Rendered
			continue
		}
		if !m.text {
			grade = worse(grade, l.share(segs[i], start, end))
		}
		if from == nil {
			from = &segs[i]
		}
		if m.file == l.run.marks[from.mark].file && l.begin(segs[i]) >= l.begin(*from) {
			to = &segs[i]
		} else {
			grade = source.Rendered
		}
	}
	if from == nil {
		return lineOf(l.file, 1), source.Rendered
	}
	return l.run.marks[from.mark].file.region(l.begin(*from), l.finish(*to)), grade
}

// own replaces what included templates wrote by the action that included it, where a
// stretch is made of several files.
func (l *locator) own(segs []segment) []segment {
	several := slices.ContainsFunc(segs, func(s segment) bool { return l.run.marks[s.mark].file != l.run.marks[segs[0].mark].file })
	for i, s := range segs {
		if several && s.via > 0 {
			segs[i].mark, segs[i].at = s.via, l.run.marks[s.via].start
		}
	}
	return segs
}

// share grades what an action contributes to a stretch: the item when all that it
// printed lies in the stretch.
func (l *locator) share(s segment, start, end int) source.Grade {
	for _, whole := range l.rec.segs {
		if (whole.mark == s.mark || whole.via == s.mark) && whole.start <= s.start && s.end <= whole.end {
			text := l.rec.buf[whole.start:whole.end]
			left := whole.start + len(text) - len(bytes.TrimLeft(text, " \n"))
			right := whole.end - len(text) + len(bytes.TrimRight(text, " \n"))
			if start <= left && right <= end {
				return source.Item
			}
		}
	}
	return source.Rendered
}

func worse(a, b source.Grade) source.Grade {
	order := []source.Grade{source.Exact, source.Item, source.Parent, source.Rendered}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// begin and finish are file offsets.
func (l *locator) begin(s segment) int { return s.at }

func (l *locator) finish(s segment) int {
	if m := l.run.marks[s.mark]; !m.text {
		return m.end
	}
	return s.at + s.end - s.start
}

// value looks for a value in the values files: where the paths that the action names
// lead, extended by the steps that the action itself printed. The text found there must
// mean the value of the output, and only one place may.
func (l *locator) value(id int, path []any, steps []step) (loc finding.Location, ok bool) {
	m := l.run.marks[id]
	if m.file == nil || m.file.chart == nil || len(steps) == 0 {
		return loc, false
	}
	rest := l.printed(id, path, steps)
	for _, use := range m.uses {
		at, found := l.meant(m.file.chart, use, rest, steps[len(steps)-1])
		if !found || ok && at == loc {
			continue
		}
		if ok {
			return loc, false
		}
		loc, ok = at, true
	}
	return loc, ok
}

// printed are the last steps of a path whose keys the action printed itself.
func (l *locator) printed(id int, path []any, steps []step) []any {
	n := len(path)
	for ; n > 0; n-- {
		node := steps[n-1].key
		if node == nil {
			node = steps[n-1].node
		}
		start, _ := l.span(node)
		segs := l.rec.within(start, start+1)
		if len(segs) != 1 || segs[0].mark != id {
			break
		}
		if steps[n-1].key == nil && source.Deref(node).Kind == yaml.ScalarNode && !l.multiline(segs[0]) {
			break
		}
	}
	return path[n:]
}

// multiline tells whether an action printed more than one line.
func (l *locator) multiline(s segment) bool {
	for _, whole := range l.rec.segs {
		if whole.mark == s.mark && whole.start <= s.start && s.end <= whole.end {
			return bytes.Contains(bytes.TrimSpace(l.rec.buf[whole.start:whole.end]), []byte("\n")) ||
				bytes.HasPrefix(bytes.TrimSpace(l.rec.buf[whole.start:whole.end]), []byte("- "))
		}
	}
	return false
}

// meant finds the node that a path of the context leads to.
func (l *locator) meant(c *chart, use []string, rest []any, last step) (finding.Location, bool) {
	if path, ok := below(use, "Values"); ok {
		for _, layer := range l.run.layers(c) {
			keys := append(slices.Clip(layer.prefix), path...)
			if layer.global && (len(path) == 0 || path[0] != "global") {
				continue
			}
			hits, exists := find(layer.doc.Root, keys, rest, last)
			if exists {
				return one(layer.doc, hits)
			}
		}
	}
	if path, ok := below(use, "Chart"); ok && len(path) == 1 && path[0] != "" && len(rest) == 0 {
		hits, _ := find(c.doc.Root, []string{strings.ToLower(path[0][:1]) + path[0][1:]}, nil, last)
		return one(c.doc, hits)
	}
	return finding.Location{}, false
}

func one(doc *source.Doc, hits []step) (finding.Location, bool) {
	if len(hits) != 1 {
		return finding.Location{}, false
	}
	n := hits[0].node
	if hits[0].key != nil && source.Deref(n).Kind != yaml.ScalarNode {
		n = hits[0].key
	}
	return finding.Location{URI: doc.Name, Region: doc.Region(source.Deref(n))}, true
}

// maxHits bounds the search through lists.
const maxHits = 10_000

// find follows keys, "*" for any item, then the rest of a path, and returns the nodes
// that mean the same as the wanted one. Exists is true when the place is there at all.
func find(root *yaml.Node, keys []string, rest []any, want step) (hits []step, exists bool) {
	at := []step{{nil, root}}
	for _, k := range keys {
		var next []step
		for _, s := range at {
			next = append(next, children(s.node, k)...)
		}
		if at = next; len(at) > maxHits {
			return nil, true
		}
	}
	for _, s := range at {
		for _, r := range rest {
			key, value := source.Child(s.node, r)
			if s = (step{key, value}); value == nil {
				break
			}
		}
		if s.node == nil {
			continue
		}
		exists = true
		if same(s.node, want.node) {
			hits = append(hits, s)
		}
	}
	return hits, exists
}

func children(n *yaml.Node, key string) (out []step) {
	n = source.Deref(n)
	if key != "*" {
		k, v := source.Child(n, any(key))
		if v == nil && n != nil && n.Kind == yaml.SequenceNode {
			var i int
			if _, err := fmt.Sscanf(key, "%d", &i); err == nil {
				k, v = source.Child(n, i)
			}
		}
		if v != nil {
			out = append(out, step{k, v})
		}
		return out
	}
	for _, name := range source.Keys(n) {
		k, v := source.Child(n, name)
		out = append(out, step{k, v})
	}
	if n != nil && n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			out = append(out, step{nil, item})
		}
	}
	return out
}

// same tells whether a node of a values file means a node of the output.
func same(a, b *yaml.Node) bool {
	a, b = source.Deref(a), source.Deref(b)
	if a.Kind != b.Kind {
		return false
	}
	if a.Kind != yaml.ScalarNode {
		return true
	}
	return a.Value == b.Value || render.Text(source.Scalar(a)) == render.Text(source.Scalar(b))
}

// layer is a document with values for a chart, below prefix.
type layer struct {
	doc    *source.Doc
	prefix []string
	// global is true for the values of a parent that only count below global.
	global bool
}

// layers are the documents that may hold a value of the chart, strongest first.
func (r *run) layers(c *chart) (out []layer) {
	names := []string{}
	type level struct {
		docs  []*source.Doc
		names []string
	}
	var levels []level
	for p := c; p != nil; p = p.parent {
		lv := level{names: slices.Clone(names)}
		if p.parent == nil {
			for _, d := range slices.Backward(r.over) {
				lv.docs = append(lv.docs, d)
			}
		}
		if p.layer != nil {
			lv.docs = append(lv.docs, p.layer)
		}
		levels = append(levels, lv)
		names = append([]string{p.name}, names...)
	}
	for _, lv := range slices.Backward(levels) {
		for _, d := range lv.docs {
			out = append(out, layer{d, lv.names, false})
			if len(lv.names) > 0 {
				out = append(out, layer{d, nil, true})
			}
		}
	}
	return out
}
