package images

import (
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

func keyScenarios() []scenario {
	logged := func(w *world) { w.cfg.Rules[0].Log = "required" }
	all := []scenario{
		{name: "key: older format", image: done(func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) })},
		{name: "key: bundle", image: done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) })},
		{name: "key: older format with log entry, required", policy: logged, image: done((*world).logged)},
		{name: "key: older format without log entry, required", policy: logged,
			image: done(func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) }),
			want:  invalid, words: []string{"carries no entry of a transparency log, which the policy requires (no log entry)"}},
		{name: "key: log entry of an unknown log", policy: roots(imagestest.Parts{NoLog: true}), image: done((*world).logged),
			want: openGap, words: []string{"is not in the trusted root", "not known to be signed"}},
		{name: "key: nobody signed", image: done(func(*world, string) error { return nil }), want: unsigned},
		{name: "key: another key", image: done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.stranger) }),
			want: invalid, words: []string{"(wrong key)"}},
		{name: "key: copied from another image", image: done(func(w *world, ref string) error {
			l, err := imagestest.SignedLayer(w.push("other"), w.key)
			must(w.t, err)
			return w.registry.PutLayers(ref, l)
		}), want: invalid, words: []string{"(other image)"}},
		{name: "key: an identity signed", image: layer(ci), want: invalid,
			words: []string{"it was made with a certificate for " + subject + " (issuer " + issuer + "), not with a key of the policy (wrong key)"}},
		{name: "key: from the environment", policy: func(w *world) {
			w.cfg.Keys[0] = config.Key{ID: "release", Env: "COSIGN_PUBLIC_KEY"}
			w.opts.Env = func(name string) (string, bool) { return w.key.PublicPEM, name == "COSIGN_PUBLIC_KEY" }
		}, image: done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) })},
	}
	for _, name := range []string{"legacy-p384", "bundle-p384", "legacy-p521", "bundle-p521", "legacy-rsa", "bundle-rsa", "legacy-ed25519ph", "bundle-ed25519"} {
		all = append(all, scenario{name: "key: " + name, image: func(w *world) string {
			key, err := imagestest.NewKeyOf(algorithms[name])
			must(w.t, err)
			w.cfg.Keys[0].PEM = key.PublicPEM
			ref := w.push(name)
			if strings.HasPrefix(name, "bundle") {
				must(w.t, w.registry.SignBundle(ref, key))
			} else {
				must(w.t, w.registry.SignLegacy(ref, key))
			}
			return ref
		}})
	}
	return all
}

// logged signs in the older format and enters the signature into the log.
func (w *world) logged(ref string) error {
	l, err := imagestest.SignedLayer(ref, w.key)
	must(w.t, err)
	must(w.t, w.sigstore.Log(&l, w.key))
	return w.registry.PutLayers(ref, l)
}

func keylessScenarios() []scenario {
	noLog := imagestest.Parts{NoLog: true}
	stamped := by(func(s *imagestest.Signing) { s.NoLog = true })
	v2 := by(func(s *imagestest.Signing) { s.RekorV2 = true })
	return []scenario{
		{name: "identity: older format, log", policy: accept(exact), image: layer(by(func(s *imagestest.Signing) { s.NoTimestamp = true }))},
		{name: "identity: older format, log and timestamp", policy: accept(exact), image: layer(ci)},
		{name: "identity: older format, timestamp, instance without log", policy: both(accept(exact), roots(noLog)), image: layer(stamped)},
		{name: "identity: bundle, Rekor v1 promise", policy: accept(exact), image: bundle(by(func(s *imagestest.Signing) { s.NoTimestamp, s.PromiseOnly = true, true }))},
		{name: "identity: bundle, Rekor v1 promise, proof and timestamp", policy: accept(exact), image: bundle(ci)},
		{name: "identity: bundle, Rekor v2", policy: accept(exact), image: bundle(v2)},
		{name: "identity: bundle, timestamp, instance without log", policy: both(accept(exact), roots(noLog)), image: bundle(stamped)},
		{name: "identity: as a workflow", policy: accept(config.ImageIdentity{Workflow: "acme/app/.github/workflows/release.yml", Ref: "refs/tags/v*"}), image: bundle(ci)},
		{name: "identity: as a glob", policy: accept(config.ImageIdentity{Issuer: issuer, Subject: "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/**"}), image: layer(ci)},
		{name: "identity: as expressions", policy: accept(config.ImageIdentity{IssuerRegexp: `https://token\.actions\..+`, SubjectRegexp: `https://github\.com/acme/app/.+`}), image: bundle(ci)},
		{name: "identity: the second of two", policy: accept(config.ImageIdentity{Issuer: issuer, Subject: "x"}, exact), image: layer(ci)},
		{name: "identity: or a key, the identity signed", policy: func(w *world) { w.cfg.Rules[0].Identities = []config.ImageIdentity{exact} }, image: bundle(ci)},
		{name: "identity: or a key, the key signed", policy: func(w *world) { w.cfg.Rules[0].Identities = []config.ImageIdentity{exact} },
			image: done(func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) })},
		{name: "identity: private instance from a file", policy: both(accept(exact), func(w *world) {
			w.files["trust/root.json"] = string(w.opts.TrustedRoot)
			w.opts.TrustedRoot = nil
			w.cfg.Roots = []config.Root{{ID: "corp", File: "trust/root.json"}}
			w.cfg.Rules[0].Root = "corp"
		}), image: bundle(v2)},
	}
}

