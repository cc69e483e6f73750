package images

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// TestImagesThatAreBuiltHere judges names that the repository builds itself. A registry
// that has such an image is asked all the same: a build that never runs hides nothing.
func TestImagesThatAreBuiltHere(t *testing.T) {
	t.Parallel()
	deny := false
	w := newWorld(t, imagestest.Options{Referrers: true, Wrap: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if deny && r.Header.Get("User-Agent") == "assure" && strings.Contains(r.URL.Path, "/acme/") {
				rw.WriteHeader(http.StatusUnauthorized)
				return
			}
			h.ServeHTTP(rw, r)
		})
	}})
	rules := w.cfg.Rules
	ref := w.push("latest")
	name, absent := w.registry.Host+"/acme/app", w.registry.Host+"/acme/none"
	low := []string{"image/unpinned low"}
	pulled := []string{"image/unpinned high", "image/latest high"}
	for _, tc := range []struct {
		what, ref, by string
		signed        bool
		deny          bool
		want          []string
		words         string
	}{
		{"built here", absent, "Makefile", false, false, low, "/acme/none has no digest; Makefile builds it by this name, so that it is pulled only where that did not run before"},
		{"built here, the registry denies", absent, "Makefile", false, true, low, ""},
		{"pulled", absent, "", false, false, append(pulled, "image/not-found high"), ""},
		{"pulled, the registry denies", absent, "", false, true, append(pulled, "gap"), ""},
		{"built here, a stranger's by the name", name, "Makefile", false, false, low, ""},
		{"built here, must be signed, not there", absent, "Makefile", true, false, append(low, "image/not-found high"), ""},
		{"built here, must be signed, denied", absent, "Makefile", true, true, append(low, "gap"), ""},
		{"built here, must be signed, is not", name, "Makefile", true, false, append(low, "image/unsigned high"), ""},
		{"pinned", ref, "", false, false, nil, ""},
	} {
		deny, w.cfg.Rules = tc.deny, nil
		if tc.signed {
			w.cfg.Rules = rules
		}
		img := image(tc.ref)
		img.BuiltBy = tc.by
		set, err := New(w.cfg, w.opts).Run(t.Context(), &plan.Plan{Images: []plan.Image{img}}, func(string) {})
		must(t, err)
		w.expect(set, tc.want, tc.words)
		if t.Failed() {
			t.Fatal(tc.what)
		}
	}
	deny, w.cfg.Rules = false, nil
	mine, theirs := image(absent), image(absent)
	mine.BuiltBy, theirs.Location = "Makefile", place(9)
	set, err := New(w.cfg, w.opts).Run(t.Context(), &plan.Plan{Images: []plan.Image{mine, theirs}}, func(string) {})
	must(t, err)
	got := map[string]int{}
	for _, f := range set.Findings {
		got[f.Rule+" "+f.Severity.String()]++
	}
	want := map[string]int{"image/unpinned low": 1, "image/unpinned high": 1, "image/latest high": 1, "image/not-found high": 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSeen lists the files whose references were judged, and no other.
func TestSeen(t *testing.T) {
	t.Parallel()
	at := func(file string, line int) finding.Location {
		return finding.Location{URI: file, Region: finding.Region{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 2}}
	}
	set := runOffline(
		t, config.Images{}, "",
		plan.Image{Ref: "nginx:1", Location: at("compose.yaml", 3)}, plan.Image{Ref: "redis:7", Location: at("compose.yaml", 5)},
		plan.Image{Ref: "", Raw: "${IMAGE}", Unresolved: []string{"IMAGE"}, Location: at("k8s.yaml", 1)},
		plan.Image{Ref: "app:1", Built: true, Location: at("built.yaml", 1)}, plan.Image{Ref: "scratch", Kind: plan.Dockerfile, Location: at("Dockerfile", 1)},
	)
	if d := cmp.Diff(map[string]string{"compose.yaml": "2 image references", "k8s.yaml": "1 image reference"}, set.Seen); d != "" {
		t.Error(d)
	}
	if set := runOffline(t, config.Images{}, ""); len(set.Seen) > 0 {
		t.Errorf("nothing was there: %v", set.Seen)
	}
}
