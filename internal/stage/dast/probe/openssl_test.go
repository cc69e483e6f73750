package probe

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// issue makes a certificate, signed by itself when there is no authority.
func issue(t *testing.T, template, authority *x509.Certificate, bits int, by *rsa.PrivateKey) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	if authority == nil {
		authority, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
}

// servers are the configurations of openssl s_server that the probe and others are asked
// about.
func servers() map[string]string {
	return map[string]string{
		"modern":            "-min_protocol TLSv1.2 -cipher ECDHE+AESGCM",
		"1.3 only":          "-tls1_3",
		"1.2 only":          "-tls1_2 -cipher ECDHE+AESGCM",
		"1.0 only":          "-tls1 -cipher DEFAULT@SECLEVEL=0",
		"1.1 only":          "-tls1_1 -cipher DEFAULT@SECLEVEL=0",
		"everything":        "-min_protocol TLSv1 -cipher ALL:COMPLEMENTOFALL@SECLEVEL=0",
		"no encryption":     "-tls1_2 -cipher eNULL@SECLEVEL=0",
		"no authentication": "-tls1_2 -cipher aNULL@SECLEVEL=0",
		"RSA key exchange":  "-tls1_2 -cipher kRSA+AES@SECLEVEL=0",
		"old CBC":           "-min_protocol TLSv1 -max_protocol TLSv1.2 -cipher ECDHE+AES+SHA1@SECLEVEL=0",
	}
}

// identity writes a certificate and its key for servers.
func identity(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	cert, key := issue(t, template("backend"), nil, 2048, nil)
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert.Raw}, "key.pem": {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestTLSAgreesWithOpenSSL lets openssl s_client and the probe ask the same servers.
func TestTLSAgreesWithOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	dir := identity(t)
	for name, flags := range servers() {
		t.Run(name, func(t *testing.T) {
			target := opensslServer(t, openssl, dir, flags)
			for version, flag := range map[uint16]string{tls10: "-tls1", tls11: "-tls1_1", tls12: "-tls1_2", tls13: "-tls1_3"} {
				theirs := connects(t, openssl, target.addr(), flag, "-cipher", "ALL:COMPLEMENTOFALL@SECLEVEL=0")
				if o := target.offer(t.Context(), version); (o.state == accepted && o.version == version) != theirs {
					t.Errorf("%s: openssl says %v, the probe %+v", versionName(version), theirs, o)
				}
			}
			found := strings.Join(messages(Suites(t.Context(), target)), " ")
			for group, selector := range map[string]string{
				"without encryption": "eNULL", "without authentication": "aNULL:!eNULL", "with RC4": "RC4:!aNULL", "with DES or 3DES": "3DES:!aNULL",
				"without forward secrecy": "kRSA:!eNULL:!RC4:!3DES",
			} {
				if exec.Command(openssl, "ciphers", selector+":@SECLEVEL=0").Run() != nil {
					continue // this build does not have them
				}
				theirs := connects(t, openssl, target.addr(), "-max_protocol", "TLSv1.2", "-cipher", selector+":@SECLEVEL=0")
				if ours := strings.Contains(found, group); ours != theirs {
					t.Errorf("suites %s: openssl says %v, the probe %q", group, theirs, found)
				}
			}
		})
	}
}

func messages(outcomes []Outcome) (list []string) {
	for _, o := range outcomes {
		list = append(list, o.Message)
	}
	return list
}

func opensslServer(t *testing.T, openssl, dir, flags string) Target {
	t.Helper()
	port := freePort(t)
	args := slices.Concat([]string{"s_server", "-quiet", "-www", "-accept", fmt.Sprintf("127.0.0.1:%d", port),
		"-cert", filepath.Join(dir, "cert.pem"), "-key", filepath.Join(dir, "key.pem")}, strings.Fields(flags))
	cmd := exec.CommandContext(t.Context(), openssl, args...)
	ended := launch(t, cmd)
	target := targetOf(t, fmt.Sprintf("https://127.0.0.1:%d/", port))
	awaitPort(t, target.addr(), ended)
	return target
}

// connects tells whether s_client finishes a handshake.
func connects(t *testing.T, openssl, addr string, flags ...string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, openssl, append([]string{"s_client", "-connect", addr}, flags...)...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("s_client hangs: %s", out)
	}
	return err == nil
}