func keylessFailures() []scenario {
	late := by(func(s *imagestest.Signing) { s.Late = 20 * time.Minute; s.NoTimestamp = true })
	noLog := by(func(s *imagestest.Signing) { s.NoLog = true })
	named := func(subject string) imagestest.Signing {
		return by(func(s *imagestest.Signing) { s.Subject = subject })
	}
	foreign := func(sign func(w *world, ref string)) func(*world) string {
		return func(w *world) string {
			ref := w.push("1.2.3")
			mine := w.sigstore
			var err error
			w.sigstore, err = imagestest.NewSigstore()
			must(w.t, err)
			sign(w, ref)
			w.sigstore = mine
			return ref
		}
	}
	whom := "whom the policy does not name (wrong identity)"
	return []scenario{
		{name: "identity: another subject, older format", policy: accept(exact), image: layer(named("mallory@example.org")), want: invalid,
			words: []string{"mallory@example.org (issuer " + issuer + ") signed it, " + whom, "reproduce: cosign verify --certificate-identity " + subject + " --certificate-oidc-issuer " + issuer}},
		{name: "identity: another subject, bundle", policy: accept(exact), image: bundle(named("mallory@example.org")), want: invalid, words: []string{whom}},
		{name: "identity: another issuer", policy: accept(exact), image: bundle(by(func(s *imagestest.Signing) { s.Issuer = "https://accounts.example.org" })), want: invalid, words: []string{whom}},
		{name: "identity: a longer name than the expression", policy: accept(config.ImageIdentity{Issuer: issuer, SubjectRegexp: `https://github\.com/acme/app`}),
			image: layer(ci), want: invalid, words: []string{whom}},
		{name: "identity: a neighbour of the repository", policy: accept(config.ImageIdentity{Workflow: "acme/app/.github/workflows/release.yml", Ref: "refs/tags/v*"}),
			image: bundle(named("https://github.com/acme/app-evil/.github/workflows/release.yml@refs/tags/v1")), want: invalid, words: []string{whom}},
		{name: "identity: a branch instead of a tag", policy: accept(config.ImageIdentity{Workflow: "acme/app/.github/workflows/release.yml", Ref: "refs/tags/v*"}),
			image: bundle(named("https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main")), want: invalid, words: []string{whom}},
		{name: "identity: without log, older format", policy: accept(exact), image: layer(noLog), want: invalid, words: []string{"(no log entry)"}},
		{name: "identity: without log, bundle", policy: accept(exact), image: bundle(noLog), want: invalid, words: []string{"(no log entry)"}},
		{name: "identity: Rekor v2 without timestamp", policy: accept(exact), image: bundle(by(func(s *imagestest.Signing) { s.RekorV2, s.NoTimestamp = true, true })), want: invalid,
			words: []string{"does not verify"}},
		{name: "identity: certificate expired, older format", policy: accept(exact), image: layer(late), want: invalid, words: []string{"(expired)"}},
		{name: "identity: certificate expired, bundle", policy: accept(exact), image: bundle(late), want: invalid, words: []string{"(expired)"}},
		{name: "identity: neither log nor timestamp, instance without log", policy: both(accept(exact), roots(imagestest.Parts{NoLog: true})),
			image: bundle(by(func(s *imagestest.Signing) { s.NoLog, s.NoTimestamp = true, true })), want: invalid, words: []string{"(no signed time)"}},
		{name: "identity: timestamp of an unknown clock", policy: both(accept(exact), roots(imagestest.Parts{NoLog: true, NoClock: true})), image: bundle(noLog), want: invalid, words: []string{"does not verify"}},
		{name: "identity: in no certificate log", policy: both(accept(exact), roots(imagestest.Parts{CTLog: true})), image: bundle(ci), want: invalid, words: []string{"(no certificate log)"}},
		{name: "identity: in no certificate log, older format", policy: both(accept(exact), roots(imagestest.Parts{CTLog: true})), image: layer(ci), want: invalid, words: []string{"(no certificate log)"}},
		{name: "identity: another instance, older format", policy: accept(exact), image: foreign(func(w *world, ref string) { w.layer(ref, ref, ci) }), want: invalid, words: []string{"(unknown authority)"}},
		{name: "identity: another instance, bundle", policy: accept(exact), image: foreign(func(w *world, ref string) { w.bundle(ref, ref, ci, imagestest.PredicateSignature, struct{}{}) }), want: invalid, words: []string{"(unknown authority)"}},
		{name: "identity: copied, older format", policy: accept(exact), image: done(func(w *world, ref string) error { w.layer(ref, w.push("other"), ci); return nil }), want: invalid, words: []string{"(other image)"}},
		{name: "identity: copied, bundle", policy: accept(exact), image: done(func(w *world, ref string) error {
			w.bundle(ref, w.push("other"), ci, imagestest.PredicateSignature, struct{}{})
			return nil
		}), want: invalid, words: []string{"(other image)"}},
		{name: "identity: altered", policy: accept(exact), image: done(func(w *world, ref string) error {
			l, err := w.sigstore.Layer(ref, ci)
			must(w.t, err)
			l.Payload = []byte(strings.Replace(string(l.Payload), "acme", "acmf", 1))
			return w.registry.PutLayers(ref, l)
		}), want: invalid, words: []string{"(altered)"}},
		{name: "identity: a key signed", policy: accept(exact), image: done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) }), want: invalid, words: []string{"(wrong identity)"}},
		{name: "identity: an SBOM is no signature", policy: accept(exact), image: done(func(w *world, ref string) error {
			w.bundle(ref, ref, ci, imagestest.PredicateSPDX, map[string]string{})
			return nil
		}), want: unsigned, words: []string{"which is no signature"}},
	}
}

