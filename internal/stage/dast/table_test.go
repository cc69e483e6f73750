package dast

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/harness/enginetest"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
)

const fixtureImage = `FROM scratch
COPY fixture cert.pem key.pem expired.pem /
COPY token.jwt /keys/jwt.pem
ENTRYPOINT ["/fixture"]
EXPOSE 8443
`

const allHardened = `services:
  backend: &hard
    build: .
    command: [hardened]
    user: "10001:10001"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true", "seccomp:seccomp.json"]
    tmpfs: ["/tmp:size=1m"]
    mem_limit: 128m
    pids_limit: 64
    environment: {CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: "false"}
    healthcheck: {test: [CMD, /fixture, health], interval: 200ms, retries: 50}
    volumes: ["./private:/keys:ro"]
    networks: [core-net]
  valkey:
    <<: *hard
    command: [store, /run/secrets/valkey]
    healthcheck: {disable: true}
    expose: ["6379"]
    secrets: [valkey]
  worker:
    <<: *hard
    command: [idle]
    healthcheck: {disable: true}
networks: {core-net: {driver: bridge}}
secrets: {valkey: {file: ./valkey.pass}}
`

const allWeak = `services:
  backend:
    build: .
    image: assure-fixture-weak:1
    command: [weak, --api-token, "${API_TOKEN}"]
    security_opt: ["seccomp:unconfined"]
    tmpfs: ["/scratch"]
    environment: {API_TOKEN: "${API_TOKEN}", CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: "true"}
    ports: ["8443:8443"]
  valkey:
    image: assure-fixture-weak:1
    command: [store]
    ports: ["6379:6379"]
  worker:
    image: assure-fixture-weak:1
    command: [idle]
    network_mode: host
`

// judgedRules are all rules of probes; each must be told apart on a real engine.
func judgedRules() (ids []string) {
	for _, r := range append(probe.Rules(), runtime.Rules()...) {
		ids = append(ids, r.ID)
	}
	return ids
}

// careful is the service of the table.
var careful = enginetest.NewServer("./testdata/fixture", "assure-test-dast-fixture")

// fixture is a repository with the test's service, its certificates and secrets.
func fixture(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	careful.Place(t, filepath.Join(root, "fixture"))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "backend"}, DNSNames: []string{"backend"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	expired := *leaf
	expired.NotAfter = time.Now().Add(-time.Minute)
	save := func(name, kind string, der []byte, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(root, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]*x509.Certificate{"ca.pem": ca, "cert.pem": leaf, "expired.pem": &expired} {
		der, err := x509.CreateCertificate(rand.Reader, c, ca, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		save(name, "CERTIFICATE", der, 0o644)
	}
	save("key.pem", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), 0o644)
	save("token.jwt", "TOKEN", []byte("x"), 0o644)
	if err := os.Mkdir(filepath.Join(root, "private"), 0o755); err != nil {
		t.Fatal(err)
	}
	save("private/jwt.pem", "KEY", []byte("x"), 0o600)
	return root
}

// outcomesByRule counts the findings of each rule.
func outcomesByRule(set finding.Set) map[string]int {
	n := map[string]int{}
	for _, f := range set.Findings {
		n[f.Rule]++
	}
	return n
}

// TestHardenedStackPassesEveryProbe and the next test are the table of the probes: rule
// by rule, on a real engine.
func TestHardenedStackPassesEveryProbe(t *testing.T) {
	e := engine(t)
	cfg := settings()
	cfg.Target.CAFile = "ca.pem"
	p := build(t, fixture(t), cfg, map[string]string{
		"compose.yml": allHardened, "Dockerfile": fixtureImage, "valkey.pass": "hunter2hunter2\n", "seccomp.json": `{"defaultAction": "SCMP_ACT_ALLOW"}`,
	})
	set, err := run(t.Context(), t, e, cfg, Options{Token: "valid-token"}, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("notes %q", set.Notes)
	failed := outcomesByRule(set)
	for _, rule := range judgedRules() {
		t.Run(rule, func(t *testing.T) {
			if rule == runtime.DigestRule && set.Judged[rule] == 0 {
				t.Skip("the images were built from the repository, so they have no digest to be named by")
			}
			if rule == probe.RateRule && set.Judged[rule] == 0 {
				t.Skip("the machine is too busy to ask for a rate")
			}
			if failed[rule] > 0 || set.Judged[rule] == 0 {
				t.Errorf("findings %d, judged %d", failed[rule], set.Judged[rule])
			}
		})
	}
	for _, f := range set.Findings {
		if !slices.Contains(judgedRules(), f.Rule) {
			continue
		}
		t.Logf("%s %s %q", f.Rule, f.Message, f.Properties["evidence"])
	}
	if len(set.Gaps) > 0 {
		t.Errorf("gaps: %+v", set.Gaps)
	}
}

func TestWeakStackFailsEveryProbe(t *testing.T) {
	e := engine(t)
	cfg := settings()
	cfg.Allow = []string{"backend.security_opt", "worker.network_mode"}
	p := build(t, fixture(t), cfg, map[string]string{"compose.yml": allWeak, "Dockerfile": fixtureImage})
	set, err := run(t.Context(), t, e, cfg, Options{}, p)
	if err != nil {
		t.Fatal(err)
	}
	failed := outcomesByRule(set)
	for _, rule := range judgedRules() {
		t.Run(rule, func(t *testing.T) {
			if rule == probe.RateRule && set.Judged[rule] == 0 {
				t.Skip("the machine is too busy to ask for a rate")
			}
			if failed[rule] == 0 {
				t.Errorf("no finding; judged %d", set.Judged[rule])
			}
		})
	}
	for _, f := range set.Findings {
		if slices.Contains(judgedRules(), f.Rule) {
			t.Logf("%s %s: %s", f.Location, f.Rule, f.Message)
		}
	}
	t.Logf("gaps %+v notes %q", set.Gaps, set.Notes)
	seen := map[string]bool{}
	for _, f := range set.Findings {
		id := f.Rule + f.Subject + f.Key
		if seen[id] {
			t.Errorf("%s of %s is found twice", f.Rule, f.Subject)
		}
		seen[id] = true
		if f.Rule == runtime.VisibleRule && f.Location.Region.StartLine != 5 {
			t.Errorf("%s stands at %s", f.Rule, f.Location)
		}
	}
}

// BenchmarkStack is three services up, judged by every probe, and down.
func BenchmarkStack(b *testing.B) {
	cfg := settings()
	cfg.Target.CAFile = "ca.pem"
	root := fixture(b)
	p := build(b, root, cfg, map[string]string{
		"compose.yml": allHardened, "Dockerfile": fixtureImage, "valkey.pass": "hunter2hunter2\n", "seccomp.json": `{"defaultAction": "SCMP_ACT_ALLOW"}`,
	})
	engine(b)
	for b.Loop() {
		set, err := New(cfg, Options{}).Run(b.Context(), p, quiet)
		if err != nil || set.Judged[probe.TLSRule] == 0 {
			b.Fatal(err)
		}
	}
}
