package verify

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/stella-ops/assure/internal/stage/images/imagestest"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func encodePEM(t *testing.T, public crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestLoadKeyRefuses(t *testing.T) {
	t.Parallel()
	weak := must(rsa.GenerateKey(rand.Reader, 1024))
	odd := must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(odd))})
	for want, data := range map[string][]byte{
		"it is not a public key in PEM":                         []byte("x"),
		"it is larger than 65536 bytes":                         make([]byte, maxKey+1),
		"an RSA key of 1024 bits is too weak; use 2048 or more": encodePEM(t, &weak.PublicKey),
		"the curve P-224 is not supported; use P-256":           encodePEM(t, &odd.PublicKey),
	} {
		if _, err := LoadKey("k", data); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := LoadKey("k", private); err == nil || strings.Contains(err.Error(), "PRIVATE") {
		t.Errorf("a private key: %v", err)
	}
}

func TestFingerprintIsOfTheKeyInfo(t *testing.T) {
	t.Parallel()
	k := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	sum := sha256.Sum256(must(x509.MarshalPKIXPublicKey(&k.PublicKey)))
	if got := must(LoadKey("k", encodePEM(t, &k.PublicKey))).Fingerprint; got != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Error(got)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	r := must(LoadRoots(nil))
	if len(r.RekorLogs()) == 0 {
		t.Error("the built-in root trusts no log")
	}
	if _, err := time.Parse(time.DateOnly, BuiltinRootDate()); err != nil {
		t.Error(err)
	}
	if _, err := LoadRoots([]byte("{")); err == nil {
		t.Error("garbage is a root")
	}
}

// rekor is a transparency log of our own.
type rekor struct {
	root.BaseTrustedMaterial
	key *ecdsa.PrivateKey
	id  []byte
}

func newRekor() *rekor {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	id := sha256.Sum256(must(x509.MarshalPKIXPublicKey(&key.PublicKey)))
	return &rekor{key: key, id: id[:]}
}

func (r *rekor) RekorLogs() map[string]*root.TransparencyLog {
	return map[string]*root.TransparencyLog{hex.EncodeToString(r.id): {
		ID: r.id, HashFunc: crypto.SHA256, PublicKey: &r.key.PublicKey, SignatureHashFunc: crypto.SHA256,
		ValidityPeriodStart: time.Unix(1, 0),
	}}
}

// enter logs a signature and returns the annotation.
func (r *rekor) enter(payload []byte, signature, publicPEM string) string {
	sum := sha256.Sum256(payload)
	body := base64.StdEncoding.EncodeToString(fmt.Appendf(nil,
		`{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"%x"}},"signature":{"content":%q,"publicKey":{"content":%q}}}}`,
		sum, signature, base64.StdEncoding.EncodeToString([]byte(publicPEM))))
	entry := fmt.Sprintf(`{"body":%q,"integratedTime":1700000000,"logID":"%x","logIndex":7}`, body, r.id)
	signed := sha256.Sum256([]byte(entry))
	set := must(ecdsa.SignASN1(rand.Reader, r.key, signed[:]))
	return fmt.Sprintf(`{"SignedEntryTimestamp":%q,"Payload":%s}`, base64.StdEncoding.EncodeToString(set), entry)
}

func legacy(l imagestest.Layer) Item {
	return parseLegacy(registry.Descriptor{Annotations: l.Annotations}, l.Payload)
}

func TestTransparencyLog(t *testing.T) {
	t.Parallel()
	key, stranger := must(imagestest.NewKey()), must(imagestest.NewKey())
	log, other := newRekor(), newRekor()
	sign := func(entry func(payload []byte, signature string) string) Item {
		l := must(imagestest.SignedLayer("r.example/app:1@"+digest, key))
		if a := entry(l.Payload, l.Annotations[annotationSignature]); a != "" {
			l.Annotations[annotationBundle] = a
		}
		return legacy(l)
	}
	none := sign(func([]byte, string) string { return "" })
	good := sign(func(p []byte, s string) string { return log.enter(p, s, key.PublicPEM) })
	unknown := sign(func(p []byte, s string) string { return other.enter(p, s, key.PublicPEM) })
	payload := sign(func(p []byte, s string) string { return log.enter([]byte("other"), s, key.PublicPEM) })
	foreign := sign(func(p []byte, s string) string { return log.enter(p, s, stranger.PublicPEM) })
	changed := sign(func(p []byte, s string) string {
		return strings.Replace(log.enter(p, s, key.PublicPEM), "1700000000", "1700000001", 1)
	})
	noPEM := sign(func(p []byte, s string) string { return log.enter(p, s, "no PEM") })
	for _, tc := range []struct {
		name   string
		item   Item
		mode   Log
		reason Reason
		state  LogState
	}{
		{"good", good, Required, Verified, LogVerified}, {"good", good, IfPresent, Verified, LogVerified},
		{"good", good, "", Verified, LogVerified}, {"good", good, Ignore, Verified, LogNotAsked},
		{"none", none, Required, NoLog, ""}, {"none", none, IfPresent, Verified, LogAbsent}, {"none", none, Ignore, Verified, LogNotAsked},
		{"unknown", unknown, Required, UnknownLog, ""}, {"unknown", unknown, IfPresent, UnknownLog, ""}, {"unknown", unknown, Ignore, Verified, LogNotAsked},
		{"payload", payload, Required, BadLog, ""}, {"payload", payload, IfPresent, BadLog, ""},
		{"foreign", foreign, Required, BadLog, ""}, {"foreign", foreign, IfPresent, BadLog, ""},
		{"changed", changed, Required, BadLog, ""}, {"changed", changed, IfPresent, BadLog, ""},
		{"no PEM", noPEM, Required, BadLog, ""}, {"no PEM", noPEM, IfPresent, BadLog, ""},
	} {
		p := Policy{Keys: []Key{must(LoadKey("k", []byte(key.PublicPEM)))}, Log: tc.mode, Roots: log}
		r := Check(t.Context(), tc.item, digest, p)
		if r.Reason != tc.reason || r.Log != tc.state {
			t.Errorf("%s, %q: %q %q (%s), want %q %q", tc.name, tc.mode, r.Reason, r.Log, r.Detail, tc.reason, tc.state)
		}
	}
}

