package gate

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of what is read.
const (
	maxFiles = 500
	maxBytes = 1 << 20
	maxDepth = 8
)

var workflowDirs = [...]string{".github/workflows", ".gitea/workflows", ".forgejo/workflows"}

// document is a workflow or the file of an action.
type document struct {
	name, text string
	doc        *source.Doc
	// model is nil when the file cannot be read; problem says why.
	model   map[string]any
	problem string
}

// tree reads workflows and actions, each once.
type tree struct {
	fs   fs.FS
	docs map[string]*document
	held map[string]bool
	// also are local actions and workflows that count as holding the gate whatever
	// became of them: that is said of them, not of each of their callers.
	also map[string]bool
}

func newTree(f fs.FS) *tree {
	return &tree{fs: f, docs: map[string]*document{}, held: map[string]bool{}}
}

// text is a regular file of bounded size, empty without one.
func (t *tree) text(name string) string {
	info, err := fs.Stat(t.fs, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxBytes {
		return ""
	}
	data, err := fs.ReadFile(t.fs, name)
	if err != nil {
		return ""
	}
	return string(data)
}

// read is the document, nil when there is none.
func (t *tree) read(name string) *document {
	if d, ok := t.docs[name]; ok || name == "" {
		return d
	}
	var d *document
	if _, err := fs.Stat(t.fs, name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		d = parse(name, t.text(name))
	}
	t.docs[name] = d
	return d
}

func parse(name, text string) *document {
	d := &document{name: name, text: text, problem: "it is no workflow"}
	docs, err := source.Parse(name, []byte(text))
	if err != nil {
		d.problem = err.Error()
		if e, ok := errors.AsType[*source.Error](err); ok {
			d.problem = e.Message
		}
		return d
	}
	if len(docs) == 0 {
		return d
	}
	v, err := docs[0].Value()
	if m, ok := v.(map[string]any); ok && err == nil {
		d.doc, d.model = docs[0], m
	}
	return d
}

// workflows names the workflows.
func (t *tree) workflows() (names []string) {
	for _, dir := range workflowDirs {
		entries, _ := fs.ReadDir(t.fs, dir)
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); isWorkflow(name) && len(names) < maxFiles {
				names = append(names, name)
			}
		}
	}
	return names
}

func isWorkflow(name string) bool {
	ext := path.Ext(name)
	return slices.Contains(workflowDirs[:], path.Dir(name)) && (ext == ".yml" || ext == ".yaml")
}

// gates names the files that run the gate: workflows, then the local actions that they use.
func (t *tree) gates() (names []string) {
	for _, name := range t.workflows() {
		if d := t.read(name); len(t.sites(d)) > 0 {
			names = append(names, name)
		}
	}
	for _, file := range sortedKeys(t.held) {
		if t.held[file] && !slices.Contains(names, file) {
			names = append(names, file)
		}
	}
	return names
}

// holding are the local actions and workflows that hold the gate.
func (t *tree) holding() map[string]bool {
	t.gates()
	return t.held
}

// calls reports whether a local reference leads to the gate.
func (t *tree) calls(ref string, depth int) bool {
	file := t.file(ref)
	if file == "" {
		return t.also[path.Join(path.Clean(ref), "action.yml")] || t.also[path.Join(path.Clean(ref), "action.yaml")] || t.also[path.Clean(ref)]
	}
	if t.also[file] {
		return true
	}
	if _, ok := t.held[file]; !ok && depth < maxDepth {
		t.held[file] = false
		d := t.read(file)
		t.held[file] = isOurs(d) || t.wraps(d) || len(t.find(d, depth+1)) > 0
	}
	return t.held[file]
}

// file is what a local reference names.
func (t *tree) file(ref string) string {
	name := path.Clean(ref)
	if ext := path.Ext(name); ext == ".yml" || ext == ".yaml" {
		if t.read(name) != nil {
			return name
		}
		return ""
	}
	for _, base := range actionFiles {
		if f := path.Join(name, base); t.read(f) != nil {
			return f
		}
	}
	return ""
}

// isOurs tells the file of this program's own action.
func isOurs(d *document) bool {
	if d == nil || d.model == nil {
		return false
	}
	name, _ := d.model["name"].(string)
	return strings.EqualFold(name, "assure") && object(d.model["runs"])["using"] == "docker"
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

// difference is the first line that differs, in the head.
func difference(before, after *document) finding.Location {
	b, a := strings.Split(before.text, "\n"), strings.Split(after.text, "\n")
	i := 0
	for i < len(a)-1 && i < len(b) && a[i] == b[i] {
		i++
	}
	start := 1 + len(a[i]) - len(strings.TrimLeft(a[i], " \t"))
	return finding.Location{URI: after.name, Region: finding.Region{StartLine: i + 1, StartColumn: start, EndLine: i + 1, EndColumn: max(start+1, 1+len([]rune(a[i])))}}
}

// firstLine quotes the first line that differs.
func firstLine(before, after *document) string {
	line := strings.Split(after.text, "\n")[difference(before, after).Region.StartLine-1]
	if line = strings.TrimSpace(line); line == "" {
		return "lines are removed"
	}
	return cut(line, 120)
}

func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
