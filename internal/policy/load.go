package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stella-ops/assure/internal/finding"
)

// Limits of a pack: far above any real one, low enough to stay harmless.
const (
	parsers      = 2
	maxPackFiles = 2000
	maxFileBytes = 1 << 20
)

// Names of packs and of rule files. Both are part of a rule's id, which is unique
// because no two packs share a name.
var (
	kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// module is one parsed Rego file; kind is empty for helpers, which every kind sees.
type module struct {
	file string
	kind string
	ast  *ast.Module
}

// loader collects packs and every mistake in them.
type loader struct {
	profile string
	// kinds are the folders whose rules are wanted.
	kinds []string
	// may is what packs may use, built once because that is slow.
	may     *ast.Capabilities
	modules []module
	// helpers are those of Trivy's checks, until some check imports them.
	helpers  []module
	rules    []*rule
	controls []finding.Control
	names    map[string]bool
	// passed says which files were left out, and why.
	passed []string
	params map[string]map[string]any
	errs   []error
}

func (l *loader) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf(format, args...))
}

// pack loads one pack; the built-in one has no name.
func (l *loader) pack(p Pack) {
	if p.Name != "" && !kebab.MatchString(p.Name) {
		l.fail("%s: pack name %q must be lower-case words joined by hyphens", p.Dir, p.Name)
		return
	}
	if l.names[p.Name] {
		l.fail("%s: two packs are called %q", p.Dir, p.Name)
		return
	}
	l.names[p.Name] = true
	files, err := list(p.FS)
	if err != nil {
		l.fail("read pack %s: %w", p.Dir, err)
		return
	}
	controls, err := LoadControls(p.FS)
	if err != nil {
		l.fail("%s: %w", p.Dir, err)
	}
	l.controls = append(l.controls, controls...)
	for _, f := range l.parseAll(p, files) {
		l.file(p, f)
	}
}

// parsed is one Rego file of a pack.
type parsed struct {
	name, shown string
	ast         *ast.Module
	err         error
}

// parseAll parses the wanted files side by side: that is most of what a short run costs.
func (l *loader) parseAll(p Pack, names []string) []parsed {
	names = slices.DeleteFunc(names, func(name string) bool {
		folder := path.Dir(name)
		return slices.Contains(Kinds[:], folder) && !slices.Contains(l.kinds, folder)
	})
	out := make([]parsed, len(names))
	var wg sync.WaitGroup
	for part := range parsers {
		wg.Go(func() {
			for i := part; i < len(names); i += parsers {
				shown := path.Join(p.Dir, names[i])
				m, err := l.parse(p.FS, names[i], shown)
				out[i] = parsed{names[i], shown, m, err}
			}
		})
	}
	wg.Wait()
	return out
}

// list names the Rego files of a pack, without tests, sorted.
func list(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() || path.Ext(name) != ".rego" || strings.HasSuffix(name, "_test.rego") {
			return nil
		}
		if files = append(files, name); len(files) > maxPackFiles {
			return fmt.Errorf("more than %d Rego files", maxPackFiles)
		}
		return nil
	})
	return files, err
}

func (l *loader) file(p Pack, f parsed) {
	shown, m := f.shown, f.ast
	folder, base := path.Split(strings.TrimSuffix(f.name, ".rego"))
	folder = strings.TrimSuffix(folder, "/")
	if p.Name != "" && m != nil && isTrivy(m) {
		l.trivy(p, shown, m)
		return
	}
	if folder != "lib" && !slices.Contains(Kinds[:], folder) {
		l.fail("%s: rules live in one of the folders %s, helpers in lib", shown, strings.Join(Kinds[:], ", "))
		return
	}
	if !snake.MatchString(base) {
		l.fail("%s: a file is named like its rule, in lower-case words joined by underscores", shown)
		return
	}
	if f.err != nil {
		l.errs = append(l.errs, f.err)
		return
	}
	want := packageOf(p.Name, folder, base)
	if got := m.Package.Path.String(); got != want {
		l.fail("%s:%d: package is %s, the file's place asks for %s", shown, m.Package.Location.Row,
			strings.TrimPrefix(got, "data."), strings.TrimPrefix(want, "data."))
		return
	}
	if folder == "lib" {
		l.modules = append(l.modules, module{file: shown, ast: m})
		return
	}
	l.rule(p, folder, base, shown, m)
}

func (l *loader) rule(p Pack, kind, base, shown string, m *ast.Module) {
	r, err := readRule(m, shown, l.profile)
	if err != nil {
		l.errs = append(l.errs, err)
		return
	}
	r.ID, r.kind, r.pkg = path.Join(p.Name, kind, strings.ReplaceAll(base, "_", "-")), kind, m.Package.Path.String()
	r.off = l.profile != "" && r.meta.Profiles != nil && !slices.Contains(r.meta.Profiles, l.profile)
	if len(r.meta.Params) > 0 {
		l.params[r.ID] = r.meta.Params
	}
	l.rules = append(l.rules, r)
	l.modules = append(l.modules, module{file: shown, kind: kind, ast: m})
}

// finish checks what only the whole can tell and drops the rules of other profiles.
func (l *loader) finish() error {
	known := map[string]bool{}
	for _, c := range l.controls {
		if known[c.ID] {
			l.fail("control %s is listed twice", c.ID)
		}
		known[c.ID] = true
	}
	for _, r := range l.rules {
		for _, id := range r.Controls {
			if !known[id] {
				l.fail("%s: control %s does not exist; list it in controls/", r.file, id)
			}
		}
	}
	for _, m := range slices.Clone(l.modules) {
		l.join(m)
	}
	off := map[string]bool{}
	l.rules = slices.DeleteFunc(l.rules, func(r *rule) bool {
		off[r.file] = r.off || !l.imported(r)
		return off[r.file]
	})
	l.modules = slices.DeleteFunc(l.modules, func(m module) bool { return off[strings.TrimSuffix(m.file, wrapped)] })
	slices.SortFunc(l.rules, compareRules)
	return errors.Join(l.errs...)
}

func packageOf(pack, folder, base string) string {
	if pack == "" {
		return "data.policies." + folder + "." + base
	}
	return "data.packs." + strings.ReplaceAll(pack, "-", "_") + "." + folder + "." + base
}

// parse reads one Rego file with its annotations.
func (l *loader) parse(fsys fs.FS, name, shown string) (*ast.Module, error) {
	data, err := readFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown, err)
	}
	m, err := ast.ParseModuleWithOpts(shown, string(data), ast.ParserOptions{
		ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: l.may,
	})
	if err != nil {
		old, errOld := ast.ParseModuleWithOpts(shown, string(data), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV0})
		if errOld != nil || old == nil || !isTrivy(old) {
			return nil, flatten(err)
		}
		m = old
	}
	if m == nil {
		return nil, fmt.Errorf("%s: file is empty", shown)
	}
	return m, nil
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("larger than %d bytes", maxFileBytes)
	}
	return fs.ReadFile(fsys, name)
}

// flatten turns OPA's list of errors into one error a line, each with file:line.
func flatten(err error) error {
	var list ast.Errors
	if !errors.As(err, &list) {
		return err
	}
	var out []error
	for _, e := range list {
		out = append(out, fmt.Errorf("%s: %s", e.Location, e.Message))
	}
	return errors.Join(out...)
}
