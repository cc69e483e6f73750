// Package inventory reads the packages that a repository's lock files name. It never
// leaves the repository and asks no network, and what it cannot read is a gap.
package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aquasecurity/trivy/pkg/fanal/analyzer"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	xio "github.com/aquasecurity/trivy/pkg/x/io"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// MaxBytes is the size above which a lock file is not read.
const MaxBytes = 64 << 20

// Tree reads the repository's files.
type Tree interface {
	Read(name string, limit int64) ([]byte, error)
}

// Lock is a lock file that was read.
type Lock struct {
	Name string
	Kind types.LangType
	// Packages are all that it names, the repository's own left out.
	Packages []types.Package
	// Own are the repository's packages that it names: modules, workspaces, projects.
	Own []types.Package
	// Needs maps the ids of packages to the ids of those that they need.
	Needs map[string][]string
	// Text is its content.
	Text []byte
	// Gaps are what could not be read in it, Notes what the reader should know.
	Gaps  []finding.Gap
	Notes []string
	// Includes are further files that it names and that hold requirements, too.
	Includes []string
	// Read is false when nothing of it could be judged.
	Read bool

	parents map[string][]string
	direct  map[string]bool
	// why are the kinds of the gaps for packages without a version, by name.
	why map[string]string
}

// Reader reads the lock files of one repository.
type Reader struct {
	tree    Tree
	files   []string
	formats index
	// included are the requirements files that others include, whatever their names.
	included map[string]bool
	log      *quiet.Log
	// group is started once, for the formats that need it.
	group func() (analyzer.AnalyzerGroup, error)
}

// New returns a reader of the named files (slash paths in tree, sorted). log hears Trivy while
// the reader is used.
func New(tree Tree, files []string, log *quiet.Log) *Reader {
	if !slices.IsSorted(files) {
		files = slices.Sorted(slices.Values(files))
	}
	return &Reader{tree: tree, files: files, formats: newIndex(formats()), included: map[string]bool{}, log: log, group: sync.OnceValues(startAnalyzers)}
}

func startAnalyzers() (analyzer.AnalyzerGroup, error) {
	group, err := analyzer.NewAnalyzerGroup(analyzer.AnalyzerOptions{})
	if err != nil {
		return group, fmt.Errorf("start Trivy's analyzers: %w", err)
	}
	return group, nil
}

// Find returns the lock files: those among names that have a reader, and those that were
// listed as lock files under another name. What belongs to an installed package is none.
func Find(names, listed []string) []string {
	all := newIndex(formats())
	found := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return all.of(n) == nil })
	for _, n := range listed {
		if all.named(path.Base(n)) == nil {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// file is a lock file while it is read.
type file struct {
	*Lock
	r      *Reader
	format *format
}

func (f *file) reader() xio.ReadSeekerAt { return bytes.NewReader(f.Text) }

// gap notes what could not be read at a line, or of the whole file.
func (f *file) gap(line int, g finding.Gap) {
	g.Location = finding.Top(f.Name)
	if line > 0 {
		g.Location = lineAt(f.Name, f.Text, line)
	}
	f.Gaps = append(f.Gaps, g)
}

// Read reads one lock file. What goes wrong is in the result.
func (r *Reader) Read(ctx context.Context, name string) Lock {
	format := r.formats.of(name)
	if format == nil && (r.included[name] || isText(name)) {
		format = r.formats.exact["requirements.txt"]
	}
	if format == nil {
		return Lock{Name: name, Gaps: []finding.Gap{{
			Rule: gap.NoReader, Location: finding.Top(name), Message: "this program has no reader for the format of the file; its dependencies were not judged",
		}}}
	}
	return r.read(ctx, name, format)
}

// isText reports whether a lock file without a name of its own can only be a
// requirements file, which may have any.
func isText(name string) bool {
	return slices.Contains([]string{".txt", ".pip"}, strings.ToLower(path.Ext(name)))
}

func (r *Reader) read(ctx context.Context, name string, format *format) Lock {
	f := &file{Lock: &Lock{Name: name, Kind: format.kind}, r: r, format: format}
	if format.parse == nil {
		f.Notes = append(f.Notes, fmt.Sprintf("%s was not judged: the database has no advisories for conda packages", name))
		return *f.Lock
	}
	data, err := r.tree.Read(name, MaxBytes)
	if err != nil {
		f.gap(0, finding.Gap{Rule: unread(err), Message: fmt.Sprintf("the lock file could not be read: %v; its dependencies were not judged", err)})
		return *f.Lock
	}
	f.Text = data
	if problem := check(format, data); problem != "" {
		f.gap(0, finding.Gap{Rule: gap.TooMany, Message: problem + "; its dependencies were not judged"})
		return *f.Lock
	}
	missing := partial(format, data)
	f.fill(ctx)
	f.conflict()
	switch {
	case missing == "" || len(f.Gaps) > 0 && len(f.Packages) == 0:
	case len(f.Packages) == 0:
		f.Read = false
		f.gap(0, finding.Gap{Rule: gap.NotParsed, Message: missing + "; its dependencies were not judged", Remediation: anew})
	default:
		f.gap(0, finding.Gap{Rule: gap.NotParsed, Message: missing + "; only what it still names was judged", Remediation: anew})
	}
	return *f.Lock
}

// fill parses the file and keeps what can be matched against advisories.
func (f *file) fill(ctx context.Context) {
	f.r.log.Take()
	pkgs, err := f.parse(ctx)
	f.heed(f.r.log.Take())
	if err != nil {
		f.gap(0, unparsed(err))
		return
	}
	f.Read = true
	f.keep(pkgs)
}

// parse turns a panic of a parser into an error.
func (f *file) parse(ctx context.Context) (pkgs []types.Package, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = flaw{rule: gap.Crashed, err: fmt.Errorf("the parser crashed: %v", r)}
		}
	}()
	return f.format.parse(ctx, f)
}

