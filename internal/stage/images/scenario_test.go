package images

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// world is a registry, two keys and the configuration that trusts the first.
type world struct {
	t        testing.TB
	registry *imagestest.Registry
	key      *imagestest.Key
	stranger *imagestest.Key
	sigstore *imagestest.Sigstore
	// files are those of the trusted commit.
	files map[string]string
	cfg   config.Images
	opts  Options
}

func newWorld(t testing.TB, o imagestest.Options) *world {
	t.Helper()
	r, err := imagestest.Start(o)
	must(t, err)
	t.Cleanup(r.Close)
	w := &world{t: t, registry: r}
	w.key, err = imagestest.NewKey()
	must(t, err)
	w.stranger, err = imagestest.NewKey()
	must(t, err)
	w.cfg = config.Images{
		Keys:               []config.Key{{ID: "release", PEM: w.key.PublicPEM}},
		Rules:              []config.ImageRule{{Match: []string{r.Host + "/**"}, Keys: []string{"release"}}},
		InsecureRegistries: []string{r.Host},
	}
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC)
	w.opts = Options{Now: func() time.Time { return now }, Timeout: 10 * time.Minute, Wait: func(context.Context, time.Duration) error { return nil }}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) push(tag string) string {
	w.t.Helper()
	ref, err := w.registry.Push("acme/app", tag)
	must(w.t, err)
	return ref
}

func (w *world) run(refs ...string) finding.Set {
	w.t.Helper()
	var images []plan.Image
	for i, ref := range refs {
		img := image(ref)
		img.Location = place(i + 1)
		images = append(images, img)
	}
	set, err := New(w.cfg, w.opts).Run(w.t.Context(), &plan.Plan{Images: images}, func(string) {})
	must(w.t, err)
	return set
}

// brief reduces findings and gaps to what a scenario is about.
func brief(set finding.Set) []string {
	out := []string{}
	for _, f := range set.Findings {
		out = append(out, f.Rule+" "+f.Severity.String())
	}
	for range set.Gaps {
		out = append(out, "gap")
	}
	return out
}

// known wants a kind that is listed, and a subject, of every gap of the stage.
func known(t testing.TB, set finding.Set) {
	t.Helper()
	for _, g := range set.Gaps {
		if _, ok := gap.Lookup(g.Rule); !ok || g.Subject == "" {
			t.Errorf("a gap without a known rule or a subject: %+v", g)
		}
	}
}

func (w *world) expect(set finding.Set, want []string, words ...string) {
	w.t.Helper()
	known(w.t, set)
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, brief(set)); diff != "" {
		w.t.Errorf("-want +got\n%s\n%s\n%s", diff, strings.Join(said(set), "\n"), strings.Join(gaps(set), "\n"))
	}
	all := strings.Join(append(said(set), gaps(set)...), "\n")
	for _, word := range words {
		if !strings.Contains(all, word) {
			w.t.Errorf("nothing says %q:\n%s", word, all)
		}
	}
}

func (w *world) verified(set finding.Set, n int) []record {
	w.t.Helper()
	w.expect(set, nil)
	if set.Coverage["signatures verified"] != n || len(set.Files) != 1 || set.Files[0].Name != "images/evidence.json" {
		w.t.Fatalf("coverage %v, files %d; want %d verified", set.Coverage, len(set.Files), n)
	}
	var evidence struct {
		Schema int
		Images []record
	}
	must(w.t, json.Unmarshal(set.Files[0].Data, &evidence))
	return evidence.Images
}

