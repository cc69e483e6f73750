// Package helm renders charts as helm template would, without a cluster: the same
// template language (text/template with sprig and Helm's functions), values and
// subcharts, with bounds on time, size and recursion, because a chart is a program.
// Helm's own engine can neither be bounded nor stopped, and brings the Kubernetes client
// library along; the functions that it documents are here without both.
package helm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// timeout bounds one chart. A single step can outlast it; the work of each is bounded.
const timeout = 60 * time.Second

// Render renders the chart in the directory with its own values and the given files,
// the last of them strongest. What cannot be rendered is a problem of the output.
func Render(ctx context.Context, tree *source.Tree, dir string, over []string) render.Output {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan render.Output, 1)
	go func() { done <- renderChart(ctx, tree, dir, over) }()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
		var out render.Output
		out.Fail(gap.NotEvaluated, finding.Top(path.Join(dir, "Chart.yaml")), "chart was not rendered within %s; look for endless loops in its templates", timeout)
		return out
	}
}

func renderChart(ctx context.Context, tree *source.Tree, dir string, over []string) (out render.Output) {
	defer out.Sort()
	defer func() { anchor(&out) }()
	l := &loader{shelf: newShelf(tree), out: &out}
	c, err := l.load(dir, nil, 0)
	if err != nil {
		out.Fail(gap.RenderFailed, placeOf(err, path.Join(dir, "Chart.yaml")), "chart cannot be read: %s", message(err))
		return out
	}
	r := &run{ctx: ctx, out: &out, chart: c, missing: l.missing > 0, left: maxOutput, steps: maxSteps}
	r.out.Parts = templates(c)
	vals, err := r.overlay(tree, over)
	if err != nil {
		out.Fail(gap.RenderFailed, placeOf(err, path.Join(dir, "values.yaml")), "values cannot be read: %s", message(err))
		return out
	}
	if !c.library {
		r.all(vals)
	}
	return out
}

// anchor moves problems in archives to the archives.
func anchor(out *render.Output) {
	all := out.Problems
	out.Problems = nil
	for _, p := range all {
		p.Location = anchored(p.Location)
		p.Message += p.Location.Inside()
		out.Add(p)
	}
}

// templates are the files of a chart that are no manifests by themselves.
func templates(c *chart) (names []string) {
	for _, f := range c.templates {
		names = append(names, outside(f.uri))
	}
	for _, s := range c.subs {
		names = append(names, templates(s)...)
	}
	return names
}

func placeOf(err error, file string) finding.Location {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Location
	}
	return finding.Top(file)
}

func message(err error) string {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

// run is the rendering of one chart.
type run struct {
	ctx   context.Context
	out   *render.Output
	chart *chart
	// over are the values files given from outside, strongest last.
	over []*source.Doc
	// missing is true when a subchart was not there.
	missing bool
	marks   []mark
	trees   map[any]bool
	stack   []*recorder
	files   map[string]*file
	// left is how much may still be written, steps how much may still be done.
	left, steps, calls int
	stopped            bool
}

// overlay reads the values that are laid over the chart's own.
func (r *run) overlay(tree *source.Tree, names []string) (map[string]any, error) {
	vals := map[string]any{}
	for _, name := range names {
		data, err := tree.Read(name, maxFile)
		if err != nil {
			return nil, &source.Error{Location: finding.Top(r.chart.dir + "/Chart.yaml"), Message: fmt.Sprintf("%s: %v", name, cause(err))}
		}
		doc, more, err := readValues(name, data)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			r.over = append(r.over, doc)
		}
		vals = overlaid(more, vals)
	}
	return vals, nil
}

// overlaid is merged, but keeps nulls: they take defaults of the chart away later.
func overlaid(strong, weak map[string]any) map[string]any {
	out := maps.Clone(weak)
	for k, s := range strong {
		if sm, wm := render.Map(s), render.Map(out[k]); sm != nil && wm != nil {
			out[k] = overlaid(sm, wm)
			continue
		}
		out[k] = s
	}
	return out
}