func TestSuites(t *testing.T) {
	t.Parallel()
	modern := Suites(t.Context(), serveTLS(t, tls12, tls13))
	if modern[0].Verdict != Pass {
		t.Errorf("%+v", modern)
	}
	pick := func(suite ...byte) Target {
		h := hello(tls12, tls12)
		copy(h[5+4+2+32+1:], suite)
		return targetOf(t, "https://"+speak(t, string(h), false))
	}
	for name, c := range map[string]struct {
		target  Target
		want    Verdict
		message string
	}{
		"null":        {pick(0x00, 0x3B), Fail, "without encryption"},
		"anonymous":   {pick(0xC0, 0x18), Fail, "without authentication"},
		"export":      {pick(0x00, 0x08), Fail, "of export strength"},
		"rc4":         {pick(0xC0, 0x11), Fail, "with RC4"},
		"3des":        {pick(0x00, 0x0A), Fail, "with DES or 3DES"},
		"rsa":         {pick(0x00, 0x9C), Warn, "without forward secrecy"},
		"not offered": {pick(0x13, 0x01), Pass, "no weak cipher suite"},
		"plain http":  {serve(t, deny(404)), NotApplicable, "does not speak TLS"},
		"closed":      {targetOf(t, "https://127.0.0.1:1"), Unknown, "did not say"},
	} {
		got := Suites(t.Context(), c.target)[0]
		if got.Verdict != c.want || !strings.Contains(got.Message, c.message) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestGroupsDoNotOverlap(t *testing.T) {
	t.Parallel()
	seen := map[uint16]string{}
	for _, g := range groups() {
		for _, s := range g.suites {
			if seen[s] != "" {
				t.Errorf("%s is %s and %s", suiteName(s), seen[s], g.name)
			}
			seen[s] = g.name
		}
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	ca := template("authority")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	authority, authorityKey := issue(t, ca, nil, 2048, nil)
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	leaf := func(change func(*x509.Certificate)) *x509.Certificate {
		c := template("backend")
		change(c)
		return c
	}
	signed := func(bits int, change func(*x509.Certificate)) *x509.Certificate {
		c, _ := issue(t, leaf(change), authority, bits, authorityKey)
		return c
	}
	own, _ := issue(t, template("backend"), nil, 2048, nil)
	sha1 := signed(2048, func(*x509.Certificate) {})
	sha1.SignatureAlgorithm = x509.SHA1WithRSA // what a parser would say; Go signs no such thing
	now := time.Now()
	for name, c := range map[string]struct {
		cert  *x509.Certificate
		trust Trust
		want  Verdict
		say   string
	}{
		"good":                 {signed(2048, func(*x509.Certificate) {}), Trust{Now: now, Roots: roots}, Pass, "trusted authority"},
		"good, nobody known":   {signed(2048, func(*x509.Certificate) {}), Trust{Now: now}, Pass, "was not judged"},
		"good, right name":     {signed(2048, func(*x509.Certificate) {}), Trust{Now: now, Roots: roots, Name: true}, Pass, ""},
		"another name":         {signed(2048, func(c *x509.Certificate) { c.DNSNames = []string{"other"} }), Trust{Now: now, Roots: roots, Name: true}, Fail, "not for backend"},
		"another name, inside": {signed(2048, func(c *x509.Certificate) { c.DNSNames = []string{"other"} }), Trust{Now: now, Roots: roots}, Pass, ""},
		"expired":              {signed(2048, func(*x509.Certificate) {}), Trust{Now: now.Add(2 * time.Hour), Roots: roots}, Fail, "expired"},
		"not yet":              {signed(2048, func(*x509.Certificate) {}), Trust{Now: now.Add(-2 * time.Hour), Roots: roots}, Fail, "not valid yet"},
		"short key":            {signed(1024, func(*x509.Certificate) {}), Trust{Now: now, Roots: roots}, Fail, "too short: RSA 1024"},
		"sha1":                 {sha1, Trust{Now: now}, Fail, "SHA1"},
		"own":                  {own, Trust{Now: now}, Warn, "by itself"},
		"own, unknown":         {own, Trust{Now: now, Roots: roots}, Fail, "trusted authority"},
	} {
		if v, say := c.trust.judge([]*x509.Certificate{c.cert}, "backend"); v != c.want || !strings.Contains(say, c.say) {
			t.Errorf("%s: %s %q", name, v, say)
		}
	}
	live := Certificate(t.Context(), serveTLS(t, tls12, tls13), Trust{Now: now})[0]
	if live.Verdict == Unknown || !strings.Contains(live.Evidence, "Acme Co") {
		t.Errorf("%+v", live)
	}
	if o := Certificate(t.Context(), serve(t, deny(404)), Trust{Now: now})[0]; o.Verdict != NotApplicable {
		t.Errorf("%+v", o)
	}
	gost := targetOf(t, "https://"+speak(t, string(hello(tls12, tls12)), false))
	for _, target := range []Target{gost, targetOf(t, "https://127.0.0.1:1")} {
		if o := Certificate(t.Context(), target, Trust{Now: now})[0]; o.Verdict != Unknown {
			t.Errorf("%+v", o)
		}
	}
}
