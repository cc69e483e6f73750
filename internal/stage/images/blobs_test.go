package images

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigstore/cosign/v2/pkg/cosign"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// sigOf is the detached signature of a file.
func sigOf(t *testing.T, k *imagestest.Key, data string) string {
	t.Helper()
	sig, err := k.Sign([]byte(data))
	must(t, err)
	return base64.StdEncoding.EncodeToString(sig)
}

func plugin(t *testing.T, version string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("dotnet", "testdata", version+".dll"))
	must(t, err)
	return string(data)
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	fits, old := plugin(t, "Fits"), plugin(t, "Old")
	w := newWorld(t, imagestest.Options{})
	rule := config.Blob{Files: []string{"plugins/**/*.dll"}, Keys: []string{"release"}, PluginVersion: "2.1"}
	good := sigOf(t, w.key, fits)
	for name, tc := range map[string]struct {
		rule  config.Blob
		files map[string]string
		want  []string
		words string
	}{
		"signed and fitting":         {rule, map[string]string{"plugins/a/A.dll": fits, "plugins/a/A.dll.sig": good}, nil, ""},
		"unsigned":                   {rule, map[string]string{"plugins/A.dll": fits}, []string{"blob/unsigned high"}, "plugins/A.dll has no signature beside it: none of .sigstore.json, .bundle, .sig"},
		"by a stranger":              {rule, map[string]string{"plugins/A.dll": fits, "plugins/A.dll.sig": sigOf(t, w.stranger, fits)}, []string{"blob/invalid-signature critical"}, "none of the keys fits: another key signed it, or it was altered (wrong key)"},
		"changed afterwards":         {rule, map[string]string{"plugins/A.dll": fits + "\x00", "plugins/A.dll.sig": good}, []string{"blob/invalid-signature critical"}, "(wrong key)"},
		"bad bundle, good signature": {rule, map[string]string{"plugins/A.dll": fits, "plugins/A.dll.bundle": "{}", "plugins/A.dll.sig": good}, nil, ""},
		"log required": {config.Blob{Files: rule.Files, Keys: rule.Keys, Log: "required"}, map[string]string{"plugins/A.dll": fits, "plugins/A.dll.sig": good},
			[]string{"blob/invalid-signature critical"}, "which the policy requires (no log entry)"},
		"other version": {rule, map[string]string{"plugins/A.dll": old, "plugins/A.dll.sig": sigOf(t, w.key, old)}, []string{"blob/plugin-version medium"}, `is made for version "1.9" of its host, not for 2.1`},
		"no version":    {rule, map[string]string{"plugins/A.dll": plugin(t, "Without"), "plugins/A.dll.sig": sigOf(t, w.key, plugin(t, "Without"))}, []string{"blob/plugin-version medium"}, "does not carry StellaPluginVersion"},
		"no assembly":   {rule, map[string]string{"plugins/A.dll": "MZ", "plugins/A.dll.sig": sigOf(t, w.key, "MZ")}, []string{"blob/plugin-version medium"}, "it is no readable .NET assembly"},
		"nothing there": {rule, map[string]string{"plugin/A.dll": fits}, []string{"gap"}, "images.blobs[0] matches no file"},
		"all files":     {config.Blob{Files: []string{"plugins/*"}, Keys: rule.Keys}, map[string]string{"plugins/x": "1", "plugins/x.sig": sigOf(t, w.key, "1"), "plugins/lone.sig": "2"}, []string{"blob/unsigned high"}, "plugins/lone.sig has no signature"},
	} {
		w.cfg.Blobs, w.cfg.Rules = []config.Blob{tc.rule}, nil
		w.opts.Dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("no connection is needed")
		}
		for _, w.opts.Offline = range []bool{false, true} {
			_, set := w.runFiles(tc.files)
			w.expect(set, tc.want, tc.words)
			if t.Failed() {
				t.Fatal(name)
			}
		}
	}
	w.cfg.Keys = append(w.cfg.Keys, config.Key{ID: "web", URL: "https://example.com/cosign.pub", SHA256: strings.Repeat("0", 64)})
	_, set := w.runFiles(map[string]string{"plugins/A.dll": fits})
	w.expect(set, []string{"gap"}, "could not be verified offline, because a key or a trusted root must be fetched")
}

func TestSPDXNamesTheImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	ref := w.push("1.2.3")
	hex := strings.TrimPrefix(digestOf(ref), "sha256:")
	w.cfg.Rules = nil
	w.cfg.Blobs = []config.Blob{{Files: []string{"*.spdx.json"}, Keys: []string{"release"}, Image: w.registry.Host + "/acme/*"}}
	for name, tc := range map[string]struct {
		spdx  string
		image string
		want  []string
		words string
	}{
		"checksum":      {`{"spdxVersion":"SPDX-2.3","packages":[{"checksums":[{"algorithm":"SHA256","checksumValue":"` + hex + `"}]}]}`, ref, nil, ""},
		"purl":          {`{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceLocator":"pkg:oci/app@sha256%3A` + hex + `?arch=amd64"}]}]}`, ref, nil, ""},
		"version":       {`{"spdxVersion":"SPDX-2.2","packages":[{"name":"app","versionInfo":"sha256:` + hex + `"}]}`, ref, nil, ""},
		"by the tag":    {`{"spdxVersion":"SPDX-2.2","packages":[{"name":"app","versionInfo":"sha256:` + hex + `"}]}`, bare(ref), []string{"image/unpinned medium"}, ""},
		"another build": {`{"spdxVersion":"SPDX-2.3","packages":[{"versionInfo":"1.2.3"}],"comment":"` + hex + `"}`, ref, []string{"blob/names-no-image medium"}, "does not name " + w.registry.Host + "/acme/app@sha256:" + hex},
		"no SPDX":       {`{"bomFormat":"CycloneDX"}`, ref, []string{"blob/names-no-image medium"}, "is not an SPDX 2 document"},
		"no image":      {`{"spdxVersion":"SPDX-2.3"}`, "other@" + someDigest, []string{"gap", "gap"}, "no deployed image with a known digest matches"},
	} {
		_, set := w.runFiles(map[string]string{
			"app.spdx.json": tc.spdx, "app.spdx.json.sig": sigOf(t, w.key, tc.spdx), "Dockerfile": "FROM " + tc.image + "\n",
		})
		w.expect(set, tc.want, tc.words)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// pair is a key pair in PEM.
func pair(t *testing.T) (public, private string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	half, err := x509.MarshalPKIXPublicKey(key.Public())
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: half})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestPrivateKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	open, err := cosign.GenerateKeyPair(func(bool) ([]byte, error) { return nil, nil })
	must(t, err)
	locked, err := cosign.GenerateKeyPair(func(bool) ([]byte, error) { return []byte("secret"), nil })
	must(t, err)
	trusted, half := pair(t)
	_, other := pair(t)
	w.cfg.Keys[0].PEM = trusted
	_, set := w.runFiles(map[string]string{
		"cosign.key": string(open.PrivateBytes), "keys/locked.pem": string(locked.PrivateBytes), "tls/server.pem": other,
		"deploy/private.txt": half, "keys/cosign.pub": w.key.PublicPEM, "notes.key": "-----BEGIN PRIVATE KEY-----", "README.md": string(open.PrivateBytes),
	})
	want := []string{
		"cosign.key:1:1 image/private-key critical: cosign.key is a private key of cosign that no passphrase protects",
		"deploy/private.txt:1:1 image/private-key critical: deploy/private.txt is the private half of the trusted key release",
		"keys/locked.pem:1:1 image/private-key critical: keys/locked.pem is a private key of cosign",
	}
	if diff := cmp.Diff(want, said(set)); diff != "" {
		t.Error(diff)
	}
	if text, err := json.Marshal(set); err != nil || strings.Contains(string(text), "BEGIN") {
		t.Error(fmt.Errorf("a key got into the report: %w", err))
	}
}