// Without a key of the policy nothing is ever verified.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	key := must(imagestest.NewKey())
	it := legacy(must(imagestest.SignedLayer("r.example/app@"+digest, key)))
	if r := Check(t.Context(), it, digest, Policy{Roots: newRekor()}); r.Reason != WrongIdentity {
		t.Errorf("got %s", r.Reason)
	}
}

func TestGuarded(t *testing.T) {
	t.Parallel()
	err := guarded(t.Context(), func() error { panic("boom") })
	if err == nil || err.Error() != "it crashes the verifier: boom" || errors.Is(err, errUndecided) {
		t.Errorf("a crash: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := guarded(ctx, func() error { select {} }); !errors.Is(err, errUndecided) {
		t.Errorf("a hang: %v", err)
	}
}

func TestBundleIsSortedByItsStatement(t *testing.T) {
	t.Parallel()
	key := must(imagestest.NewKey())
	good := must(imagestest.NewBundle("r.example/app@"+digest, key, PredicateSignature, struct{}{}))
	twice := strings.Replace(string(good), `"signatures":[{`, `"signatures":[{"sig":"AAAA"},{`, 1)
	text := strings.Replace(string(good), "application/vnd.in-toto+json", "text/plain", 1)
	for name, tc := range map[string]struct {
		data string
		want string
	}{
		"good": {string(good), ""}, "two signatures": {twice, "its envelope must have exactly one signature"},
		"other payload": {text, "its envelope holds no in-toto statement"},
		"empty":         {"", "it is not a valid Sigstore bundle"}, "null": {"null", "it is not a valid Sigstore bundle"},
	} {
		it := parseBundle(registry.Descriptor{}, []byte(tc.data))
		if got := fmt.Sprint(it.malformed); !strings.HasPrefix(got, tc.want) || (tc.want == "") != (it.malformed == nil) {
			t.Errorf("%s: %s, want %q", name, got, tc.want)
		}
	}
}

func FuzzAnnotations(f *testing.F) {
	key := must(imagestest.NewKey())
	l := must(imagestest.SignedLayer("r.example/app@"+digest, key))
	log := newRekor()
	sig := l.Annotations[annotationSignature]
	entry := log.enter(l.Payload, sig, key.PublicPEM)
	f.Add(sig, "", "", "", string(l.Payload))
	f.Add(sig, "", "", entry, string(l.Payload))
	f.Add(sig, " \n", "\t", `{"Payload":{"body":1}}`, "{}")
	f.Add(sig, "", "", `{"Payload":{}}`, "{}")
	f.Add("AA==", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "", `{"Payload":{"body":"eyJraW5kIjoiaGFzaGVkcmVrb3JkIn0="}}`, "null")
	for _, kind := range []string{"rekord", "hashedrekord"} {
		body := base64.StdEncoding.EncodeToString([]byte(`{"apiVersion":"0.0.1","kind":"` + kind + `","spec":{"signature":{},"data":{}}}`))
		f.Add(sig, "", "", `{"Payload":{"body":"`+body+`"}}`, string(l.Payload))
	}
	stranger := must(LoadKey("other", []byte(must(imagestest.NewKey()).PublicPEM)))
	policy := Policy{Keys: []Key{stranger}, Roots: log}
	f.Fuzz(func(t *testing.T, sig, cert, chain, entry, payload string) {
		it := parseLegacy(registry.Descriptor{Annotations: map[string]string{
			annotationSignature: sig, annotationCertificate: cert, annotationChain: chain, annotationBundle: entry,
		}}, []byte(payload))
		if r := Check(t.Context(), it, digest, policy); r.Reason == Verified {
			t.Fatalf("a key that signed nothing verified %q", payload)
		}
	})
}

func FuzzBundle(f *testing.F) {
	key := must(imagestest.NewKey())
	good := must(imagestest.NewBundle("r.example/app@"+digest, key, PredicateSignature, struct{}{}))
	f.Add(good)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{}},"dsseEnvelope":{}}`))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":""}},"messageSignature":{}}`))
	stranger := must(LoadKey("other", []byte(must(imagestest.NewKey()).PublicPEM)))
	policy := Policy{Keys: []Key{stranger}, Roots: newRekor()}
	f.Fuzz(func(t *testing.T, data []byte) {
		if r := Check(t.Context(), parseBundle(registry.Descriptor{}, data), digest, policy); r.Reason == Verified {
			t.Fatalf("a key that signed nothing verified %q", data)
		}
	})
}

