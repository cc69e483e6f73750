package images

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// scenario is one image in one state under one policy.
type scenario struct {
	name string
	// accepted is true when the image is verified although there is something to find.
	accepted bool
	// policy changes the world's, which wants one signature by its key.
	policy func(w *world)
	// image makes the image and what hangs on it.
	image func(w *world) string
	want  []string
	words []string
}

func scenarios() []scenario {
	var all []scenario
	for _, group := range [][]scenario{
		keyScenarios(), keylessScenarios(), keylessFailures(), signerScenarios(), statementScenarios(), statementFailures(), clusterScenarios(), hostileScenarios(),
	} {
		all = append(all, group...)
	}
	return all
}

// TestScenarios compares what the stage says about every scenario with what it should,
// and with the table that is kept beside the test.
func TestScenarios(t *testing.T) {
	t.Parallel()
	all := scenarios()
	if len(all) < 60 {
		t.Fatalf("only %d scenarios", len(all))
	}
	rows := make([]string, len(all))
	var group sync.WaitGroup
	for i, s := range all {
		group.Add(1)
		t.Run(s.name, func(t *testing.T) {
			defer group.Done()
			t.Parallel()
			rows[i] = s.run(t)
		})
	}
	t.Cleanup(func() {
		group.Wait()
		golden(t, "testdata/scenarios.md", "| scenario | expected | got |\n|---|---|---|\n"+strings.Join(rows, "\n")+"\n")
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" && !t.Failed() {
		t.Errorf("%s (-want +got), rewrite it with -update:\n%s", name, diff)
	}
}

func (s scenario) run(t *testing.T) string {
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	if s.policy != nil {
		s.policy(w)
	}
	set := w.run(s.image(w))
	want := s.want
	verified := 0
	if s.want == nil || s.accepted {
		verified = 1
	}
	if set.Coverage["signatures verified"] != verified {
		t.Errorf("verified: %v, want %d", set.Coverage, verified)
	}
	if len(s.want) == 0 {
		want = nil // an empty list means nothing to find and nothing verified: a static pass
	}
	w.expect(set, want, s.words...)
	return fmt.Sprintf("| %s | %s | %s |", s.name, told(want), told(brief(set)))
}

func told(brief []string) string {
	if len(brief) == 0 {
		return "accepted"
	}
	return strings.Join(brief, ", ")
}

// instance gives the world a private Sigstore instance that it trusts.
func (w *world) instance() {
	var err error
	w.sigstore, err = imagestest.NewSigstore()
	must(w.t, err)
	w.trust(imagestest.Parts{})
	w.files = map[string]string{}
	w.opts.ReadKey = func(path string) ([]byte, error) {
		if data, ok := w.files[path]; ok {
			return []byte(data), nil
		}
		return nil, fmt.Errorf("open %s: %w", path, os.ErrNotExist)
	}
}

func (w *world) trust(p imagestest.Parts) {
	data, err := w.sigstore.TrustedRoot(p)
	must(w.t, err)
	w.opts.TrustedRoot = data
}

const (
	issuer  = "https://token.actions.githubusercontent.com"
	subject = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.2.3"
)

var ci = imagestest.Signing{Subject: subject, Issuer: issuer}

// by changes who signs, or how it is witnessed.
func by(change func(*imagestest.Signing)) imagestest.Signing {
	s := ci
	change(&s)
	return s
}

// accept makes the rule accept identities instead of keys.
func accept(ids ...config.ImageIdentity) func(*world) {
	return func(w *world) { w.cfg.Rules[0].Keys, w.cfg.Rules[0].Identities = nil, ids }
}

var exact = config.ImageIdentity{Issuer: issuer, Subject: subject}

// both runs two changes of the world.
func both(a, b func(*world)) func(*world) { return func(w *world) { a(w); b(w) } }

func roots(p imagestest.Parts) func(*world) { return func(w *world) { w.trust(p) } }

// layer and bundle are the image signed by somebody without a key, in each format.
func layer(s imagestest.Signing) func(*world) string {
	return func(w *world) string {
		ref := w.push("1.2.3")
		w.layer(ref, ref, s)
		return ref
	}
}

func (w *world) layer(ref, signed string, s imagestest.Signing) {
	w.t.Helper()
	l, err := w.sigstore.Layer(signed, s)
	must(w.t, err)
	must(w.t, w.registry.PutLayers(ref, l))
}

func bundle(s imagestest.Signing) func(*world) string {
	return func(w *world) string {
		ref := w.push("1.2.3")
		w.bundle(ref, ref, s, imagestest.PredicateSignature, struct{}{})
		return ref
	}
}

func (w *world) bundle(ref, signed string, s imagestest.Signing, kind string, predicate any) {
	w.t.Helper()
	b, err := w.sigstore.Bundle(signed, s, kind, predicate)
	must(w.t, err)
	must(w.t, w.registry.PutBundle(ref, b))
}

// done makes an image of what prepares it.
func done(prepare func(w *world, ref string) error) func(*world) string {
	return func(w *world) string {
		ref := w.push("1.2.3")
		must(w.t, prepare(w, ref))
		return ref
	}
}

var (
	unsigned    = []string{"image/unsigned high"}
	onePlatform = []string{"image/single-platform info"}
	invalid     = []string{"image/invalid-signature critical"}
	openGap     = []string{"gap"}
)
