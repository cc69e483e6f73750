package images

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/cip"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// cases runs scenarios of the table by their names, so that none can go unnoticed.
func cases(t *testing.T, prefix string, names ...string) {
	t.Helper()
	all := scenarios()
	for _, name := range names {
		i := slices.IndexFunc(all, func(s scenario) bool { return s.name == prefix+name })
		if i < 0 {
			t.Fatalf("there is no scenario %q", prefix+name)
		}
		t.Run(name, func(t *testing.T) { all[i].run(t) })
	}
}

func TestP1_AnnotationsDoNotCrashTheVerifier(t *testing.T) {
	t.Parallel()
	cases(t, "hostile: ", "log entry whose body is a number", "certificate of blanks", "chain of blanks", "timestamp that is none",
		"identity, log entry without body", "identity, certificate of blanks")
}

func TestP3_AStatementIsNoSignature(t *testing.T) {
	t.Parallel()
	cases(t, "", "identity: an SBOM is no signature", "statement: there, but the image is not signed", "statement: type that only begins alike")
}

func TestP4_AnEmptyIdentityAcceptsNobody(t *testing.T) {
	t.Parallel()
	for _, w := range []verify.Wanted{{}, {Issuer: issuer}, {Subject: subject}, {IssuerRegexp: ".*", Subject: subject}, {Issuer: issuer, SubjectRegexp: "a?"}} {
		if _, err := verify.NewIdentity(w); err == nil {
			t.Errorf("%+v is an identity", w)
		}
	}
	for _, spec := range []string{"{issuer: a}", "{subject: a}", "{}"} {
		var set cip.Set
		text := strings.ReplaceAll(policy("p", "  authorities: [{keyless: {identities: ["+spec+"]}}]\n"), "%HOST", "ghcr.io")
		if err := set.Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "accepts everybody") {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

func TestP5_ExpressionsCoverTheWholeName(t *testing.T) {
	t.Parallel()
	cases(t, "", "identity: a longer name than the expression", "identity: a neighbour of the repository", "policy: expression without anchors")
	for _, expression := range []string{"a|b", "a|b$", "^a"} {
		id, err := verify.NewIdentity(verify.Wanted{Issuer: issuer, SubjectRegexp: expression})
		must(t, err)
		if flags := strings.Join(id.Flags(func(s string) string { return s }), " "); !strings.Contains(flags, "^(?:"+expression+")$") {
			t.Errorf("%s becomes %s", expression, flags)
		}
	}
}

func TestP6_ExactAndExpressionTogetherAreRefused(t *testing.T) {
	t.Parallel()
	for _, w := range []verify.Wanted{
		{Issuer: issuer, IssuerRegexp: issuer, Subject: subject}, {Issuer: issuer, Subject: subject, SubjectRegexp: subject},
	} {
		if _, err := verify.NewIdentity(w); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%+v: %v", w, err)
		}
	}
}

func TestP7_CopiedSignaturesAreNotAccepted(t *testing.T) {
	t.Parallel()
	cases(t, "", "key: copied from another image", "identity: copied, older format", "identity: copied, bundle",
		"statement: about another image, bundle", "statement: about another image, older format",
		"repository: signed for another", "repository: a format without names")
}

func TestP12_WhatNoRuleCoversIsFound(t *testing.T) {
	t.Parallel()
	cases(t, "policy: ", "of other images", "glob without the digest that the cluster sees")
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules[0].Match = []string{"registry.example.org/**"}
	w.expect(w.run(w.push("1.2.3")), []string{"image/uncovered medium"})
}

func TestP13_SignersAreCountedNotSignatures(t *testing.T) {
	t.Parallel()
	cases(t, "signers: ", "both of two", "one of two", "one twice", "one in both formats", "one key under two names")
}

// published serves a key by HTTPS on a loopback address.
func (w *world) published(pem string) string {
	w.t.Helper()
	return w.web(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/keys/cosign.pub" {
			http.NotFound(rw, r)
			return
		}
		_, _ = rw.Write([]byte(pem))
	}))
}