func signerScenarios() []scenario {
	two := func(w *world) {
		w.cfg.Keys = append(w.cfg.Keys, config.Key{ID: "second", PEM: w.stranger.PublicPEM})
		w.cfg.Rules[0].Keys, w.cfg.Rules[0].Signers = []string{"release", "second"}, 2
	}
	sign := func(keys func(w *world) []*imagestest.Key) func(*world) string {
		return done(func(w *world, ref string) error {
			for _, k := range keys(w) {
				must(w.t, w.registry.SignBundle(ref, k))
			}
			return nil
		})
	}
	few := []string{"image/too-few-signers high"}
	same := func(w *world) { w.cfg.Rules[0].SameRepository = true }
	return []scenario{
		{name: "signers: both of two", policy: two, image: sign(func(w *world) []*imagestest.Key { return []*imagestest.Key{w.key, w.stranger} })},
		{name: "signers: one of two", policy: two, image: sign(func(w *world) []*imagestest.Key { return []*imagestest.Key{w.key} }), want: few, words: []string{"is signed by 1 of 2 signers: release"}},
		{name: "signers: one twice", policy: two, image: sign(func(w *world) []*imagestest.Key { return []*imagestest.Key{w.key, w.key} }), want: few},
		{name: "signers: one in both formats", policy: two, image: done(func(w *world, ref string) error {
			must(w.t, w.registry.SignLegacy(ref, w.key))
			return w.registry.SignBundle(ref, w.key)
		}), want: few},
		{name: "signers: one key under two names", policy: both(two, func(w *world) { w.cfg.Keys[1].PEM = w.key.PublicPEM }),
			image: sign(func(w *world) []*imagestest.Key { return []*imagestest.Key{w.key, w.key} }), want: few},
		{name: "signers: none of two", policy: two, image: sign(func(*world) []*imagestest.Key { return nil }), want: unsigned},
		{name: "signers: a key and an identity", policy: func(w *world) {
			w.cfg.Rules[0].Identities, w.cfg.Rules[0].Signers = []config.ImageIdentity{exact}, 2
		}, image: done(func(w *world, ref string) error {
			w.layer(ref, ref, ci)
			return w.registry.SignBundle(ref, w.key)
		})},
		{name: "repository: its own", policy: same, image: done(func(w *world, ref string) error { return w.registry.SignLegacy(ref, w.key) })},
		{name: "repository: signed for another", policy: same, image: func(w *world) string {
			ref := w.push("1.2.3")
			l, err := imagestest.SignedLayer(ref, w.key)
			must(w.t, err)
			copied, err := w.registry.Copy(ref, "other/app", "1.2.3")
			must(w.t, err)
			must(w.t, w.registry.PutLayers(copied, l))
			return copied
		}, want: invalid, words: []string{"(other repository)"}},
		{name: "repository: a copy, when nobody asks", image: func(w *world) string {
			ref := w.push("1.2.3")
			l, err := imagestest.SignedLayer(ref, w.key)
			must(w.t, err)
			copied, err := w.registry.Copy(ref, "other/app", "1.2.3")
			must(w.t, err)
			must(w.t, w.registry.PutLayers(copied, l))
			return copied
		}},
		{name: "repository: a format without names", policy: same, image: done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) }),
			want: invalid, words: []string{"which names no repository"}},
		{name: "index: signed for its platforms", image: func(w *world) string {
			index, child, err := w.registry.PushIndex("acme/multi", "1.2.3")
			must(w.t, err)
			must(w.t, w.registry.SignBundle(index, w.key))
			return child
		}, accepted: true, want: onePlatform},
		{name: "index: signed by an identity", policy: accept(exact), image: func(w *world) string {
			index, child, err := w.registry.PushIndex("acme/multi", "1.2.3")
			must(w.t, err)
			w.layer(index, index, ci)
			return child
		}, accepted: true, want: onePlatform},
		{name: "index: of nobody", image: func(w *world) string {
			_, child, err := w.registry.PushIndex("acme/multi", "1.2.3")
			must(w.t, err)
			return child
		}, want: slices.Concat(onePlatform, unsigned)},
	}
}
