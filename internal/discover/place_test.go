package discover

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// census counts the leaves of documents by how exactly their places are known.
type census struct {
	exact, item, parent, block, rendered int
	// wrong are leaves whose place holds another text.
	wrong []string
}

// place checks one leaf: its region lies inside its file, and the text cut out of the
// file means the leaf's value.
func (c *census) place(doc plan.Document, files map[string]string, path []any, v any) {
	at, grade := doc.Locator.Locate(path)
	got, ok := cutOut(files, at)
	for _, r := range source.RelatedPlaces(doc.Locator, path) {
		if _, inside := cutOut(files, r.Location); !inside {
			ok = false
		}
	}
	switch {
	case !ok:
	case grade == source.Parent:
		c.parent++
		ok = madeUp(path, v)
	case grade == source.Rendered:
		c.rendered++
		ok = got != ""
	case grade == source.Item:
		c.item++
		ok = holds(doc, got, path, v) || strings.Contains(got, "{{")
	case strings.HasPrefix(got, "|") || strings.HasPrefix(got, ">"):
		c.block++
		ok = decoded.Text(v) != ""
	default:
		c.exact++
		ok = v == nil || isEmpty(v) || slices.ContainsFunc(readings(doc, got), func(s string) bool { return same(s, v) })
	}
	if !ok {
		c.wrong = append(c.wrong, fmt.Sprintf("%v = %#v: %s %s %q", path, v, grade, at, got))
	}
}

// cutOut cuts a region out of its file; false when it does not lie inside.
func cutOut(files map[string]string, at finding.Location) (string, bool) {
	data, known := files[at.URI]
	r := at.Region
	start, end := source.Offset([]byte(data), r.StartLine, r.StartColumn), source.Offset([]byte(data), r.EndLine, r.EndColumn)
	if !known || r.StartLine < 1 || start > end || end > len(data) || r.EndLine > strings.Count(data, "\n")+1 {
		return "", false
	}
	return data[start:end], true
}

// readings are what a text may mean where a scalar stands, as written and with its
// variables replaced.
func readings(doc plan.Document, got string) (out []string) {
	indent := strings.Repeat(" ", 60)
	for _, probe := range []string{"- " + got, got, "[" + got + "]", indent + got} {
		docs, err := source.Parse("probe", []byte(probe))
		if err != nil || len(docs) == 0 || docs[0].Root == nil {
			continue
		}
		n := docs[0].Root
		if n.Kind == yaml.SequenceNode && len(n.Content) == 1 {
			n = n.Content[0]
		}
		if n.Kind == yaml.ScalarNode {
			out = append(out, expanded(doc, n.Value), n.Value, decoded.Text(source.Scalar(n)), fmt.Sprint(render.Scalar(n)))
		}
	}
	return out
}

func expanded(doc plan.Document, s string) string {
	if l, ok := doc.Locator.(*compose.Locator); ok {
		if s, err := interpolate.Expand(s, l.Set.Lookup); err == nil {
			return s
		}
	}
	return s
}

// same compares a text with a value; a relative path of an included file may have been
// moved to the project's directory.
func same(got string, v any) bool {
	want := decoded.Text(v)
	return got == want || sameNumber(got, v) || sameBool(got, v) || strings.HasPrefix(want, got+"T00:00:00Z") || got != "" && strings.HasSuffix("/"+path.Clean(want), "/"+strings.TrimLeft(path.Clean(got), "./"))
}

func isEmpty(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		return len(x) == 0
	case []any:
		return len(x) == 0
	}
	return false
}

// holds tells whether a short form holds a value, or implies it. What a kustomization
// says is a part of the value that it makes: a tag, a name without its prefix.
func holds(doc plan.Document, got string, path []any, v any) bool {
	if part := strings.Trim(got, `"'`); doc.Overlay != "" && part != "" && strings.Contains(decoded.Text(v), part) {
		return true
	}
	for _, s := range append(readings(doc, got), got) {
		source, _, _ := strings.Cut(s, ":")
		if strings.Contains(s, strings.TrimPrefix(decoded.Text(v), "./")) || isEmpty(v) || same(source, v) || s == decoded.Text(path[len(path)-1]) {
			return true
		}
	}
	return implied(path)
}

// implied are values that short forms have without saying so in the same words.
func implied(path []any) bool {
	key, _ := path[len(path)-1].(string)
	return slices.Contains([]string{
		"protocol", "mode", "type", "create_host_path", "required", "permissions", "condition", "restart", "external", "read_only",
	}, key)
}

// madeUp are values that the Compose loader adds without any text for them.
func madeUp(path []any, v any) bool {
	top := len(path) == 1 && slices.Contains([]any{"name", "kind", "apiVersion"}, path[0])
	return top || implied(path) || isEmpty(v) || v == nil || slices.Contains(path, any("default"))
}

// take counts every leaf of a plan's documents.
func (c *census) take(p *plan.Plan, files map[string]string) {
	for _, d := range p.Documents {
		rendertest.Leaves(d.Model, nil, func(path []any, v any) {
			if d.Kind != plan.Dockerfile {
				c.place(d, files, path, v)
			}
		})
	}
}