// web is a server by HTTPS that the stage may reach; it returns its address.
func (w *world) web(handler http.Handler) string {
	w.t.Helper()
	server := httptest.NewTLSServer(handler)
	w.t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	w.opts.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	w.cfg.PrivateRegistries = append(w.cfg.PrivateRegistries, strings.TrimPrefix(server.URL, "https://"))
	return server.URL
}

func TestP18_AKeyByURLMustHaveItsFingerprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	key, err := verify.LoadKey("release", []byte(w.key.PublicPEM))
	must(t, err)
	base := w.published(w.key.PublicPEM)
	print := strings.TrimPrefix(key.Fingerprint, "sha256:")
	w.cfg.Keys[0] = config.Key{ID: "release", URL: base + "/keys/cosign.pub", SHA256: print}
	w.verified(w.run(ref), 1)
	for want, k := range map[string]config.Key{
		"holds the key " + key.Fingerprint + ", not sha256:" + strings.Repeat("0", 64): {ID: "release", URL: base + "/keys/cosign.pub", SHA256: strings.Repeat("0", 64)},
		"holds the key " + key.Fingerprint + ", not sha256:":                           {ID: "release", URL: base + "/keys/cosign.pub"},
		"it answers 404":                        {ID: "release", URL: base + "/else", SHA256: print},
		"only https":                            {ID: "release", URL: strings.Replace(base, "https", "http", 1) + "/keys/cosign.pub", SHA256: print},
		"the environment variable X is not set": {ID: "release", Env: "X"},
	} {
		w.cfg.Keys[0] = k
		if err := w.failure(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// failure is the error of a run that cannot judge.
func (w *world) failure(ref string) error {
	_, err := New(w.cfg, w.opts).Run(w.t.Context(), &plan.Plan{Images: []plan.Image{image(ref)}}, func(string) {})
	return err
}

func TestP19_WhatTheLogProvesIsSaid(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]verify.LogState{"required": verify.LogVerified, "if-present": verify.LogVerified, "": verify.LogVerified, "ignore": verify.LogNotAsked} {
		w := newWorld(t, imagestest.Options{Referrers: true})
		w.instance()
		w.cfg.Rules[0].Log = mode
		ref := w.push("1.2.3")
		must(t, w.logged(ref))
		set := w.run(ref)
		sig := w.verified(set, 1)[0].Signatures[0]
		if sig.Log != want || (sig.Entry != nil) != (want == verify.LogVerified) || (sig.Time != nil) != (want == verify.LogVerified) {
			t.Errorf("%q: %+v", mode, sig)
		}
		if !strings.Contains(strings.Join(set.Notes, "\n"), "transparency log "+string(want)) {
			t.Errorf("%q: %v", mode, set.Notes)
		}
	}
	cases(t, "policy: ", "key with ctlog, no entry")
}

func TestP20_CertificatesNeedASignedTime(t *testing.T) {
	t.Parallel()
	cases(t, "identity: ", "without log, older format", "without log, bundle", "Rekor v2 without timestamp", "certificate expired, older format",
		"certificate expired, bundle", "neither log nor timestamp, instance without log", "timestamp of an unknown clock")
}

func TestP21_StatementsAreReadOnce(t *testing.T) {
	t.Parallel()
	cases(t, "statement: ", "two signatures in one envelope", "a name twice in the envelope", "altered, older format")
	twice := json.RawMessage(`{"spdxVersion":"SPDX-2.3","packages":[{"name":"a"}],"packages":[]}`)
	s := scenario{policy: demandStatement(config.ImageAttestation{Type: "spdx"}), image: attestedLayer(imagestest.PredicateSPDX, twice, nil), want: missing}
	s.run(t)
}

// What BuildKit writes into an index hangs on no signature and is not asked for.
func TestP22_UnsignedStatementsOfBuildKitDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules[0].Attestations = []config.ImageAttestation{{Type: "spdx"}}
	statement, err := imagestest.Statement(w.push("1.2.3"), imagestest.PredicateSPDX, spdxOf("a"))
	must(t, err)
	ref, err := w.registry.PushBuildKit("acme/built", "1.2.3", statement)
	must(t, err)
	must(t, w.registry.SignBundle(ref, w.key))
	w.expect(w.run(ref), missing, "has no spdx attestation")
}

