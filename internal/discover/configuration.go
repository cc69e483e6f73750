package discover

import (
	"path"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// configuration is a file that configures what stands beside the deployment, nil for one
// that does not, or why it could not be read.
type configuration struct {
	file *configfile.File
	err  error
}

// configurationOf reads a file for its family. Docs are its YAML documents where it has any.
func configurationOf(name string, data []byte, docs []*source.Doc) (c configuration) {
	c.file, c.err = configfile.Read(configfile.Input{Name: name, Data: data, Docs: docs})
	return c
}

func (b *builder) configure(name string, c configuration) {
	switch {
	case c.err != nil:
		b.fault(name, c.err, "hardening")
	case c.file != nil:
		b.configs = append(b.configs, *c.file)
	}
}

// maxPlain is how much of a file that is not YAML its family sees.
const maxPlain = 1 << 20

// plain reads a file for its family when it is neither YAML nor JSON.
func (b *builder) plain(name string) {
	// Only the lint judges these, and they are most of a large repository.
	if !b.cfg.Runs("hardening") || !configfile.Claims(name) {
		return
	}
	c, err := source.Ask(b.tree, source.Question[configuration]{Name: "plain", Answer: plainOf, Limit: maxPlain, Cut: true}, name)
	if err != nil {
		c.err = err
	}
	b.configure(name, c)
}

func plainOf(name string, data []byte) configuration {
	var docs []*source.Doc
	if isJSON(name) {
		docs, _ = source.Parse(name, data) // nil when broken: its family decides what that means
	}
	return configurationOf(name, data, docs)
}

// repository adds the one document that holds the repository's configuration, so that
// rules can say what is missing and join one file with another.
func (b *builder) repository() {
	if len(b.configs) == 0 && len(b.plan.Problems) == 0 && (len(b.plan.Documents) == 0 || b.plan.Partial) {
		return
	}
	files, names := map[string]any{}, []string{}
	at := repositoryLocator{anchor: b.anchor(), files: map[string]source.Locator{}, documents: b.plan.Documents, problems: b.plan.Problems}
	for _, f := range b.configs {
		files[f.Name] = map[string]any{"family": string(f.Family), "content": f.Content}
		at.files[f.Name] = f.Locator
		names = append(names, f.Name)
	}
	name := at.top().URI
	b.plan.Config = &plan.Document{Kind: plan.Config, Name: name, Files: names, Model: map[string]any{"files": files}, Locator: at}
}

// readmes are the names of the file that introduces a repository.
var readmes = [...]string{"README.md", "README", "README.rst", "README.adoc", "README.txt", "readme.md"}

// anchor is the file in which findings about the whole repository stand: the configuration
// of this program, else the file that introduces the repository.
func (b *builder) anchor() string {
	for _, name := range append([]string{b.cfg.Origin}, readmes[:]...) {
		if name != "" && !b.plan.Partial && b.has(name) {
			return name
		}
	}
	return ""
}

// envFiles adds the files of variables that services read, whatever their names.
func (b *builder) envFiles() {
	read := map[string]bool{}
	for _, f := range b.configs {
		read[f.Name] = true
	}
	for _, d := range b.plan.Documents {
		services, _ := d.Model["services"].(map[string]any)
		for _, name := range decoded.Keys(services) {
			files, _ := decoded.At(services[name], []any{"env_file"}).([]any)
			for _, f := range files {
				name, err := source.Inside(b.tree.Dir(), path.Dir(d.Name), decoded.Text(decoded.At(f, []any{"path"})))
				if err != nil || !b.has(name) || read[name] {
					continue
				}
				read[name] = true
				b.variables(name)
			}
		}
	}
}

func (b *builder) variables(name string) {
	data, err := b.tree.Head(name, maxPlain)
	if err != nil {
		b.fault(name, err, "hardening")
		return
	}
	if f := configfile.ReadVariables(configfile.Input{Name: name, Data: data}); f != nil {
		b.configs = append(b.configs, *f)
	}
}

// repositoryLocator locates ["files", name, "content", ...] in a configuration file,
// ["documents", i, ...] in the plan's document and ["problems", i] at the plan's problem
// of that index, and ["tree", name] at a file as a whole.
type repositoryLocator struct {
	// anchor is the file that stands for the repository as a whole; empty for none.
	anchor    string
	files     map[string]source.Locator
	documents []plan.Document
	problems  []plan.Problem
}

// Locate implements source.Locator.
func (r repositoryLocator) Locate(path []any) (finding.Location, source.Grade) {
	if at, rest := r.part(path); at != nil {
		return at.Locate(rest)
	}
	if at, ok := r.whole(path); ok {
		return at, source.Exact
	}
	return r.top(), source.Parent
}

// whole is the place of a problem or of a file that has no parts.
func (r repositoryLocator) whole(path []any) (finding.Location, bool) {
	if len(path) != 2 {
		return finding.Location{}, false
	}
	name, isName := path[1].(string)
	i, isIndex := source.Index(path[1])
	switch {
	case path[0] == "tree" && isName:
		return finding.Top(name), true
	case path[0] == "problems" && isIndex && i >= 0 && i < len(r.problems):
		return r.problems[i].Location, true
	}
	return finding.Location{}, false
}

// part is the file or document that a path leads into, and the rest of the path.
func (r repositoryLocator) part(path []any) (source.Locator, []any) {
	if len(path) < 2 {
		return nil, nil
	}
	switch path[0] {
	case "files":
		name, _ := path[1].(string)
		return r.files[name], path[min(3, len(path)):]
	case "documents":
		if i, ok := source.Index(path[1]); ok && i >= 0 && i < len(r.documents) {
			return r.documents[i].Locator, path[2:]
		}
	}
	return nil, nil
}

// top is the file that stands for the repository, else the first deployed thing, else the
// first file. What is said of the whole must not move when a file is added.
func (r repositoryLocator) top() finding.Location {
	if r.anchor != "" {
		return finding.Top(r.anchor)
	}
	if len(r.documents) > 0 {
		at, _ := r.documents[0].Locator.Locate(nil)
		return at
	}
	if len(r.files) == 0 && len(r.problems) > 0 {
		return r.problems[0].Location
	}
	first := ""
	for name := range r.files {
		if first == "" || name < first {
			first = name
		}
	}
	return finding.Top(first)
}

// Related implements relater.
func (r repositoryLocator) Related(path []any) []finding.Related {
	if at, rest := r.part(path); at != nil {
		return source.RelatedPlaces(at, rest)
	}
	return nil
}
