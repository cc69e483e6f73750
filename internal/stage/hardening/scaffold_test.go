package hardening_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
)

// The examples of a new rule of every kind show what they claim.
func TestScaffoldedExamples(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for _, kind := range policy.Kinds {
		files, err := policy.Scaffold("acme/" + kind + "/fresh")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fsys[name] = &fstest.MapFile{Data: []byte(files[name])}
		}
	}
	pack := policy.Pack{Name: "acme", Dir: "policies/acme", FS: fsys}
	seen := 0
	for _, ex := range engine(t, "guide", pack).Examples() {
		if ex.Rule != "acme/"+ex.Kind+"/fresh" {
			continue
		}
		seen++
		fires := func(content string) bool {
			set := judge(t, repository(t, exampleFiles(ex.Kind, content)), "guide", pack)
			return slices.ContainsFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == ex.Rule })
		}
		if !fires(ex.Bad) || fires(ex.Good) {
			t.Errorf("%s: fires on bad %v, on good %v", ex.Rule, fires(ex.Bad), fires(ex.Good))
		}
	}
	if seen != len(policy.Kinds) {
		t.Errorf("%d examples, want %d", seen, len(policy.Kinds))
	}
}
