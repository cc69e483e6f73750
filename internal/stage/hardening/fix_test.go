package hardening_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
)

// apply makes the splices of a fix.
func apply(content string, f *finding.Fix) string {
	for _, e := range slices.Backward(f.Edits) {
		content = content[:e.Start] + e.Text + content[e.End:]
	}
	return content
}

// A fix changes the one thing that it names and keeps every other byte.
func TestFix(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ rule, before, after string }{
		"insert": {"compose/read-only",
			"services:\n    web: # the edge\n        image: web\n",
			"services:\n    web: # the edge\n        read_only: true\n        image: web\n"},
		"replace": {"compose/read-only",
			"services:\n  web:\n    read_only: false # for now\n",
			"services:\n  web:\n    read_only: true # for now\n"},
		"remove_key": {"compose/privileged",
			"services:\n  web:\n    image: web\n    privileged: true\n",
			"services:\n  web:\n    image: web\n"},
		"remove_item": {"compose/docker-socket",
			"services:\n  web:\n    image: web\n    volumes:\n      - a:/a\n      - /run/docker.sock:/s\nvolumes: {a: }\n",
			"services:\n  web:\n    image: web\n    volumes:\n      - a:/a\nvolumes: {a: }\n"},
		"append_block": {"compose/no-new-privileges",
			"services:\n  web:\n    image: web\n    security_opt:\n    - label:user:x",
			"services:\n  web:\n    image: web\n    security_opt:\n    - label:user:x\n    - no-new-privileges:true\n"},
		"append_flow": {"compose/no-new-privileges",
			"services:\n  web:\n    image: web\n    security_opt: ['label:user:x']\n",
			"services:\n  web:\n    image: web\n    security_opt: ['label:user:x', no-new-privileges:true]\n"},
		"append_missing": {"compose/no-new-privileges",
			"services:\n  web:\n    image: web\n",
			"services:\n  web:\n    security_opt: [no-new-privileges:true]\n    image: web\n"},
		"require": {"compose/store-password-required",
			"services:\n  db:\n    image: redis\n    command: [redis-server, --requirepass, \"${P}\"]\n",
			"services:\n  db:\n    image: redis\n    command: [redis-server, --requirepass, \"${P:?set P}\"]\n"},
		"require_in_text": {"compose/store-password-required",
			"services:\n  db:\n    image: redis\n    command: redis-server --port $PORT --requirepass $P\n",
			"services:\n  db:\n    image: redis\n    command: \"redis-server --port $PORT --requirepass ${P:?set P}\"\n"},
		"tmpfs": {"compose/tmpfs-options",
			"services:\n  web:\n    image: web\n    tmpfs: ['/tmp:size=1m,nosymlink']\n",
			"services:\n  web:\n    image: web\n    tmpfs: [/tmp:size=1m]\n"},
		"code_points": {"compose/read-only",
			"services:\n  web: {image: web, labels: {a: 'é😀'}, read_only: false}\n",
			"services:\n  web: {image: web, labels: {a: 'é😀'}, read_only: true}\n"},
		"crlf": {"compose/read-only",
			"services:\r\n  web:\r\n    read_only: false\r\n",
			"services:\r\n  web:\r\n    read_only: true\r\n"},
		"flow_service":  {"compose/read-only", "services:\n  web: {image: web}\n", ""},
		"only_item":     {"compose/docker-socket", "services:\n  web:\n    image: web\n    volumes:\n      - /run/docker.sock:/s\n", ""},
		"shared_anchor": {"compose/read-only", "x-a: &a\n  read_only: false\nservices:\n  web:\n    <<: *a\n  app:\n    <<: *a\n", ""},
		"list_map":      {"compose/authority-enabled", "services:\n  c:\n    image: c\n    environment:\n      - CONCELIER_AUTHORITY__ENABLED=false\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := judge(t, repository(t, map[string]string{"compose.yaml": tt.before}), "strict")
			i := slices.IndexFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == tt.rule })
			if i < 0 {
				t.Fatalf("%s does not fire:\n%s", tt.rule, lines(set))
			}
			got := ""
			if f := set.Findings[i].Fix; f != nil {
				got = apply(tt.before, f)
			}
			if diff := cmp.Diff(tt.after, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFixOfSecondDocument(t *testing.T) {
	t.Parallel()
	const before = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: a\n" +
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  containers:\n    - name: b\n      image: b\n"
	set := judge(t, repository(t, map[string]string{"pods.yaml": before}), "guide")
	for _, f := range set.Findings {
		if f.Rule != "kubernetes/read-only-root-filesystem" || f.Subject != "Pod/b/b" {
			continue
		}
		want := strings.Replace(before, "    - name: b\n",
			"    - name: b\n      securityContext:\n        readOnlyRootFilesystem: true\n", 1)
		if f.Fix == nil {
			t.Fatal("no fix")
		}
		if diff := cmp.Diff(want, apply(before, f.Fix)); diff != "" {
			t.Error(diff)
		}
		return
	}
	t.Error("the second pod was not found")
}

// A fix of a rule's own example silences the rule there, and the file still loads.
func TestFixesMendTheExamples(t *testing.T) {
	t.Parallel()
	var repaired []string
	for _, ex := range engine(t, "").Examples() {
		set := judge(t, repository(t, exampleFiles(ex.Kind, ex.Bad)), "")
		for _, f := range set.Findings {
			if f.Rule != ex.Rule || f.Fix == nil {
				continue
			}
			files := exampleFiles(ex.Kind, ex.Bad)
			files[f.Location.URI] = apply(files[f.Location.URI], f.Fix)
			p := repository(t, files)
			for _, problem := range p.Problems {
				t.Errorf("%s: %s", ex.Rule, problem.Message)
			}
			for _, again := range judge(t, p, "").Findings {
				if again.Rule == ex.Rule && again.Key == f.Key && again.Subject == f.Subject {
					t.Errorf("%s still fires after its fix: %s", ex.Rule, again.Message)
				}
			}
			repaired = append(repaired, ex.Rule)
		}
	}
	golden(t, "fixable.txt", strings.Join(repaired, "\n")+"\n")
}

// The guide's stack as all safe fixes leave it.
func TestSafeFixesOfTheGuide(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "guide")
	content, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	set := judge(t, build(t, dir), "guide-literal")
	var edits []finding.Edit
	for _, f := range set.Findings {
		if f.Fix == nil || !f.Fix.Safe {
			t.Fatalf("%s has no safe fix", f.Rule)
		}
		edits = append(edits, f.Fix.Edits...)
	}
	slices.SortFunc(edits, func(a, b finding.Edit) int { return a.Start - b.Start })
	fixed := apply(string(content), &finding.Fix{Edits: edits})
	set = judge(t, repository(t, map[string]string{"compose.yaml": fixed}), "guide-literal")
	if got := lines(set); got != "" {
		t.Error(got)
	}
}
