package deps_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
)

func privatePEM(t *testing.T, kind string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestPrivateKeysInImages(t *testing.T) {
	key, public := privatePEM(t, "PRIVATE KEY"), privatePEM(t, "PUBLIC KEY")
	tests := map[string]struct {
		file           file
		severity, kind string
	}{
		"key":                     {file{"etc/app/tls.pem", key}, "high", "PRIVATE KEY"},
		"key behind text":         {file{"etc/app/all.pem", public + "\nnotes\n" + key}, "high", "PRIVATE KEY"},
		"key without an ending":   {file{"srv/k", privatePEM(t, "EC PRIVATE KEY")}, "high", "EC PRIVATE KEY"},
		"cosign's key":            {file{"root/cosign.key", privatePEM(t, "ENCRYPTED SIGSTORE PRIVATE KEY")}, "critical", "ENCRYPTED SIGSTORE PRIVATE KEY"},
		"cosign's key in a test":  {file{"src/test/cosign.key", privatePEM(t, "ENCRYPTED COSIGN PRIVATE KEY")}, "critical", "ENCRYPTED COSIGN PRIVATE KEY"},
		"a sample":                {file{"usr/lib/python3/test/keycert.pem", key}, "low", "PRIVATE KEY"},
		"not in a test directory": {file{"opt/latest/key.pem", key}, "high", "PRIVATE KEY"},
		"public":                  {file{"keys/cosign.pub", public}, "", ""},
		"words about it":          {file{"doc.md", "-----BEGIN PRIVATE KEY-----\nnot base64!\n-----END PRIVATE KEY-----\n" + strings.Repeat("x", 100)}, "", ""},
		"too large":               {file{"big", strings.Repeat("x", 64<<10) + key}, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			gone := layerOf(t, file{whiteout(tt.file.name), ""})
			img := build(t, debian(t), layerOf(t, tt.file), gone)
			set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", img)))
			layers, err := img.Layers()
			must(t, err)
			layer, err := layers[1].DiffID()
			must(t, err)
			want, got := []string{}, []string{}
			if tt.kind != "" {
				want = append(want, fmt.Sprintf("compose.yaml:3:12 %s: %s/acme/app holds a private key (%s): %s in the layer %s, which \"RUN something\" made", tt.severity, s.Host, tt.kind, tt.file.name, layer))
			}
			for _, f := range set.Findings {
				if f.Rule == "deps/image-private-key" {
					got = append(got, fmt.Sprintf("%s %s: %s", f.Location, f.Severity, f.Message))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || set.Judged["deps/image-private-key"] != 1 {
				t.Errorf("judged %v\n%s", set.Judged, diff)
			}
		})
	}
}

// whiteout is the entry by which a later layer removes a file.
func whiteout(name string) string {
	i := strings.LastIndexByte(name, '/') + 1
	return name[:i] + ".wh." + name[i:]
}

// More keys than are named are a gap: one of them could be accepted and hide the others.
func TestManyPrivateKeys(t *testing.T) {
	key := privatePEM(t, "PRIVATE KEY")
	var files []file
	for i := range 105 {
		files = append(files, file{fmt.Sprintf("keys/%03d.pem", i), key})
	}
	s := newShop(t)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", build(t, debian(t), layerOf(t, files...)))))
	n := 0
	for _, f := range set.Findings {
		if f.Rule == "deps/image-private-key" {
			n++
		}
	}
	if n != 100 || !strings.Contains(strings.Join(gaps(set), "\n"), "it holds more than 100 private keys in one layer; keys/100.pem and those behind it are not named") {
		t.Errorf("%d findings, gaps %q", n, gaps(set))
	}
}
