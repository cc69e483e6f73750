package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

func TestNewest(t *testing.T) {
	t.Parallel()
	tags := []string{"v1.0.0", "v1.10.0", "v1.9.9", "2.0.0", "v2.0.1-rc1", "v2.0", "nightly", "v3.0.0", "v3.0.1", "v99999999.0.0", "v0.1.0"}
	if diff := cmp.Diff([]string{"v0.1.0", "v1.10.0", "2.0.0", "v3.0.1"}, Newest(tags)); diff != "" {
		t.Error(diff)
	}
	if got := Newest([]string{"v1.0.0", "v2.0.0", "v3.0.0", "v4.0.0", "v5.0.0", "v6.0.0"}); len(got) != maxMajors || got[0] != "v2.0.0" {
		t.Error(got)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	one, two := key(t), key(t)
	keys := []config.Key{{ID: "release", File: "keys/cosign.pub"}, {ID: "inline", PEM: one}}
	for name, tc := range map[string]struct {
		releases []Release
		err      error
		want     string
		judged   int
	}{
		"new key":        {[]Release{{"v1.4.0", []byte(one)}, {"v2.0.0", []byte(two)}}, nil, "", 1},
		"same key":       {[]Release{{"v1.4.0", []byte(one)}, {"v2.0.0", []byte(one + "\n")}, {"v3.0.0", []byte(two)}}, nil, "image/key-not-rotated low", 2},
		"key came later": {[]Release{{"v1.4.0", nil}, {"v2.0.0", []byte(one)}}, nil, "", 0},
		"one release":    {[]Release{{"v1.4.0", []byte(one)}}, nil, "", 0},
		"no key":         {[]Release{{"v1.4.0", []byte("x")}, {"v2.0.0", []byte("x")}}, nil, "", 0},
		"unreadable":     {nil, errors.New("bad object"), "gap", 0},
	} {
		var set finding.Set
		Judge(&set, keys, func(file string) ([]Release, error) {
			if file != "keys/cosign.pub" {
				t.Errorf("asked for %s", file)
			}
			return tc.releases, tc.err
		})
		got := ""
		for _, f := range set.Findings {
			got += f.Rule + " " + f.Severity.String()
		}
		for range set.Gaps {
			got += "gap"
		}
		if got != tc.want || set.Judged[Rule] != tc.judged {
			t.Errorf("%s: %q, judged %d", name, got, set.Judged[Rule])
		}
	}
}

// key is a public key in PEM.
func key(t *testing.T) string {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
