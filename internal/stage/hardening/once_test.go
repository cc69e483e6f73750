package hardening_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/stage/hardening"
)

// commitOf holds files as git does.
type commitOf map[string][]byte

func (c commitOf) Blob(id string, limit int64) ([]byte, error) {
	data := c[id]
	return data[:min(int64(len(data)), limit)], nil
}

// filesOf reads all files below a directory.
func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// treeOf is a commit of the files that stands for the directory.
func treeOf(files map[string][]byte, dir string) *source.Tree {
	blobs, entries := commitOf{}, []commit.Entry{}
	for name, data := range files {
		sum := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(data)), data...))
		id := fmt.Sprintf("%x", sum)
		blobs[id] = data
		entries = append(entries, commit.Entry{Name: name, ID: id, Size: int64(len(data))})
	}
	return source.FromFS(commit.NewFiles(entries, blobs), dir)
}

// edit changes a file of a repository in one of the ways that people do.
func edit(r *rand.Rand, files map[string][]byte) {
	names := slices.Sorted(maps.Keys(files))
	name := names[r.IntN(len(names))]
	lines := bytes.SplitAfter(files[name], []byte("\n"))
	i, j := r.IntN(len(lines)), r.IntN(len(lines))
	switch r.IntN(9) {
	case 0:
		delete(files, name)
	case 1:
		files[filepath.Dir(name)+"/moved-"+filepath.Base(name)] = files[name]
		delete(files, name)
		return
	case 2:
		files["copies/"+name] = files[name]
		return
	case 3:
		lines[i], lines[j] = lines[j], lines[i]
	case 4:
		lines = slices.Delete(lines, i, i+1)
	case 5:
		lines = slices.Insert(lines, i, lines[j])
	case 6:
		other := bytes.SplitAfter(files[names[r.IntN(len(names))]], []byte("\n"))
		lines[i] = other[r.IntN(len(other))]
	case 7:
		lines[i] = bytes.ReplaceAll(lines[i], []byte(": "), []byte(": changed-"))
	case 8:
		lines[i] = append([]byte("# a comment\n"), lines[i]...)
	}
	if _, ok := files[name]; ok {
		files[name] = bytes.Join(lines, nil)
	}
}

// outcome is what discovery and the lint say of one side.
type outcome struct {
	plan       *plan.Plan
	set        finding.Set
	exceptions []config.Exception
	unreadable []finding.Gap
}

func outcomeOf(t *testing.T, tree *source.Tree, stage *hardening.Stage) (o outcome) {
	t.Helper()
	p, err := discover.Build(context.Background(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if o.set, err = stage.Run(context.Background(), p, func(string) {}); err != nil {
		t.Fatal(err)
	}
	o.exceptions, o.unreadable = discover.Exceptions(p)
	o.plan = values(p)
	return o
}

// values leaves out of a plan what is no value: findings hold what locators say.
func values(p *plan.Plan) *plan.Plan {
	p.Tree = nil
	for i := range p.Documents {
		p.Documents[i].Locator = nil
	}
	if p.Config != nil {
		p.Config.Locator = nil
	}
	return p
}

// What is judged once for two commits is judged as if each stood for itself, whatever
// differs between them, and what they share stays as it was.
func TestWhatTwoCommitsShareIsJudgedAsIfAlone(t *testing.T) {
	t.Parallel()
	stage := hardening.New(engine(t, ""), config.Hardening{})
	for _, project := range []string{"vulnerable", "hardened"} {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s %d", project, seed), func(t *testing.T) {
				t.Parallel()
				compareOnce(t, stage, filepath.Join(projects, project), seed)
			})
		}
	}
}

func compareOnce(t *testing.T, stage *hardening.Stage, project string, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	base := filesOf(t, project)
	changed := maps.Clone(base)
	for range r.IntN(4) {
		edit(r, changed)
	}
	dir := t.TempDir()
	for name, data := range changed {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open := func() *source.Tree {
		tree, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { tree.Close() })
		return tree
	}
	wantHead, wantBase := outcomeOf(t, open(), stage), outcomeOf(t, treeOf(base, dir), stage)
	headTree, baseTree := open(), treeOf(base, dir)
	source.Share(headTree, baseTree)
	gotHead, gotBase := outcomeOf(t, headTree, stage), outcomeOf(t, baseTree, stage)
	sameOutcome(t, "head", wantHead, gotHead)
	sameOutcome(t, "base", wantBase, gotBase)
}

func sameOutcome(t *testing.T, side string, want, got outcome) {
	t.Helper()
	if diff := cmp.Diff(want.set, got.set); diff != "" {
		t.Errorf("%s: findings differ (-alone +shared):\n%s", side, diff)
	}
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%s: the plan differs from that of the commit alone (-alone +shared):\n%s", side, cmp.Diff(want.plan, got.plan))
	}
}