// A claim is compared with the digest even when everything else is right.
func TestClaimIsCompared(t *testing.T) {
	t.Parallel()
	key := must(imagestest.NewKey())
	k := must(LoadKey("k", []byte(key.PublicPEM)))
	other := strings.Replace(digest, "1", "2", 1)
	bundle := must(imagestest.NewBundle("r.example/app@"+other, key, PredicateSignature, struct{}{}))
	for _, it := range []Item{
		legacy(must(imagestest.SignedLayer("r.example/app@"+other, key))),
		parseBundle(registry.Descriptor{}, bundle),
	} {
		for _, mode := range []Log{IfPresent, Ignore} {
			if r := Check(t.Context(), it, digest, Policy{Keys: []Key{k}, Log: mode, Roots: newRekor()}); r.Reason != OtherImage {
				t.Errorf("%s: %+v", it.Format, r)
			}
		}
		if r := Check(t.Context(), it, other, Policy{Keys: []Key{k}, Roots: newRekor()}); r.Reason != Verified {
			t.Errorf("%s: %+v", it.Format, r)
		}
	}
	attested := parseBundle(registry.Descriptor{}, must(imagestest.NewBundle("r.example/app@"+digest, key, imagestest.PredicateSPDX, json.RawMessage(`{}`))))
	if r := Check(t.Context(), attested, digest, Policy{Keys: []Key{k}, Roots: newRekor()}); r.Reason == Verified {
		t.Error("an SBOM passes for a signature")
	}
}

func FuzzStatement(f *testing.F) {
	key := must(imagestest.NewKey())
	l := must(imagestest.StatementLayer("r.example/app@"+digest, key, imagestest.PredicateSPDX, json.RawMessage(`{}`)))
	f.Add(l.Payload, "")
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":""}]}`), `{"Payload":{"body":1}}`)
	for _, kind := range []string{"intoto", "dsse"} {
		body := base64.StdEncoding.EncodeToString([]byte(`{"apiVersion":"0.0.1","kind":"` + kind + `","spec":{}}`))
		f.Add(l.Payload, `{"Payload":{"body":"`+body+`"}}`)
	}
	policy := Policy{
		Keys: []Key{must(LoadKey("other", []byte(must(imagestest.NewKey()).PublicPEM)))}, Roots: newRekor(),
		Identities: []Identity{must(NewIdentity(Wanted{Issuer: "i", Subject: "s"}))},
	}
	f.Fuzz(func(t *testing.T, data []byte, entry string) {
		it := parseStatement(registry.Descriptor{Annotations: map[string]string{annotationBundle: entry}}, data)
		if r := CheckStatement(t.Context(), it, "spdx", digest, policy); r.Reason == Verified {
			t.Fatalf("somebody who signed nothing verified %q", data)
		}
	})
}

// With keys the log's own mode decides; with identities the trusted root does.
func TestGlobsOfIdentities(t *testing.T) {
	t.Parallel()
	for pattern, tc := range map[string]struct{ yes, no []string }{
		"https://a.example/*@refs/tags/v*":  {[]string{"https://a.example/x@refs/tags/v1.2"}, []string{"https://a.example/x/y@refs/tags/v1", "https://aXexample/x@refs/tags/v1", "https://a.example/x@refs/tags/v1/x"}},
		"https://a.example/**@refs/tags/**": {[]string{"https://a.example/x/y@refs/tags/a/b"}, []string{"xhttps://a.example/x@refs/tags/v1"}},
		"me@a.example":                      {[]string{"me@a.example"}, []string{"me@aXexample", "me@a.example.evil", "some@a.example"}},
	} {
		id := must(NewIdentity(Wanted{Issuer: "i", Subject: pattern}))
		for want, list := range map[bool][]string{true: tc.yes, false: tc.no} {
			for _, s := range list {
				if got := id.subject(s); got != want {
					t.Errorf("%s, %s: %v", pattern, s, got)
				}
			}
		}
	}
}

// The type of the statement that verified is compared with the one that was read before,
// so that no statement passes for what another reader took it for.
func TestVerifiedTypeIsTheOneThatWasRead(t *testing.T) {
	t.Parallel()
	key := must(imagestest.NewKey())
	p := Policy{Keys: []Key{must(LoadKey("k", []byte(key.PublicPEM)))}, Roots: newRekor()}
	it := parseBundle(registry.Descriptor{}, must(imagestest.NewBundle("r.example/app@"+digest, key, imagestest.PredicateSPDX, json.RawMessage(`{}`))))
	it.predicate = PredicateSignature
	if r := Check(t.Context(), it, digest, p); r.Reason == Verified {
		t.Errorf("a statement of another type verified: %+v", r)
	}
}