// all renders every template of the chart and its subcharts.
func (r *run) all(vals map[string]any) {
	r.chart.enable(merged(vals, r.chart.values))
	r.chart.imports()
	r.trees, r.files = map[any]bool{}, map[string]*file{}
	r.marks = []mark{{}}
	contexts := map[*file]map[string]any{}
	r.context(r.chart, r.chart.coalesce(vals), contexts)
	t := template.New("assure").Option("missingkey=zero")
	t.Funcs(r.functions(t, map[string]any{}))
	for _, name := range r.order() {
		if !r.parse(t, r.files[name]) {
			return
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		f := r.files[name]
		if strings.HasPrefix(path.Base(name), "_") || r.stopped {
			continue
		}
		r.template(t, f, contexts[f])
	}
}

// context builds what the templates of a chart see as the dot.
func (r *run) context(c *chart, vals map[string]any, contexts map[*file]map[string]any) map[string]any {
	meta := maps.Clone(c.meta)
	meta["IsRoot"] = c.parent == nil
	subs := map[string]any{}
	own := c.files
	own.run = r
	dot := map[string]any{
		"Chart": meta, "Files": own, "Release": release(), "Capabilities": capabilities(), "Values": vals, "Subcharts": subs,
	}
	for _, s := range c.subs {
		subs[s.name] = r.context(s, render.Map(vals[s.name]), contexts)
	}
	for _, f := range c.templates {
		if c.library && !strings.HasPrefix(path.Base(f.name), "_") {
			continue
		}
		r.files[f.name] = f
		contexts[f] = dot
	}
	return dot
}

// order is the one in which Helm parses: subcharts first, so that a parent's definition
// of the same name wins.
func (r *run) order() []string {
	names := slices.Collect(maps.Keys(r.files))
	slices.SortFunc(names, func(a, b string) int {
		if d := strings.Count(b, "/") - strings.Count(a, "/"); d != 0 {
			return d
		}
		return strings.Compare(b, a)
	})
	return names
}

// parse adds a file's templates; without them the others mean nothing.
func (r *run) parse(t *template.Template, f *file) bool {
	if _, err := t.New(f.name).Parse(string(f.data)); err != nil {
		r.fail(f, err)
		return false
	}
	for _, d := range t.Templates() {
		if d.Tree == nil {
			continue
		}
		if err := r.instrument(f, d.Tree); err != nil {
			r.fail(f, err)
			return false
		}
	}
	return true
}

// functions are all that templates may call, bound to the template they are called in.
func (r *run) functions(t *template.Template, extra map[string]any) template.FuncMap {
	all := r.guarded(functions())
	all[markName] = func(id int) string { r.set(id); return "" }
	all[sealName] = func(v any) any {
		if r.measure("an action", reflect.ValueOf(&v)); v == nil {
			return ""
		}
		return v
	}
	maps.Copy(all, r.bound(t))
	maps.Copy(all, extra)
	return all
}

// bound are include and tpl, which need the template that they are called in.
func (r *run) bound(t *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data any) (string, error) { return r.include(t, name, data) },
		"tpl":     func(text string, data any) (string, error) { return r.tpl(t, text, data) },
	}
}

func (r *run) set(id int) {
	r.tick(1)
	if top := r.stack[len(r.stack)-1]; id > 0 && id < len(r.marks) {
		top.mark, top.parts = id, nil
	}
}

// tick counts work and ends it when it takes too long.
func (r *run) tick(n int) {
	if r.steps -= n; r.steps < 0 {
		panic(&limitError{fmt.Sprintf("the templates take more than %d steps", maxSteps)})
	}
	if r.steps%64 == 0 && r.ctx.Err() != nil {
		panic(&limitError{fmt.Sprintf("rendering takes longer than %s", timeout)})
	}
}

var errDeep = &limitError{fmt.Sprintf("templates include one another deeper than %d levels", maxCalls)}