func (c *census) report(t *testing.T) {
	t.Helper()
	t.Logf("%d exact, %d in a short form, %d in a block, %d made up by the loader, %d approximate", c.exact, c.item, c.block, c.parent, c.rendered)
	for _, w := range c.wrong {
		t.Error(w)
	}
}

// The text cut out of a region means the value of the leaf that it was found for. Block
// scalars are the exception: what they mean depends on the line before them.
func TestPlacesMeanTheirValues(t *testing.T) {
	t.Parallel()
	c := &census{}
	for _, text := range stacks {
		files := rendertest.Unpack(text)
		for _, f := range []func(string) string{
			func(s string) string { return s },
			func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
			func(s string) string { return "\uFEFF# 😀 ｗｉｄｅ\n" + s },
			func(s string) string { return strings.ReplaceAll(s, ": ", ":\t") },
		} {
			changed := map[string]string{}
			for name, s := range files {
				if changed[name] = s; compose.Named(name) || path.Ext(name) == ".yml" {
					changed[name] = f(s)
				}
			}
			p := buildPlan(t, changed)
			if len(p.Problems) > 0 {
				t.Fatalf("%v\n%s", p.Problems, changed)
			}
			c.take(p, changed)
		}
	}
	for _, dir := range []string{"../../testdata/projects", "../stage/hardening/testdata/guide"} {
		c.directory(t, dir)
	}
	blocks := map[string]string{"compose.yml": "services:\n  a:\n    image: a\n    command: >-\n      é long\n\n      line\n    labels:\n      b: |\n        text\n"}
	c.take(buildPlan(t, blocks), blocks)
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := rendertest.Unpack(string(text))
		c.take(buildPlan(t, files), files)
	}
	c.report(t)
	if c.exact < 200 || c.item < 20 || c.block != 2 {
		t.Errorf("too few leaves: %+v", c)
	}
}

// directory counts the leaves of a directory's documents.
func (c *census) directory(t *testing.T, dir string) *plan.Plan {
	t.Helper()
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	p, err := Build(t.Context(), tree, config.Default(), plan.Event{}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range p.Files {
		if data, err := tree.Read(f.Name, source.MaxFileBytes); err == nil {
			files[f.Name] = string(data)
		}
	}
	c.take(p, files)
	return p
}

// corpus are the Compose files of the sample projects, or of other projects below
// ASSURE_CORPUS; each becomes the compose.yaml of a directory of its own.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	dir := os.Getenv("ASSURE_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata", "projects")
	}
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isYAML(d.Name()) {
			return err
		}
		data, err := os.ReadFile(name)
		if standsAlone(data) {
			files[fmt.Sprintf("%03d-%s/compose.yaml", len(files), strings.TrimSuffix(d.Name(), path.Ext(d.Name())))] = string(data)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no Compose file below %s: %v", dir, err)
	}
	return files
}

// standsAlone reports whether a file is Compose by its content, whatever its name, and
// needs no other file.
func standsAlone(data []byte) bool {
	var model struct {
		Include  []any
		Services map[string]struct {
			Image, Build, Extends any
			EnvFile               any `yaml:"env_file"`
		}
	}
	if yaml.Unmarshal(data, &model) != nil || len(model.Services) == 0 || len(model.Include) > 0 {
		return false
	}
	for _, s := range model.Services {
		if s.Image == nil && s.Build == nil || s.Extends != nil || s.EnvFile != nil {
			return false
		}
	}
	return true
}

func TestStandsAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"services: {web: {image: nginx}}":                                true,
		"name: x\nservices: {web: {build: .}}\nnetworks: {a: {}}":        true,
		"services: {web: {image: nginx, extends: {file: a.yaml}}}":       false,
		"services: {web: {image: nginx, env_file: .env}}":                false,
		"include: [a.yaml]\nservices: {web: {image: nginx}}":             false,
		"services: [docker]\nscript: make":                               false,
		"services: {web: {url: http://example.org}}":                     false,
		"apiVersion: v1\nkind: Service\nmetadata: {name: web}":           false,
		"apiVersion: v1\nkind: List\n---\napiVersion: v1\nkind: Service": false,
		"services: {": false,
		"":            false,
	} {
		if got := standsAlone([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestCorpusPlaces(t *testing.T) {
	t.Parallel()
	files := corpus(t)
	p := buildPlan(t, files)
	for _, problem := range p.Problems {
		t.Errorf("%s: %s", problem.Location, problem.Message)
	}
	if len(p.Documents) != len(files) {
		t.Errorf("%d documents of %d files", len(p.Documents), len(files))
	}
	c := &census{}
	c.take(p, files)
	c.report(t)
}

func sameNumber(got string, v any) bool {
	f, err := strconv.ParseFloat(got, 64)
	return err == nil && fmt.Sprint(f) == fmt.Sprint(v) || err == nil && v == int(f)
}

func sameBool(got string, v any) bool {
	b, ok := v.(bool)
	word, known := map[string]bool{"y": true, "yes": true, "on": true, "true": true, "n": false, "no": false, "off": false, "false": false}[strings.ToLower(got)]
	return ok && known && word == b
}