// need notes what a package needs.
func (f *file) need(id string, ids []string) {
	if id == "" || len(ids) == 0 {
		return
	}
	if f.Needs == nil {
		f.Needs = map[string][]string{}
	}
	f.Needs[id] = ids
}

func (f *file) graph(deps []types.Dependency) {
	for _, d := range deps {
		f.need(d.ID, d.DependsOn)
	}
}

func (f *file) keep(pkgs []types.Package) {
	var unversioned []types.Package
	for _, p := range pkgs {
		f.need(p.ID, p.DependsOn)
		switch {
		case p.Name == "" || f.Kind == types.Julia && p.ID == "":
			f.gap(0, finding.Gap{Rule: gap.EntryNotRead, Message: "an entry has no name or id and was not judged: the file may be cut off", Remediation: anew})
		case p.Relationship == types.RelationshipRoot || p.Relationship == types.RelationshipWorkspace:
			f.Own = append(f.Own, p)
		case p.Version != "":
			f.Packages = append(f.Packages, p)
		case !f.format.local:
			unversioned = append(unversioned, p)
		}
	}
	slices.SortFunc(f.Packages, func(a, b types.Package) int {
		return strings.Compare(a.Name+"\x00"+a.Version, b.Name+"\x00"+b.Version)
	})
	f.unversioned(unversioned)
}

// Short bounds a name from the repository that goes into a message.
func Short(name string) string {
	const most = 200
	if utf8.RuneCountInString(name) <= most {
		return name
	}
	return string([]rune(name)[:most]) + "…"
}

// innermost renders an error on one bounded line.
func innermost(err error) string {
	return Short(strings.Join(strings.Fields(err.Error()), " "))
}

// neighbours returns the plan's files with the given base name in the lock file's
// directory and, if deep, below it.
func (f *file) neighbours(base string, deep bool) []string {
	dir := path.Dir(f.Name)
	if !deep {
		if name := path.Join(dir, base); f.r.has(name) {
			return []string{name}
		}
		return nil
	}
	var names []string
	for _, n := range f.r.below(dir) {
		if path.Base(n) == base && !strings.Contains("/"+n, "/node_modules/") {
			names = append(names, n)
		}
	}
	return names
}

// below are the files in a directory and its directories: the names are sorted.
func (r *Reader) below(dir string) []string {
	if dir == "." {
		return r.files
	}
	first, _ := slices.BinarySearch(r.files, dir+"/")
	end, _ := slices.BinarySearch(r.files, dir+"0") // 0 follows on /
	return r.files[first:end]
}

// has reports whether the plan has the file.
func (r *Reader) has(name string) bool {
	_, found := slices.BinarySearch(r.files, name)
	return found
}

// open reads a further file of the repository, if the plan has it.
func (f *file) open(name string) ([]byte, error) {
	if !f.r.has(name) {
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	return f.r.tree.Read(name, MaxBytes)
}

// binaryBun accepts the binary lock file only beside the textual one.
func binaryBun(_ context.Context, f *file) ([]types.Package, error) {
	if len(f.neighbours("bun.lock", false)) > 0 {
		return nil, nil
	}
	return nil, flaw{
		rule: gap.NoReader, remedy: "Run bun install --save-text-lockfile and commit bun.lock.",
		err: errors.New("it is the binary lock file of bun"),
	}
}