func TestP28_TheBuiltInRootTellsItsAge(t *testing.T) {
	t.Parallel()
	taken, err := time.Parse(time.DateOnly, verify.BuiltinRootDate())
	must(t, err)
	for age, want := range map[int]string{10: "10 days old", 200: "200 days old; update this program"} {
		w := newWorld(t, imagestest.Options{Referrers: true})
		now := taken.AddDate(0, 0, age)
		w.opts.Now = func() time.Time { return now }
		ref := w.push("1.2.3")
		must(t, w.registry.SignBundle(ref, w.key))
		if notes := strings.Join(w.run(ref).Notes, "\n"); !strings.Contains(notes, "of "+verify.BuiltinRootDate()+", "+want) {
			t.Errorf("%d: %s", age, notes)
		}
	}
	roots, err := verify.LoadRoots(nil)
	must(t, err)
	if len(roots.RekorLogs()) < 2 || len(roots.TimestampingAuthorities()) == 0 || len(roots.CTLogs()) == 0 {
		t.Error("the built-in root lacks the newer log, the clock or the certificate logs")
	}
}

// Everything but the registry is refused, for the stage's own client and for whatever a
// library might open by itself.
func TestNothingButTheRegistryIsAsked(t *testing.T) {
	inner := http.DefaultTransport
	http.DefaultTransport = refusing{t}
	t.Cleanup(func() { http.DefaultTransport = inner })
	s := statementScenarios()[5]
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	s.policy(w)
	http.DefaultTransport = inner // the test's own pushes
	ref := s.image(w)
	http.DefaultTransport = refusing{t}
	w.opts.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != w.registry.Host {
			t.Errorf("the stage dials %s", address)
			return nil, errors.New("refused")
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	got := w.verified(w.run(ref), 1)[0]
	if len(got.Signatures) != 1 || len(got.Attestations) != 1 {
		t.Errorf("got %+v", got)
	}
}

type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("a library asks %s", req.URL)
	return nil, errors.New("refused")
}

// The evidence says who signed, when, where it is logged and which rule asked.
func TestEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.instance()
	both(accept(exact), demandStatement(config.ImageAttestation{Type: "spdx"}))(w)
	w.cfg.VSA = true
	ref := w.push("1.2.3")
	w.layer(ref, ref, ci)
	w.bundle(ref, ref, ci, imagestest.PredicateSPDX, spdxOf("a"))
	set := w.run(ref)
	w.expect(set, nil)
	var evidence struct{ Images []record }
	must(t, json.Unmarshal(set.Files[0].Data, &evidence))
	got := evidence.Images[0]
	if diff := cmp.Diff([]string{"images.rules[0]"}, got.Rules); diff != "" {
		t.Error(diff)
	}
	for _, s := range []signed{got.Signatures[0], got.Attestations[0]} {
		if s.Subject != subject || s.Issuer != issuer || s.Log != verify.LogVerified || s.Entry == nil || s.Time == nil || !strings.HasPrefix(s.Blob, "sha256:") {
			t.Errorf("got %+v", s)
		}
	}
	if got.Attestations[0].Type != imagestest.PredicateSPDX {
		t.Errorf("type %s", got.Attestations[0].Type)
	}
	var vsa struct {
		Type      string `json:"_type"`
		Predicate string `json:"predicateType"`
		Subject   []struct{ Digest map[string]string }
		Content   struct {
			Result string `json:"verificationResult"`
			Time   string `json:"timeVerified"`
			Inputs []any  `json:"inputAttestations"`
		} `json:"predicate"`
	}
	must(t, json.Unmarshal(set.Files[1].Data, &vsa))
	if "sha256:"+vsa.Subject[0].Digest["sha256"] != got.Digest || vsa.Content.Result != "PASSED" || len(vsa.Content.Inputs) != 2 || vsa.Content.Time != "2026-11-26T18:00:00Z" {
		t.Errorf("got %+v", vsa)
	}
}
