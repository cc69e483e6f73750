package images

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

const (
	slsaV1  = "https://slsa.dev/provenance/v1"
	slsaV02 = "https://slsa.dev/provenance/v0.2"
	vuln    = "https://cosign.sigstore.dev/attestation/vuln/v1"
	builder = "https://github.com/actions/runner/github-hosted"
)

// demandStatement adds statements to what the rule asks for.
func demandStatement(list ...config.ImageAttestation) func(*world) {
	return func(w *world) { w.cfg.Rules[0].Attestations = list }
}

type object = map[string]any

func spdxOf(packages ...string) object {
	var list []any
	for _, p := range packages {
		list = append(list, object{"name": p, "externalRefs": []any{object{"referenceType": "purl", "referenceLocator": "pkg:npm/" + p + "@1"}}})
	}
	return object{"spdxVersion": "SPDX-2.3", "packages": list}
}

func provenanceV1(repository, ref string) object {
	return object{
		"buildDefinition": object{"externalParameters": object{"workflow": object{"repository": repository, "ref": ref, "path": ".github/workflows/release.yml"}}},
		"runDetails":      object{"builder": object{"id": builder}},
	}
}

// attested is an image that the key signed and attested as a bundle.
func attested(kind string, predicate any) func(*world) string {
	return done(func(w *world, ref string) error {
		must(w.t, w.registry.SignBundle(ref, w.key))
		return w.registry.Attest(ref, w.key, kind, predicate)
	})
}

// attestedLayer is the same in the older format, after a change.
func attestedLayer(kind string, predicate any, change func(w *world, l *imagestest.Layer)) func(*world) string {
	return done(func(w *world, ref string) error {
		must(w.t, w.registry.SignLegacy(ref, w.key))
		l, err := imagestest.StatementLayer(ref, w.key, kind, predicate)
		must(w.t, err)
		if change != nil {
			change(w, &l)
		}
		return w.registry.PutStatements(ref, l)
	})
}

var (
	missing   = []string{"image/no-attestation high"}
	badProof  = []string{"image/invalid-attestation high"}
	wrongHome = []string{"image/wrong-provenance high"}
	differs   = []string{"image/sbom-differs medium"}
)

func statementScenarios() []scenario {
	spdx := config.ImageAttestation{Type: "spdx"}
	slsa := config.ImageAttestation{Type: "slsa", Builder: builder, Source: "github.com/acme/app", Ref: "refs/tags/v*", Workflow: ".github/workflows/release.yml"}
	old := object{"builder": object{"id": builder}, "invocation": object{"configSource": object{
		"uri": "git+https://github.com/acme/app@refs/tags/v1.2.3", "entryPoint": ".github/workflows/release.yml"}}}
	file := config.ImageAttestation{Type: "spdx", File: "dist/app.spdx.json"}
	return []scenario{
		{name: "statement: SPDX, bundle", policy: demandStatement(spdx), image: attested(imagestest.PredicateSPDX, spdxOf("a"))},
		{name: "statement: SPDX with a version in its type", policy: demandStatement(spdx), image: attested(imagestest.PredicateSPDX+"/v2.3", spdxOf("a"))},
		{name: "statement: SPDX, older format", policy: demandStatement(spdx), image: attestedLayer(imagestest.PredicateSPDX, spdxOf("a"), nil)},
		{name: "statement: CycloneDX", policy: demandStatement(config.ImageAttestation{Type: "cyclonedx"}),
			image: attested("https://cyclonedx.org/bom", object{"bomFormat": "CycloneDX", "components": []any{object{"name": "a"}}})},
		{name: "statement: by an identity, older format", policy: both(accept(exact), demandStatement(spdx)), image: done(func(w *world, ref string) error {
			w.layer(ref, ref, ci)
			l, err := w.sigstore.StatementLayer(ref, ci, imagestest.PredicateSPDX, spdxOf("a"))
			must(w.t, err)
			return w.registry.PutStatements(ref, l)
		})},
		{name: "statement: by an identity, bundle", policy: both(accept(exact), demandStatement(spdx)), image: done(func(w *world, ref string) error {
			w.bundle(ref, ref, ci, imagestest.PredicateSignature, struct{}{})
			w.bundle(ref, ref, ci, imagestest.PredicateSPDX, spdxOf("a"))
			return nil
		})},
		{name: "statement: SLSA v1", policy: demandStatement(slsa), image: attested(slsaV1, provenanceV1("https://github.com/acme/app", "refs/tags/v1.2.3"))},
		{name: "statement: SLSA v0.2", policy: demandStatement(slsa), image: attested(slsaV02, old)},
		{name: "statement: a scan of today", policy: demandStatement(config.ImageAttestation{Type: "vuln", MaxAge: 24 * time.Hour}),
			image: attested(vuln, object{"metadata": object{"scanFinishedOn": today}})},
		{name: "statement: of any type", policy: demandStatement(config.ImageAttestation{Type: "https://acme.example/tested/v1"}), image: attested("https://acme.example/tested/v1", object{})},
		{name: "statement: two types", policy: demandStatement(spdx, slsa), image: done(func(w *world, ref string) error {
			must(w.t, w.registry.SignBundle(ref, w.key))
			must(w.t, w.registry.Attest(ref, w.key, imagestest.PredicateSPDX, spdxOf("a")))
			return w.registry.Attest(ref, w.key, slsaV1, provenanceV1("https://github.com/acme/app", "refs/tags/v1.2.3"))
		})},
		{name: "statement: a stranger's beside the right one", policy: demandStatement(spdx), image: done(func(w *world, ref string) error {
			must(w.t, w.registry.SignBundle(ref, w.key))
			must(w.t, w.registry.Attest(ref, w.stranger, imagestest.PredicateSPDX, spdxOf("evil")))
			return w.registry.Attest(ref, w.key, imagestest.PredicateSPDX, spdxOf("a"))
		})},
		{name: "statement: the shipped file lists the same", policy: both(demandStatement(file), ship("a", "b")), image: attested(imagestest.PredicateSPDX, spdxOf("b", "a"))},
	}
}

