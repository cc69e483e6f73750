package images

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// TestPrivateInstanceByUpdateRepository judges an image of a private Sigstore instance
// whose trusted root comes from an update repository. Without a trusted root nothing is
// judged: the run is an error.
func TestPrivateInstanceByUpdateRepository(t *testing.T) {
	t.Parallel()
	past := func(role string) map[string]time.Time {
		return map[string]time.Time{role: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	for name, tc := range map[string]struct {
		ends   map[string]time.Time
		change func(r, other *imagestest.TUF)
		want   string
	}{
		"right, with a renewed root": {},
		"only the first root":        {change: func(r, _ *imagestest.TUF) { delete(r.Files, "2.root.json") }},
		"ended timestamp":            {ends: past("timestamp"), want: "timestamp.json is expired"},
		"ended snapshot":             {ends: past("snapshot"), want: "snapshot.json is expired"},
		"ended targets":              {ends: past("targets"), want: "is expired"},
		"ended root":                 {ends: past("root"), want: "root.json is expired"},
		"changed trusted root": {change: func(r, _ *imagestest.TUF) {
			for name, data := range r.Files {
				if strings.HasPrefix(name, "targets/") {
					r.Files[name] = bytes.Replace(data, []byte("sigstore"), []byte("SIGSTORE"), 1)
				}
			}
		}, want: "hash verification failed"},
		"another repository": {change: func(r, other *imagestest.TUF) { r.Files = other.Files }, want: "not enough signatures"},
		"another timestamp":  {change: func(r, other *imagestest.TUF) { r.Files["timestamp.json"] = other.Files["timestamp.json"] }, want: "not enough signatures"},
		"another first root": {change: func(r, other *imagestest.TUF) { r.First = other.First }, want: "not enough signatures"},
		"no first root":      {change: func(r, _ *imagestest.TUF) { r.First = []byte("{}") }, want: "load root corp"},
		"without the trusted root": {change: func(r, _ *imagestest.TUF) {
			maps.DeleteFunc(r.Files, func(name string, _ []byte) bool { return strings.HasPrefix(name, "targets/") })
		}, want: "404"},
		"nothing there":   {change: func(r, _ *imagestest.TUF) { clear(r.Files) }, want: "404"},
		"an endless file": {change: func(r, _ *imagestest.TUF) { r.Files["timestamp.json"] = bytes.Repeat([]byte(" "), 1<<20) }, want: "it is too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, imagestest.Options{Referrers: true})
			w.instance()
			served, err := imagestest.NewTUF(w.opts.TrustedRoot, tc.ends)
			must(t, err)
			other, err := imagestest.NewTUF(w.opts.TrustedRoot, nil)
			must(t, err)
			if tc.change != nil {
				tc.change(served, other)
			}
			w.opts.TrustedRoot = nil
			w.files["trust/root.json"] = string(served.First)
			w.cfg.Roots = []config.Root{{ID: "corp", TUF: config.TUF{Mirror: w.web(served), Root: "trust/root.json"}}}
			accept(exact)(w)
			w.cfg.Rules[0].Root = "corp"
			ref := bundle(ci)(w)
			set, err := w.tryRun(ref)
			if tc.want == "" {
				must(t, err)
				w.verified(set, 1)
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || set.Coverage["signatures verified"] != 0 {
				t.Errorf("err = %v, want %q; %v", err, tc.want, said(set))
			}
		})
	}
}

func (w *world) tryRun(ref string) (finding.Set, error) {
	return New(w.cfg, w.opts).Run(w.t.Context(), &plan.Plan{Images: []plan.Image{image(ref)}}, func(string) {})
}

// Offline no update repository is asked, and what depends on it stays open.
func TestUpdateRepositoryOffline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.opts.Offline, w.opts.Dial = true, refuse
	w.cfg.Roots = []config.Root{{ID: "corp", TUF: config.TUF{Mirror: "https://tuf.example", Root: "r.json"}}}
	accept(exact)(w)
	w.cfg.Rules[0].Root = "corp"
	w.cfg.Blobs = []config.Blob{{Files: []string{"*"}, Keys: []string{"release"}}}
	set, err := w.tryRun(w.registry.Host + "/acme/app@" + someDigest)
	must(t, err)
	w.expect(set, []string{"gap", "gap"}, "could not be checked offline", "a key or a trusted root must be fetched")
	if slices.Contains(set.Notes, "signed") {
		t.Error(set.Notes)
	}
}

// TestInstanceOfGitHub judges an image of a private repository, whose instance has no
// log at all: only signed timestamps make its certificates valid, and its trusted root
// is a file of the repository.
func TestInstanceOfGitHub(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sign func(*imagestest.Signing)
		want []string
	}{
		"timestamp":           {func(s *imagestest.Signing) { s.NoLog = true }, nil},
		"nothing with a time": {func(s *imagestest.Signing) { s.NoLog, s.NoTimestamp = true, true }, invalid},
	} {
		w := newWorld(t, imagestest.Options{Referrers: true})
		w.instance()
		w.trust(imagestest.Parts{NoLog: true})
		w.files["trust/github.json"] = string(w.opts.TrustedRoot)
		w.opts.TrustedRoot = nil
		w.cfg.Roots = []config.Root{{ID: "github", File: "trust/github.json"}}
		accept(config.ImageIdentity{Workflow: "acme/app/.github/workflows/release.yml", Ref: "refs/tags/v*"})(w)
		w.cfg.Rules[0].Root = "github"
		w.expect(w.run(bundle(by(tc.sign))(w)), tc.want)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}
