package helm

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
	"helm.sh/helm/v4/pkg/ignore"
	kube "sigs.k8s.io/yaml"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of one chart with its subcharts.
const (
	maxFiles  = 20_000
	maxCharts = 64
	maxDepth  = 8
	maxFile   = 1 << 20
	maxSource = 32 << 20
)

// chart is a chart as its files describe it.
type chart struct {
	name string
	// dir is the slash path of its directory.
	dir  string
	meta map[string]any
	doc  *source.Doc
	// values are those of values.yaml; layer is where they stand.
	values    map[string]any
	layer     *source.Doc
	templates []*file
	files     files
	needs     []need
	subs      []*chart
	library   bool
	// path is the template name prefix: the chart's name, then charts/<name> for each step.
	path   string
	parent *chart
}

// file is a template with its place.
type file struct {
	// name is how Helm calls it, uri its path in the repository.
	name, uri string
	data      []byte
	chart     *chart
}

// need is an entry of Chart.yaml's dependencies.
type need struct {
	name, alias, repository, condition string
	tags                               []string
	imports                            []any
	at                                 finding.Location
}

// call is the name under which the parent's values know the dependency.
func (n need) call() string {
	if n.alias != "" {
		return n.alias
	}
	return n.name
}

// loader reads a chart and its subcharts within bounds that they share.
type loader struct {
	shelf  *shelf
	out    *render.Output
	files  int
	charts int
	bytes  int
	// missing counts dependencies that were not there, broken are archives that could
	// not be read.
	missing int
	broken  []string
}

func (l *loader) load(dir string, parent *chart, depth int) (*chart, error) {
	if l.charts++; l.charts > maxCharts || depth > maxDepth {
		return nil, fmt.Errorf("the chart has more than %d subcharts or nests them deeper than %d; take some out", maxCharts, maxDepth)
	}
	c := &chart{dir: dir, parent: parent}
	if err := l.metadata(c); err != nil {
		return nil, err
	}
	c.path = c.name
	if parent != nil {
		c.path = path.Join(parent.path, "charts", c.name)
	}
	if err := l.defaults(c); err != nil {
		return nil, err
	}
	return c, l.contents(c, depth)
}

// read returns a file of the chart within the bounds.
func (l *loader) read(name string) ([]byte, error) {
	data, err := l.shelf.Read(name, maxFile)
	if l.bytes += len(data); l.bytes > maxSource {
		return nil, fmt.Errorf("the chart's sources are larger than %d bytes; split it", maxSource)
	}
	return data, err
}

func (l *loader) metadata(c *chart) error {
	name := path.Join(c.dir, "Chart.yaml")
	data, err := l.read(name)
	if err != nil {
		return err
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		return err
	}
	if len(docs) == 0 || docs[0].Root == nil {
		return &source.Error{Location: finding.Top(name), Message: "Chart.yaml is empty; give the chart a name and a version"}
	}
	c.doc = docs[0]
	v, err := c.doc.Value()
	if err != nil {
		return err
	}
	m := render.Map(v)
	if c.name = render.Text(m["name"]); c.name == "" || strings.Contains(c.name, "/") {
		at, _ := c.doc.Locate([]any{"name"})
		return &source.Error{Location: at, Message: "the chart has no usable name; give it one without slashes"}
	}
	c.library = m["type"] == "library"
	c.meta = metadata(m)
	c.needs = needs(c.doc, m)
	return nil
}

