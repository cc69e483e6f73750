// Package internal_test guards the architecture: who may import whom.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stella-ops/assure/"

// layers lists, for every package, the packages of this module that it may import. A
// package that is not listed fails the test, and so does a new edge: both are decisions
// about the architecture and belong in ARCHITECTURE.md.
var layers = map[string]string{

	"internal/finding":               "",
	"internal/gap":                   "internal/finding",
	"internal/shell":                 "",
	"internal/memo":                  "",
	"policies":                       "",
	"internal/source":                "internal/finding internal/gap internal/memo",
	"internal/source/commit":         "internal/source/commit/objects",
	"internal/config":                "internal/finding internal/gap",
	"internal/configfile":            "internal/finding internal/gap internal/shell internal/source",
	"internal/source/decoded":        "internal/source",
	"internal/source/difference":     "",
	"internal/plan":                  "internal/finding internal/source",
	"internal/change":                "internal/finding internal/gap internal/plan internal/source internal/source/difference",
	"internal/discover":              "internal/config internal/configfile internal/finding internal/gap internal/plan internal/source internal/source/decoded internal/discover/...",
	"internal/discover/render":       "internal/finding internal/gap internal/source internal/discover/render",
	"internal/policy":                "internal/finding internal/gap",
	"internal/pending":               "internal/config internal/finding",
	"internal/pending/gate":          "internal/config internal/finding internal/pending internal/shell internal/source internal/source/decoded",
	"internal/pending/files":         "internal/config internal/finding internal/pending internal/policy internal/source internal/stage/deps/accepted internal/stage/images/cip internal/stage/images/verify internal/stage/dast/web policies",
	"internal/report":                "internal/config internal/finding internal/gap",
	"internal/reporter":              "internal/config internal/finding internal/gap internal/report internal/reporter/...",
	"internal/reporter/convert":      "internal/finding",
	"internal/reporter/document":     "internal/config internal/finding internal/report internal/reporter/convert",
	"internal/github":                "internal/trust",
	"internal/workspace":             "internal/config internal/github internal/plan internal/policy internal/source internal/source/commit internal/stage/images/rotation internal/trust",
	"internal/cli/ledger":            "internal/change internal/config internal/finding internal/plan internal/report",
	"internal/cli/unused":            "internal/config internal/finding internal/plan internal/report internal/source/decoded internal/stage/images",
	"internal/cli/proposal":          "internal/config internal/finding internal/pending internal/pending/files internal/pending/gate internal/report internal/source",
	"internal/github/githubtest":     "",
	"internal/threats":               "",
	"internal/stage/deps":            "internal/config internal/finding internal/gap internal/plan internal/source internal/stage/deps/... internal/stage/images/reference internal/stage/images/registry internal/memo",
	"internal/stage/hardening":       "internal/config internal/finding internal/gap internal/plan internal/policy internal/source internal/stage/hardening/facts/value internal/stage/hardening/facts/service internal/stage/hardening/facts/workload internal/stage/hardening/facts/dockerfile internal/stage/hardening/facts/repository internal/stage/hardening/identity internal/memo",
	"internal/stage/images":          "internal/config internal/finding internal/gap internal/plan internal/source internal/stage/images/... internal/memo",
	"internal/stage/dast":            "internal/config internal/finding internal/gap internal/plan internal/source internal/stage/dast/...",
	"internal/stage":                 "internal/finding internal/gap internal/plan internal/report",
	"internal/stage/all":             "internal/config internal/finding internal/gap internal/policy internal/stage internal/stage/deps internal/stage/hardening internal/stage/images internal/stage/images/rotation internal/stage/dast internal/stage/dast/runtime/facts",
	"internal/cli":                   "internal/... policies",
	"internal/harness":               "internal/stage/deps/... internal/stage/images/... internal/harness/...",
	"internal/harness/bench":         "internal/stage/deps/fixture",
	"internal/harness/demo":          "internal/harness internal/cli",
	"cmd/assure":                     "internal/cli",
	"internal/source/commit/objects": "",
	"internal/pending/broken":        "internal/config internal/finding internal/pending internal/policy internal/source internal/stage/deps/accepted internal/stage/images/cip internal/stage/images/verify internal/stage/dast/web policies",
	"internal/cli/live":              "internal/config internal/finding internal/plan internal/report internal/reporter/document internal/source internal/stage/dast/parts internal/workspace",
	"internal/trust":                 "",
	"internal/cli/remote":            "internal/github internal/source/commit",
	"internal/cli/around":            "",

	"internal/stage/hardening/facts/value":      "",
	"internal/stage/hardening/facts/schedule":   "",
	"internal/stage/hardening/identity":         "internal/stage/hardening/facts/value internal/stage/hardening/facts/container",
	"internal/stage/hardening/facts/storeconf":  "",
	"internal/stage/hardening/facts/container":  "internal/stage/hardening/facts/value",
	"internal/stage/hardening/facts/typography": "internal/stage/hardening/facts/value",
	"internal/stage/hardening/facts/expression": "internal/stage/hardening/facts/value",
	"internal/stage/hardening/facts/service":    "internal/plan internal/stage/hardening/facts/value internal/stage/hardening/facts/storeconf internal/stage/hardening/facts/container internal/stage/hardening/facts/typography",
	"internal/stage/hardening/facts/pod":        "internal/stage/hardening/facts/value internal/stage/hardening/facts/container",
	"internal/stage/hardening/facts/workload":   "internal/plan internal/stage/hardening/facts/pod internal/stage/hardening/facts/value internal/stage/hardening/facts/container internal/stage/hardening/facts/typography",
	"internal/stage/hardening/facts/dockerfile": "internal/stage/hardening/facts/value internal/stage/hardening/facts/container internal/stage/hardening/facts/typography",
	"internal/stage/hardening/facts/workflow":   "internal/plan internal/shell internal/stage/hardening/facts/value internal/stage/hardening/facts/schedule internal/stage/hardening/facts/container",
	"internal/stage/hardening/facts/settings":   "internal/configfile internal/plan internal/stage/hardening/facts/value internal/stage/hardening/facts/schedule internal/stage/hardening/facts/container",
	"internal/stage/hardening/facts/monitoring": "internal/configfile internal/plan internal/stage/hardening/facts/value internal/stage/hardening/facts/expression",
	"internal/stage/hardening/facts/repository": "internal/plan internal/stage/hardening/facts/value internal/stage/hardening/facts/container internal/stage/hardening/facts/typography internal/stage/hardening/facts/workflow internal/stage/hardening/facts/settings internal/stage/hardening/facts/monitoring",
	"internal/discover/recognise":               "internal/source",
	"internal/discover/remote":                  "internal/finding internal/shell internal/source",
	"internal/discover/invoked":                 "internal/configfile internal/finding internal/shell internal/source",
}

