package images

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// cluster replaces the rules by ClusterImagePolicies; %HOST, %KEY and the like stand
// for what the world has.
func cluster(documents ...string) func(*world) {
	return func(w *world) {
		w.cfg.Rules = nil
		w.cfg.Policies = []string{"deploy/policies.yaml"}
		logKey, err := w.sigstore.LogKey()
		must(w.t, err)
		w.files["deploy/policies.yaml"] = strings.NewReplacer(
			"%HOST", w.registry.Host, "%KEY", indent(w.key.PublicPEM), "%OTHER", indent(w.stranger.PublicPEM),
			"%CHAIN", base64.StdEncoding.EncodeToString(w.sigstore.Chain()), "%LOG", base64.StdEncoding.EncodeToString(logKey),
		).Replace(strings.Join(documents, "---\n"))
	}
}

func indent(pem string) string {
	return strings.ReplaceAll(strings.TrimSpace(pem), "\n", "\n          ")
}

// policy is a ClusterImagePolicy with the rest of its spec.
func policy(name, spec string) string {
	return fmt.Sprintf("apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: %s}\nspec:\n  images: [{glob: \"%%HOST/acme/**\"}]\n%s", name, spec)
}

const (
	byKey   = "  authorities:\n    - key:\n        data: |\n          %KEY\n"
	byOther = "  authorities:\n    - key:\n        data: |\n          %OTHER\n"
	byCI    = "  authorities:\n    - keyless:\n        url: https://fulcio.sigstore.dev\n        identities:\n          - {issuer: \"" + issuer + "\", subject: \"" + subject + "\"}\n"
	corp    = `apiVersion: policy.sigstore.dev/v1alpha1
kind: TrustRoot
metadata: {name: corp}
spec:
  sigstoreKeys:
    certificateAuthorities: [{subject: {organization: acme, commonName: acme}, uri: "https://fulcio.corp.example", certChain: %CHAIN}]
    tLogs: [{baseURL: "https://rekor.corp.example", hashAlgorithm: sha256, publicKey: %LOG}]
`
)

func clusterScenarios() []scenario {
	signKey := done(func(w *world, ref string) error { return w.registry.SignBundle(ref, w.key) })
	inCorp := strings.Replace(byCI, "        url: https://fulcio.sigstore.dev\n", "        url: https://fulcio.corp.example\n        trustRootRef: corp\n", 1)
	stamped := by(func(s *imagestest.Signing) { s.NoTimestamp = true })
	spdx := "      attestations: [{name: sbom, predicateType: spdxjson}]\n"
	return []scenario{
		{name: "policy: key", policy: cluster(policy("signed", byKey)), image: signKey},
		{name: "policy: another key", policy: cluster(policy("signed", byOther)), image: signKey, want: invalid, words: []string{"(wrong key)"}},
		{name: "policy: key with ctlog, no entry", policy: cluster(policy("signed", byKey+"      ctlog: {url: \"https://rekor.sigstore.dev\"}\n")), image: signKey, want: invalid, words: []string{"(no log entry)"}},
		{name: "policy: keyless", policy: cluster(policy("signed", byCI)), image: bundle(ci)},
		{name: "policy: keyless, another identity", policy: cluster(policy("signed", byCI)), image: bundle(by(func(s *imagestest.Signing) { s.Subject = "mallory@example.org" })), want: invalid, words: []string{"(wrong identity)"}},
		{name: "policy: keyless of a private instance", policy: both(cluster(corp, policy("signed", inCorp)), func(w *world) { w.opts.TrustedRoot = nil }), image: bundle(stamped)},
		{name: "policy: either of two authorities", policy: cluster(policy("signed", byOther+strings.TrimPrefix(byKey, "  authorities:\n"))), image: signKey},
		{name: "policy: two policies, both met", policy: cluster(policy("one", byKey), policy("two", byKey)), image: signKey},
		{name: "policy: two policies, one met", policy: cluster(policy("one", byKey), policy("two", byOther)), image: signKey, want: invalid},
		{name: "policy: attestation", policy: cluster(policy("sbom", byKey+spdx)), image: done(func(w *world, ref string) error {
			return w.registry.Attest(ref, w.key, imagestest.PredicateSPDX, spdxOf("a"))
		})},
		{name: "policy: attestation missing", policy: cluster(policy("sbom", byKey+spdx)), image: signKey, want: missing},
		{name: "policy: judged in CUE", policy: cluster(policy("cue", byKey+"      attestations: [{name: sbom, predicateType: spdxjson, policy: {type: cue, data: x}}]\n")), image: signKey, want: openGap,
			words: []string{"judges the attestation sbom in CUE or Rego, which this program does not evaluate"}},
		{name: "policy: static pass", policy: cluster(policy("pass", "  authorities: [{static: {action: pass}}]\n")), image: done(func(*world, string) error { return nil }), want: []string{}},
		{name: "policy: static fail", policy: cluster(policy("fail", "  authorities: [{static: {action: fail}}]\n")), image: signKey, want: invalid},
		{name: "policy: warn only", policy: cluster(policy("warn", "  mode: warn\n"+byOther)), image: signKey, want: []string{"image/invalid-signature low"}},
		{name: "policy: of other images", policy: cluster(strings.Replace(policy("other", byKey), "acme/**", "other/**", 1)), image: signKey, want: []string{"image/uncovered medium"}},
		{name: "policy: glob without the digest that the cluster sees", policy: cluster(strings.Replace(policy("bare", byKey), "acme/**", "acme/app", 1)), image: signKey, want: []string{"image/uncovered medium"}},
		{name: "policy: expression without anchors", policy: cluster(policy("loose", strings.Replace(byCI, "subject: \""+subject, "subjectRegExp: \"acme/app", 1))), image: bundle(ci), want: []string{"image/loose-identity medium"}, accepted: true,
			words: []string{`the subjectRegExp "acme/app" is not anchored`}},
	}
}

