package hardening

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workload"
	"github.com/stella-ops/assure/policies"
)

var (
	update   = flag.Bool("update", false, "rewrite golden files")
	inputsOf = flag.String("inputs-of", "", "directories, comma-separated, whose inputs to write")
	inputsTo = flag.String("inputs-to", "", "directory to write them to")
)

// dump is what rules see of every document of a directory, one line each. The keys of
// mappings are sorted and the root is left out, so that equal inputs have equal bytes.
func dump(t *testing.T, dir string) []byte {
	t.Helper()
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	p, err := discover.Build(t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := policy.Load(policies.FS, nil, "strict")
	if err != nil {
		t.Fatal(err)
	}
	s := New(e, config.Hardening{Profile: "strict"})
	s.places = true
	c, err := workload.Join(p, s.cfg.Roles)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, doc := range documents(p) {
		line, err := json.Marshal(s.input(p, c, doc))
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(bytes.ReplaceAll(line, []byte(p.Root), []byte("/repository")), '\n'))
	}
	return out.Bytes()
}

// What rules see keeps its shape: packs depend on every key.
func TestInputs(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "inputs", "all.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, fsys); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for line := range bytes.Lines(dump(t, dir)) {
		if err := json.Indent(&got, line, "", "  "); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join("testdata", "golden", "inputs.json")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestDumpInputs writes the inputs of directories, to be compared with those of another
// version of the program.
func TestDumpInputs(t *testing.T) {
	if *inputsOf == "" {
		t.Skip("no -inputs-of")
	}
	for _, dir := range strings.Split(*inputsOf, ",") {
		name := strings.ReplaceAll(strings.Trim(filepath.ToSlash(dir), "/"), "/", "_") + ".json"
		if err := os.WriteFile(filepath.Join(*inputsTo, name), dump(t, dir), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