const today = "2026-11-26T12:00:00Z"

// ship puts a bill of materials into the repository.
func ship(packages ...string) func(*world) {
	return func(w *world) {
		data, err := json.Marshal(spdxOf(packages...))
		must(w.t, err)
		w.files["dist/app.spdx.json"] = string(data)
	}
}

func statementFailures() []scenario {
	spdx := config.ImageAttestation{Type: "spdx"}
	source := config.ImageAttestation{Type: "slsa", Source: "https://github.com/acme/app"}
	file := config.ImageAttestation{Type: "spdx", File: "dist/app.spdx.json"}
	fresh := config.ImageAttestation{Type: "vuln", MaxAge: 24 * time.Hour}
	signed := func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) }
	return []scenario{
		{name: "statement: none", policy: demandStatement(spdx), image: done(signed), want: missing,
			words: []string{"has no spdx attestation", "reproduce: cosign verify-attestation --type spdxjson --key release.pub --insecure-ignore-tlog=true "}},
		{name: "statement: another type", policy: demandStatement(spdx), image: attested(vuln, object{}), want: missing},
		{name: "statement: type that only begins alike", policy: demandStatement(spdx), image: attested(imagestest.PredicateSPDX+"X", spdxOf("a")), want: missing},
		{name: "statement: by a stranger", policy: demandStatement(spdx), image: done(func(w *world, ref string) error {
			must(w.t, signed(w, ref))
			return w.registry.Attest(ref, w.stranger, imagestest.PredicateSPDX, spdxOf("a"))
		}), want: badProof, words: []string{"(wrong key)"}},
		{name: "statement: about another image, bundle", policy: demandStatement(spdx), image: done(func(w *world, ref string) error {
			must(w.t, signed(w, ref))
			b, err := imagestest.NewBundle(w.push("other"), w.key, imagestest.PredicateSPDX, spdxOf("a"))
			must(w.t, err)
			return w.registry.PutBundle(ref, b)
		}), want: badProof, words: []string{"(other image)"}},
		{name: "statement: about another image, older format", policy: demandStatement(spdx), image: done(func(w *world, ref string) error {
			must(w.t, signed(w, ref))
			l, err := imagestest.StatementLayer(w.push("other"), w.key, imagestest.PredicateSPDX, spdxOf("a"))
			must(w.t, err)
			return w.registry.PutStatements(ref, l)
		}), want: badProof, words: []string{"(other image)"}},
		{name: "statement: altered, older format", policy: demandStatement(spdx), image: attestedLayer(imagestest.PredicateSPDX, spdxOf("a"), func(w *world, l *imagestest.Layer) {
			l.Payload = repack(w, l.Payload, func(s string) string { return strings.Replace(s, "npm/a", "npm/b", 1) })
		}), want: badProof, words: []string{"(wrong key)"}},
		{name: "statement: two signatures in one envelope", policy: demandStatement(spdx), image: attestedLayer(imagestest.PredicateSPDX, spdxOf("a"), func(_ *world, l *imagestest.Layer) {
			l.Payload = []byte(strings.Replace(string(l.Payload), `"signatures":[`, `"signatures":[{"keyid":"","sig":"AAAA"},`, 1))
		}), want: missing, words: []string{"malformed: its envelope must have exactly one signature"}},
		{name: "statement: a name twice in the envelope", policy: demandStatement(spdx), image: attestedLayer(imagestest.PredicateSPDX, spdxOf("a"), func(_ *world, l *imagestest.Layer) {
			l.Payload = []byte(strings.Replace(string(l.Payload), `{"payload"`, `{"payload":"","payload"`, 1))
		}), want: missing, words: []string{"malformed: it is not a signed envelope in strict JSON"}},
		{name: "statement: no package in the list", policy: demandStatement(spdx), image: attested(imagestest.PredicateSPDX, spdxOf()), want: badProof, words: []string{"it lists no package"}},
		{name: "statement: no bill of materials", policy: demandStatement(spdx), image: attested(imagestest.PredicateSPDX, "text"), want: badProof, words: []string{"it is not what it should be"}},
		{name: "statement: the shipped file lists others", policy: both(demandStatement(file), ship("a", "c")), image: attested(imagestest.PredicateSPDX, spdxOf("a", "b")), want: differs,
			words: []string{"1 only attested (pkg:npm/b@1), 1 only in the file (pkg:npm/c@1)"}},
		{name: "statement: the shipped file is not there", policy: demandStatement(file), image: attested(imagestest.PredicateSPDX, spdxOf("a")), want: openGap, words: []string{"could not be compared"}},
		{name: "statement: another builder", policy: demandStatement(config.ImageAttestation{Type: "slsa", Builder: "https://acme.example/builder"}),
			image: attested(slsaV1, provenanceV1("https://github.com/acme/app", "refs/tags/v1")), want: wrongHome, words: []string{"names the builder " + builder + ", not https://acme.example/builder"}},
		{name: "statement: another source", policy: demandStatement(source), image: attested(slsaV1, provenanceV1("https://github.com/evil/app", "refs/tags/v1")), want: wrongHome,
			words: []string{"names the source github.com/evil/app, not github.com/acme/app"}},
		{name: "statement: another ref", policy: demandStatement(config.ImageAttestation{Type: "slsa", Ref: "refs/tags/v*"}), image: attested(slsaV1, provenanceV1("https://github.com/acme/app", "refs/heads/main")), want: wrongHome},
		{name: "statement: an old scan", policy: demandStatement(fresh), image: attested(vuln, object{"metadata": object{"scanFinishedOn": "2026-10-01T00:00:00Z"}}), want: badProof,
			words: []string{"has a vuln attestation of 2026-10-01, older than 24h0m0s"}},
		{name: "statement: a scan without time", policy: demandStatement(fresh), image: attested(vuln, object{}), want: badProof, words: []string{"its age is not known"}},
		{name: "statement: there, but the image is not signed", policy: demandStatement(spdx), image: done(func(w *world, ref string) error {
			return w.registry.Attest(ref, w.key, imagestest.PredicateSPDX, spdxOf("a"))
		}), want: unsigned},
	}
}

// repack changes the payload of an envelope and keeps its signature.
func repack(w *world, envelope []byte, change func(string) string) []byte {
	var env object
	must(w.t, json.Unmarshal(envelope, &env))
	payload, err := base64.StdEncoding.DecodeString(fmt.Sprint(env["payload"]))
	must(w.t, err)
	env["payload"] = []byte(change(string(payload)))
	data, err := json.Marshal(env)
	must(w.t, err)
	return data
}