func TestVerified(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		api  bool
		sign func(*world, string) error
		want string
	}{
		"legacy":              {true, func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) }, "simple-signing"},
		"legacy without API":  {false, func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) }, "simple-signing"},
		"bundle with API":     {true, func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) }, "sigstore-bundle"},
		"bundle fallback tag": {false, func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) }, "sigstore-bundle"},
		"both": {true, func(w *world, ref string) error {
			must(w.t, w.registry.SignBundle(ref, w.key))
			return w.registry.SignLegacy(ref, w.key)
		}, "simple-signing"},
		"strange bundle beside a good legacy one": {true, func(w *world, ref string) error {
			must(w.t, w.registry.SignBundle(ref, w.stranger))
			return w.registry.SignLegacy(ref, w.key)
		}, "simple-signing"},
		"strange legacy one beside a good bundle": {false, func(w *world, ref string) error {
			must(w.t, w.registry.SignLegacy(ref, w.stranger))
			return w.registry.SignBundle(ref, w.key)
		}, "sigstore-bundle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, imagestest.Options{Referrers: tc.api})
			ref := w.push("1.2.3")
			must(t, tc.sign(w, ref))
			got := w.verified(w.run(ref), 1)
			digest := ref[strings.Index(ref, "@")+1:]
			sig := got[0].Signatures[0]
			want := record{
				Reference: ref, Digest: digest, SignedDigest: digest, Rules: []string{"images.rules[0]"}, Places: []string{"compose.yaml:1:12"},
				Signatures: []signed{{Blob: sig.Blob, Format: sig.Format, Signer: "release", Fingerprint: sig.Fingerprint, Log: "absent"}},
			}
			if diff := cmp.Diff([]record{want}, got); diff != "" {
				t.Error(diff)
			}
			if string(sig.Format) != tc.want || !strings.HasPrefix(sig.Fingerprint, "sha256:") || !strings.HasPrefix(sig.Blob, "sha256:") {
				t.Errorf("got %+v", got[0])
			}
		})
	}
}

func TestNotVerified(t *testing.T) {
	t.Parallel()
	unsigned, invalid := []string{"image/unsigned high"}, []string{"image/invalid-signature critical"}
	for name, tc := range map[string]struct {
		prepare func(w *world, ref string) error
		want    []string
		words   []string
	}{
		"unsigned": {func(*world, string) error { return nil }, unsigned,
			[]string{" is unsigned; keys tried: release sha256:", "reproduce: cosign verify --key release.pub --insecure-ignore-tlog=true ", "/acme/app@sha256:"}},
		"wrong key, legacy": {func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.stranger) }, invalid,
			[]string{"none of the keys fits", "(wrong key)"}},
		"wrong key, bundle": {func(w *world, ref string) error { return w.registry.SignBundle(ref, w.stranger) }, invalid,
			[]string{"none of the keys fits", "(wrong key)"}},
		"copied legacy signature": {func(w *world, ref string) error {
			layer, err := imagestest.SignedLayer(w.push("other"), w.key)
			must(w.t, err)
			return w.registry.PutLayers(ref, layer)
		}, invalid, []string{"key release signed another image (sha256:", "(other image)"}},
		"copied bundle": {func(w *world, ref string) error {
			bundle, err := imagestest.NewBundle(w.push("other"), w.key, imagestest.PredicateSignature, struct{}{})
			must(w.t, err)
			return w.registry.PutBundle(ref, bundle)
		}, invalid, []string{"key release signed another image (sha256:", "(other image)"}},
		"an SBOM is no signature": {func(w *world, ref string) error {
			return w.registry.Attest(ref, w.key, imagestest.PredicateSPDX, map[string]string{"spdxVersion": "SPDX-2.3"})
		}, unsigned, []string{"is unsigned; the registry has 1 attestation about it, which is no signature"}},
		"log entry required": {func(w *world, ref string) error {
			w.cfg.Rules[0].Log = "required"
			must(w.t, w.registry.SignLegacy(ref, w.key))
			return w.registry.SignBundle(ref, w.key)
		}, invalid, []string{"carries no entry of a transparency log, which the policy requires (no log entry)", "reproduce: cosign verify --key release.pub 127"}},
		"a body that is no text crashes cosign": {annotated("dev.sigstore.cosign/bundle", `{"SignedEntryTimestamp":"AA==","Payload":{"body":1}}`), invalid,
			[]string{"annotation dev.sigstore.cosign/bundle is not an entry of a transparency log (malformed)"}},
		"an entry without a body": {annotated("dev.sigstore.cosign/bundle", `{"Payload":{}}`), invalid,
			[]string{"annotation dev.sigstore.cosign/bundle is not an entry of a transparency log (malformed)"}},
		"a blank certificate crashes cosign": {annotated("dev.sigstore.cosign/certificate", " \n"), invalid,
			[]string{"annotation dev.sigstore.cosign/certificate holds no certificate (malformed)"}},
		"no signature in the layer": {annotated("dev.cosignproject.cosign/signature", ""), invalid,
			[]string{"annotation dev.cosignproject.cosign/signature is not a signature in base64 (malformed)"}},
		"not a bundle": {func(w *world, ref string) error { return w.registry.PutBundle(ref, []byte(`{"mediaType":"x"}`)) }, invalid,
			[]string{"it is not a valid Sigstore bundle: "}},
		"changed bundle": {func(w *world, ref string) error {
			bundle, err := imagestest.NewBundle(ref, w.key, imagestest.PredicateSignature, struct{}{})
			must(w.t, err)
			return w.registry.PutBundle(ref, []byte(strings.Replace(string(bundle), `"sig":"M`, `"sig":"N`, 1)))
		}, invalid, []string{"(wrong key)"}},
		"unknown log": {annotated("dev.sigstore.cosign/bundle", `{"SignedEntryTimestamp":"AA==","Payload":{"body":"eyJraW5kIjoiaGFzaGVkcmVrb3JkIn0=","integratedTime":1,"logIndex":1,"logID":"00"}}`),
			[]string{"gap"}, []string{"its log 00 is not in the trusted root", "without them it is not known to be signed"}},
		"entry that the log did not sign": {annotated("dev.sigstore.cosign/bundle",
			`{"SignedEntryTimestamp":"AA==","Payload":{"body":"eyJraW5kIjoiaGFzaGVkcmVrb3JkIn0=","integratedTime":1,"logIndex":1,"logID":"c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d"}}`),
			invalid, []string{"key release signed it, but its log entry does not verify", "(bad log entry)"}},
		"oversized bundle": {func(w *world, ref string) error { return w.registry.PutBundle(ref, make([]byte, 16<<20+1)) }, []string{"gap"},
			[]string{"larger than 16 MiB", "without them it is not known to be signed"}},
		"too many signatures": {func(w *world, ref string) error {
			layer, err := imagestest.SignedLayer(ref, w.stranger)
			must(w.t, err)
			layers := make([]imagestest.Layer, 101)
			for i := range layers {
				layers[i] = layer
			}
			return w.registry.PutLayers(ref, layers...)
		}, []string{"gap"}, []string{"more than 100 signatures"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, imagestest.Options{Referrers: true})
			ref := w.push("1.2.3")
			must(t, tc.prepare(w, ref))
			set := w.run(ref)
			w.expect(set, tc.want, tc.words...)
			if set.Coverage["signatures verified"] != 0 || len(set.Files) != 0 {
				t.Errorf("counted as verified: %v", set.Coverage)
			}
		})
	}
}

