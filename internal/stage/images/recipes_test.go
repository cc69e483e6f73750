package images

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

var recipe = regexp.MustCompile("(?s)```yaml\n# recipe: ([^\n]+)\n(.*?)```")

// recipes are the configurations that the README recommends, with its hosts replaced
// by those of the world.
func (w *world) recipe(name, server, fingerprint string) config.Images {
	w.t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	must(w.t, err)
	for _, m := range recipe.FindAllStringSubmatch(string(readme), -1) {
		if m[1] != name {
			continue
		}
		text := strings.NewReplacer("ghcr.io/stellaops", w.registry.Host+"/acme", "https://stella-ops.org", server, strings.Repeat("0", 64), fingerprint).Replace(m[2])
		cfg, err := config.Load(config.Sources{File: "README.md", Data: []byte(text)})
		must(w.t, err)
		cfg.Images.InsecureRegistries, cfg.Images.PrivateRegistries = w.cfg.InsecureRegistries, w.cfg.PrivateRegistries
		return cfg.Images
	}
	w.t.Fatalf("the README has no recipe %q", name)
	return config.Images{}
}

func TestRecipeOfTheGuidesKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	server := w.published(w.key.PublicPEM)
	key, err := verify.LoadKey("stella", []byte(w.key.PublicPEM))
	must(t, err)
	w.cfg = w.recipe("the guide's key", server, strings.TrimPrefix(key.Fingerprint, "sha256:"))
	ref := w.push("1.2.3")
	w.expect(w.run(ref), unsigned, "reproduce: cosign verify --key "+server+"/keys/cosign.pub "+w.registry.Host+"/acme/app@sha256:")
	must(t, w.registry.SignLegacy(ref, w.key))
	w.expect(w.run(ref), invalid, "(no log entry)")
	must(t, w.logged(ref))
	w.verified(w.run(ref), 1)
}

func TestRecipeOfTheWorkflow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	w.cfg = w.recipe("the workflow instead of a key", "", "")
	ref := w.push("1.2.3")
	release := imagestest.Signing{Subject: "https://github.com/stellaops/backend/.github/workflows/release.yml@refs/tags/v1.2.3", Issuer: issuer}
	w.bundle(ref, ref, release, imagestest.PredicateSignature, struct{}{})
	w.expect(w.run(ref), []string{"image/no-attestation high", "image/no-attestation high"})
	w.bundle(ref, ref, release, imagestest.PredicateSPDX, spdxOf("a"))
	w.bundle(ref, ref, release, slsaV1, provenanceV1("https://github.com/stellaops/backend", "refs/tags/v1.2.3"))
	ship("a")(w)
	w.files["dist/backend.spdx.json"] = w.files["dist/app.spdx.json"]
	got := w.verified(w.run(ref), 1)[0]
	if len(got.Attestations) != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestRecipeOfOneKeyInEveryPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	key, err := verify.LoadKey("stella", []byte(w.key.PublicPEM))
	must(t, err)
	w.cfg = w.recipe("one key in every place", w.published(w.key.PublicPEM), strings.TrimPrefix(key.Fingerprint, "sha256:"))
	w.files["keys/cosign.pub"] = w.key.PublicPEM
	for pem, want := range map[string][]string{w.key.PublicPEM: nil, w.stranger.PublicPEM: {"image/key-differs high"}} {
		ref, err := w.registry.PushLayers("acme/app", "1.2.3", archive(t, entry{name: "keys/cosign.pub", data: pem}))
		must(t, err)
		must(t, w.registry.SignBundle(ref, w.key))
		w.expect(w.run(ref), want)
	}
}