func hostileScenarios() []scenario {
	named := func(name, annotation, value string, words ...string) scenario {
		return scenario{name: "hostile: " + name, image: done(annotated(annotation, value)), want: invalid, words: words}
	}
	keylessNamed := func(name, annotation, value string) scenario {
		return scenario{name: "hostile: " + name, policy: accept(exact), image: done(func(w *world, ref string) error {
			l, err := w.sigstore.Layer(ref, ci)
			must(w.t, err)
			l.Annotations[annotation] = value
			return w.registry.PutLayers(ref, l)
		}), want: invalid, words: []string{"(malformed)"}}
	}
	return []scenario{
		named("log entry whose body is a number", "dev.sigstore.cosign/bundle", `{"SignedEntryTimestamp":"AA==","Payload":{"body":1}}`, "(malformed)"),
		named("certificate of blanks", "dev.sigstore.cosign/certificate", " \n", "(malformed)"),
		named("chain of blanks", "dev.sigstore.cosign/chain", " \n", "(malformed)"),
		named("timestamp that is none", "dev.sigstore.cosign/rfc3161timestamp", `{"SignedRFC3161Timestamp":""}`, "(malformed)"),
		named("signature that is none", "dev.cosignproject.cosign/signature", "%%%", "(malformed)"),
		named("log entry of another kind", "dev.sigstore.cosign/bundle", `{"SignedEntryTimestamp":"AA==","Payload":{"body":"eyJraW5kIjoiYWxwaW5lIn0=","integratedTime":1,"logIndex":1,"logID":"00"}}`, "(malformed)"),
		keylessNamed("identity, log entry without body", "dev.sigstore.cosign/bundle", `{"Payload":{}}`),
		keylessNamed("identity, certificate of blanks", "dev.sigstore.cosign/certificate", "\t"),
		{name: "hostile: no bundle", image: done(func(w *world, ref string) error { return w.registry.PutBundle(ref, []byte("{")) }), want: invalid, words: []string{"(malformed)"}},
		{name: "hostile: bundle without key or certificate", image: done(func(w *world, ref string) error {
			return w.registry.PutBundle(ref, []byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}}`))
		}), want: invalid, words: []string{"(malformed)"}},
		{name: "hostile: bundle over 16 MiB", image: done(func(w *world, ref string) error { return w.registry.PutBundle(ref, make([]byte, 16<<20+1)) }), want: openGap},
		{name: "hostile: statement layer of garbage", policy: both(demandStatement(), func(w *world) {}), image: done(func(w *world, ref string) error {
			must(w.t, w.registry.SignLegacy(ref, w.key))
			return w.registry.PutStatements(ref, imagestest.Layer{Payload: []byte("garbage"), Annotations: map[string]string{}})
		})},
	}
}