// annotated signs the image well and then adds or replaces one annotation.
func annotated(name, value string) func(*world, string) error {
	return func(w *world, ref string) error {
		layer, err := imagestest.SignedLayer(ref, w.key)
		must(w.t, err)
		layer.Annotations[name] = value
		return w.registry.PutLayers(ref, layer)
	}
}

func TestKeyAlgorithms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	for name, algorithm := range algorithms {
		key, err := imagestest.NewKeyOf(algorithm)
		must(t, err)
		ref := w.push(name)
		sign := w.registry.SignLegacy
		if name[0] == 'b' {
			sign = w.registry.SignBundle
		}
		must(t, sign(ref, key))
		w.cfg.Keys = []config.Key{{ID: "release", File: "keys/cosign.pub"}}
		w.opts.ReadKey = func(path string) ([]byte, error) {
			if path != "keys/cosign.pub" {
				return nil, fmt.Errorf("asked for %s", path)
			}
			return []byte(key.PublicPEM), nil
		}
		if set := w.run(ref); set.Coverage["signatures verified"] != 1 {
			t.Errorf("%s: %v %v", name, said(set), gaps(set))
		}
	}
}

func TestSecondKeyAndFirstRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.stranger))
	w.cfg.Keys = append(w.cfg.Keys, config.Key{ID: "next", PEM: w.stranger.PublicPEM})
	w.expect(w.run(ref), []string{"image/invalid-signature critical"})
	w.cfg.Rules[0].Keys = []string{"release", "next"}
	if got := w.verified(w.run(ref), 1); got[0].Signatures[0].Signer != "next" {
		t.Errorf("signed by %s", got[0].Signatures[0].Signer)
	}
	w.cfg.Rules = append([]config.ImageRule{{Match: []string{"**"}, AllowUnsigned: true, Reason: "for now"}}, w.cfg.Rules...)
	set := w.run(ref)
	w.expect(set, nil)
	if set.Coverage["signatures verified"] != 0 || set.Judged[ruleUnsigned]+set.Judged[ruleUncovered] != 0 {
		t.Errorf("an excused image proves something: %v", set.Judged)
	}
	w.cfg.Rules = nil
	w.expect(w.run(ref), nil)
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules = nil
	one, two := w.push("1.2.3"), w.push("1.2")
	digest := func(ref string) string { return ref[strings.Index(ref, "@"):] }
	name := w.registry.Host + "/acme/app"
	absent := "@sha256:" + strings.Repeat("1", 64)
	for _, tc := range []struct {
		ref   string
		want  []string
		words string
	}{
		{one, nil, ""},
		{name + digest(one), nil, ""},
		{name + ":1.2.3" + digest(two), []string{"image/tag-moved high"}, "the tag 1.2.3 of " + name + " leads to " + digest(one)[1:] + ", not to the pinned " + digest(two)[1:]},
		{name + ":1.2" + digest(one), []string{"image/tag-moved info"}, "the tag 1.2 of"},
		{name + ":9.9.9" + digest(one), []string{"image/tag-moved high"}, "the tag 9.9.9 of " + name + " is gone, while the pinned digest is still there"},
		{name + ":1.2" + absent, []string{"image/digest-missing critical"}, "is absent: " + w.registry.Host + " has no image with this digest; its tag 1.2 leads to " + digest(two)[1:] + " now"},
		{name + absent, []string{"image/digest-missing critical"}, "has no image with this digest"},
		{w.registry.Host + "/acme/none:1" + absent, []string{"image/not-found high"}, "is absent: " + w.registry.Host + " knows no such image"},
		{name + ":nine9", []string{"image/unpinned medium", "image/not-found high"}, "knows no such image"},
	} {
		w.expect(w.run(tc.ref), tc.want, tc.words)
	}
}

func TestIndexVouchesForItsPlatforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	index, child, err := w.registry.PushIndex("acme/multi", "1.2.3")
	must(t, err)
	w.expect(w.run(child), []string{"image/single-platform info", "image/unsigned high"})
	must(t, w.registry.SignBundle(index, w.key))
	set := w.run(child)
	w.expect(set, []string{"image/single-platform info"})
	set.Findings = nil
	got := w.verified(set, 1)
	if got[0].SignedDigest != index[strings.Index(index, "@")+1:] || got[0].Digest != child[strings.Index(child, "@")+1:] {
		t.Errorf("got %+v", got[0])
	}
	bare := child[:strings.Index(child, ":1.2.3")] + child[strings.Index(child, "@"):]
	w.expect(w.run(bare), []string{"image/unsigned high"})
}

func TestUnpinnedIsResolvedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	set := w.run(ref[:strings.Index(ref, "@")])
	w.expect(set, []string{"image/unpinned medium"})
	if set.Coverage["signatures verified"] != 1 {
		t.Errorf("coverage %v", set.Coverage)
	}
}

func TestEveryQuestionIsAskedOnce(t *testing.T) {
	t.Parallel()
	var requests, manifests atomic.Int32
	w := newWorld(t, imagestest.Options{Referrers: true, Wrap: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("User-Agent"), "assure") {
				requests.Add(1)
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
					manifests.Add(1)
				}
			}
			h.ServeHTTP(rw, r)
		})
	}})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	bare := ref[:strings.Index(ref, ":1.2.3")] + ref[strings.Index(ref, "@"):]
	refs := []string{ref, bare}
	for range 30 {
		refs = append(refs, ref, bare)
	}
	set := w.run(refs...)
	got := w.verified(set, 2)
	if len(got[0].Places) != 31 || len(got[1].Places) != 31 {
		t.Errorf("places %d and %d", len(got[0].Places), len(got[1].Places))
	}
	// HEAD of tag and digest, the .sig tag, referrers and fallback tag, the bundle's
	// manifest and its blob.
	if requests.Load() > 8 || manifests.Load() > 3 {
		t.Errorf("%d requests, %d of them for manifests", requests.Load(), manifests.Load())
	}
	if diff := cmp.Diff(map[string]int{"image references": 62, "digests": 1, "signatures verified": 2}, set.Coverage); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenKeyIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.cfg.Keys[0].PEM = "no key"
	set, err := New(w.cfg, w.opts).Run(t.Context(), &plan.Plan{Images: []plan.Image{image("nginx")}}, func(string) {})
	if err == nil || err.Error() != "load key release: it is not a public key in PEM" {
		t.Errorf("err = %v", err)
	}
	if len(set.Findings) == 0 {
		t.Error("what was found before is lost")
	}
}

func TestEndedRunIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	ref := w.push("1.2.3")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(w.cfg, w.opts).Run(ctx, &plan.Plan{Images: []plan.Image{image(ref)}}, func(string) {})
	if err == nil {
		t.Error("an ended run passed")
	}
}