// metadata is .Chart: the keys of Chart.yaml with a capital letter.
func metadata(m map[string]any) map[string]any {
	out := map[string]any{}
	for _, key := range [...]string{"name", "home", "version", "description", "icon", "condition", "tags", "appVersion", "kubeVersion", "type"} {
		out[capital(key)] = render.Text(m[key])
	}
	for _, key := range [...]string{"sources", "keywords", "maintainers", "annotations", "dependencies"} {
		out[capital(key)] = m[key]
	}
	out["APIVersion"] = render.Text(m["apiVersion"])
	out["Deprecated"] = m["deprecated"] == true
	return out
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func needs(doc *source.Doc, m map[string]any) (out []need) {
	list, _ := m["dependencies"].([]any)
	for i, v := range list {
		d := render.Map(v)
		n := need{
			name: render.Text(d["name"]), alias: render.Text(d["alias"]), repository: render.Text(d["repository"]),
			condition: render.Text(d["condition"]),
		}
		n.imports, _ = d["import-values"].([]any)
		tags, _ := d["tags"].([]any)
		for _, t := range tags {
			n.tags = append(n.tags, render.Text(t))
		}
		n.at, _ = doc.Locate([]any{"dependencies", i, "name"})
		out = append(out, n)
	}
	return out
}

// defaults reads values.yaml.
func (l *loader) defaults(c *chart) (err error) {
	name := path.Join(c.dir, "values.yaml")
	c.values = map[string]any{}
	data, err := l.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c.layer, c.values, err = readValues(name, data)
	return err
}

// readValues parses values as Helm does: through JSON, so that numbers are floats. It
// bounds aliases first.
func readValues(name string, data []byte) (*source.Doc, map[string]any, error) {
	docs, err := source.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if len(docs) == 0 || docs[0].Root == nil {
		return nil, map[string]any{}, nil
	}
	if docs[0].Root.Kind != yaml.MappingNode {
		at, _ := docs[0].Locate(nil)
		return nil, nil, &source.Error{Location: at, Message: "values must be a mapping"}
	}
	values := map[string]any{}
	if err := kube.Unmarshal(data, &values); err != nil {
		return nil, nil, &source.Error{Location: finding.Top(name), Message: "values cannot be read: " + err.Error()}
	}
	return docs[0], values, nil
}

// contents lists the chart's files and loads its templates and subcharts.
func (l *loader) contents(c *chart, depth int) error {
	rules, err := l.ignored(c.dir)
	if err != nil {
		return err
	}
	c.files = files{shelf: l.shelf, dir: c.dir, names: map[string]bool{}}
	var subs []string
	err = l.shelf.walk(c.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if l.files++; l.files > maxFiles {
			return fmt.Errorf("the chart has more than %d files; list what it does not need in .helmignore", maxFiles)
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, c.dir), "/")
		if c.dir == "." {
			rel = name
		}
		return l.entry(c, rel, name, e, rules, &subs)
	})
	if err != nil {
		return fmt.Errorf("read chart: %w", err)
	}
	return l.subcharts(c, subs, depth)
}

func (l *loader) entry(c *chart, rel, name string, e fs.DirEntry, rules *ignore.Rules, subs *[]string) error {
	info, err := e.Info()
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	if rel == "." || rel == "" {
		return nil
	}
	skip := error(nil)
	if e.IsDir() {
		skip = fs.SkipDir
	}
	base := path.Base(name)
	switch {
	case base == ".git" || rules.Ignore(rel, info):
		return skip
	case path.Dir(rel) == "charts":
		if base[0] != '_' && base[0] != '.' && (e.IsDir() || e.Type()&fs.ModeSymlink != 0 || path.Ext(base) == ".tgz") {
			*subs = append(*subs, name)
		}
		return skip
	case e.IsDir():
		return nil
	case strings.HasPrefix(rel, "templates/"):
		return l.template(c, rel, name)
	case rel != "Chart.yaml" && rel != "values.yaml" && rel != "Chart.lock":
		c.files.names[rel] = true
	}
	return nil
}

func (l *loader) template(c *chart, rel, name string) error {
	base := path.Base(rel)
	if base == "NOTES.txt" || strings.HasPrefix(base, ".") {
		return nil
	}
	data, err := l.read(name)
	if err != nil {
		l.out.Fail(gap.RenderFailed, finding.Top(name), "template cannot be read: %v; replace it by a plain file below %d bytes", cause(err), maxFile)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	c.templates = append(c.templates, &file{name: path.Join(c.path, rel), uri: name, data: data, chart: c})
	return nil
}

func (l *loader) ignored(dir string) (*ignore.Rules, error) {
	name := path.Join(dir, ignore.HelmIgnore)
	if isPacked(dir) {
		return ignore.Empty(), nil // what it names was left out when the chart was packed
	}
	data, err := l.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return ignore.Empty(), nil
	}
	if err != nil {
		return nil, err
	}
	rules, err := ignore.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, &source.Error{Location: finding.Top(name), Message: "cannot be read: " + err.Error()}
	}
	return rules, nil
}

// cause is the innermost message, without the path that the place says already.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