// fences lists the heavy modules and the only packages that may import them.
var fences = map[string]string{
	"github.com/aquasecurity/":               "internal/stage/deps/...",
	"github.com/open-policy-agent/opa":       "internal/policy",
	"github.com/sigstore/":                   "internal/stage/images/...",
	"github.com/google/go-containerregistry": "internal/stage/images/... internal/stage/deps/... internal/harness",
	"github.com/docker/":                     "internal/stage/dast/...",
	"github.com/moby/moby/":                  "internal/stage/dast/...",
	"github.com/zaproxy/":                    "internal/stage/dast/zap",
	"github.com/compose-spec/":               "internal/discover/compose internal/discover/interpolate internal/configfile internal/stage/dast/...",
	"github.com/tailscale/hujson":            "internal/configfile",
	"github.com/moby/buildkit":               "internal/discover/dockerfile",
	"sigs.k8s.io/kustomize/":                 "internal/discover/render/kustomize",
	"helm.sh/":                               "internal/discover/render/helm",
	"github.com/Masterminds/":                "internal/discover/render/helm",
	"github.com/google/go-github":            "internal/github/...",
	"github.com/sethvargo/go-githubactions":  "internal/github/...",
	"github.com/owenrumney/go-sarif":         "internal/reporter",
	"github.com/prometheus/":                 "internal/stage/hardening/facts/expression",
	"github.com/bradleyjkemp/":               "internal/stage/hardening/facts/monitoring",
	"github.com/spf13/cobra":                 "internal/cli",
	"mvdan.cc/sh":                            "internal/shell",
	"github.com/robfig/cron":                 "internal/stage/hardening/facts/schedule",
}

func TestLayers(t *testing.T) {
	for name, imports := range packages(t) {
		allowed, listed := allowance(name)
		if !listed {
			t.Errorf("%s is not in the table of layers: add it there and in ARCHITECTURE.md", name)
		}
		for _, imp := range imports {
			if inner, ok := strings.CutPrefix(imp, module); ok && !matches(allowed, inner) {
				t.Errorf("%s imports %s, which its layer may not", name, inner)
			}
			for heavy, fence := range fences {
				if strings.HasPrefix(imp, heavy) && !matches(fence, name) {
					t.Errorf("%s imports %s, which only %s may", name, imp, fence)
				}
			}
		}
	}
}

// allowance finds a package's row, or that of the nearest package above it: the parts
// of a stage may import what the stage may.
func allowance(name string) (string, bool) {
	for n := name; strings.Contains(n, "/"); n = n[:strings.LastIndex(n, "/")] {
		if row, ok := layers[n]; ok {
			return row, true
		}
	}
	row, ok := layers[name]
	return row, ok
}

func matches(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		base, tree := strings.CutSuffix(p, "/...")
		return name == base || tree && strings.HasPrefix(name, base+"/")
	})
}

// packages maps every package of the module to what its files import, tests aside. It
// reads the files itself, so that the test cache notices a new import.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		imports, err := importsOf(path)
		found[name] = append(found[name], imports...)
		return err
	})
	if err != nil {
		t.Fatalf("read packages: %v", err)
	}
	if len(found) < 20 {
		t.Fatalf("only %d packages found", len(found))
	}
	return found
}

func importsOf(path string) ([]string, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, spec := range f.Imports {
		all = append(all, strings.Trim(spec.Path.Value, `"`))
	}
	return all, nil
}