// include renders a named template; what it wrote stays known to the caller's recorder.
func (r *run) include(t *template.Template, name string, data any) (string, error) {
	if r.calls++; r.calls > maxCalls {
		return "", errDeep
	}
	defer func() { r.calls-- }()
	r.tick(1)
	rec, err := r.execute(t, name, data)
	if err != nil {
		return "", err
	}
	top := r.stack[len(r.stack)-1]
	top.parts = append(top.parts, rec)
	if len(rec.buf) > maxValue {
		return "", &limitError{fmt.Sprintf("template %s makes more than %d bytes", name, maxValue)}
	}
	return string(rec.buf), nil
}

// tpl renders a text as a template.
func (r *run) tpl(t *template.Template, text string, data any) (string, error) {
	if len(text) > maxFile {
		return "", &limitError{fmt.Sprintf("tpl is given more than %d bytes", maxFile)}
	}
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	r.tick(16 + len(text)/16)
	in, err := t.Clone()
	if err != nil {
		return "", fmt.Errorf("clone template: %w", err)
	}
	in.Option("missingkey=zero").Funcs(r.bound(in))
	name := "tpl of " + t.Name()
	if in, err = in.New(name).Parse(text); err != nil {
		return "", fmt.Errorf("parse text given to tpl: %w", err)
	}
	f := &file{name: name}
	for _, d := range in.Templates() {
		if d.Tree != nil {
			if err := r.instrument(f, d.Tree); err != nil {
				return "", err
			}
		}
	}
	if r.calls++; r.calls > maxCalls {
		return "", errDeep
	}
	defer func() { r.calls-- }()
	rec, err := r.execute(in, name, data)
	if err != nil {
		return "", err
	}
	return string(rec.buf), nil
}

func (r *run) execute(t *template.Template, name string, data any) (*recorder, error) {
	rec := &recorder{run: r}
	r.stack = append(r.stack, rec)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	return rec, t.ExecuteTemplate(rec, name, data)
}

// template renders one file and adds its objects.
func (r *run) template(t *template.Template, f *file, dot map[string]any) {
	dot["Template"] = map[string]any{"Name": f.name, "BasePath": path.Join(f.chart.path, "templates")}
	rec, err := r.execute(t, f.name, dot)
	if err != nil {
		r.fail(f, err)
		return
	}
	docs, err := source.Parse(f.uri, rec.buf)
	if err != nil {
		r.unreadable(f, rec, err)
		return
	}
	for _, d := range docs {
		r.object(f, rec, d)
	}
}

// where finds template errors' places; the last one is the innermost.
var where = regexp.MustCompile(`template: ([^:]+):(\d+)(?::\d+)?: `)

// fail reports why a template cannot be rendered. After a bound was passed nothing more
// is tried, and a subchart that is missing explains its errors.
func (r *run) fail(f *file, err error) {
	_, limited := errors.AsType[*limitError](err)
	r.stopped = r.stopped || limited
	if r.missing && !limited {
		return
	}
	at, msg := finding.Top(f.uri), err.Error()
	for _, m := range where.FindAllStringSubmatchIndex(msg, -1) {
		if in := r.files[msg[m[2]:m[3]]]; in != nil {
			n, _ := strconv.Atoi(msg[m[4]:m[5]])
			at = lineOf(in, n)
		}
	}
	if i := where.FindAllStringIndex(msg, -1); len(i) > 0 {
		msg = msg[i[len(i)-1][1]:]
	}
	r.out.Fail(gap.RenderFailed, at, "chart %s cannot be rendered: %s; correct the template, or name a file with the values that it needs in hardening.helm-values",
		r.chart.name, clip(unsealed(msg)))
}

// clip bounds a message that may quote the chart.
func clip(s string) string {
	const most = 400
	if s = strings.Join(strings.Fields(s), " "); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// lineOf is a line's text without the blanks around it.
func lineOf(f *file, n int) finding.Location {
	start := source.Offset(f.data, n, 1)
	end := start
	for end < len(f.data) && f.data[end] != '\n' {
		end++
	}
	text := string(f.data[start:end])
	start += len(text) - len(strings.TrimLeft(text, " \t"))
	end -= len(text) - len(strings.TrimRight(text, " \t\r"))
	return f.region(start, max(start, end))
}
