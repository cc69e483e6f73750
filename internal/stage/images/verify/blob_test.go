package verify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/protobuf/encoding/protojson"
)

// fileKey is a key that signs files.
type fileKey struct {
	Key
	signer signature.Signer
}

func newFileKey(t *testing.T) fileKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	key, err := LoadKey("release", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signature.LoadECDSASigner(private, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return fileKey{Key: key, signer: signer}
}

func (k fileKey) sign(t *testing.T, data []byte) string {
	t.Helper()
	sig, err := k.signer.SignMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// bundled signs bytes as cosign sign-blob does, and returns key and bundle.
func bundled(t *testing.T, content sign.Content) (Key, []byte) {
	t.Helper()
	pair, err := sign.NewEphemeralKeypair(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := pair.GetPublicKeyPem()
	if err != nil {
		t.Fatal(err)
	}
	key, err := LoadKey("release", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := sign.Bundle(content, pair, sign.BundleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := protojson.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return key, data
}

func TestFiles(t *testing.T) {
	t.Parallel()
	data, k, other := []byte("MZ plug-in"), newFileKey(t), newFileKey(t)
	sig := k.sign(t, data)
	old, err := json.Marshal(map[string]any{"base64Signature": sig})
	if err != nil {
		t.Fatal(err)
	}
	bundleKey, bundle := bundled(t, &sign.PlainData{Data: data})
	statement := `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://spdx.dev/Document","subject":[{"digest":{"sha256":"` +
		"1f5ae6ef5db4ba3e2b5e0e0f9c1d1dd7e9bb9dd5b3a1c1b3d1f3d5e0d8f8b5a1" + `"}}],"predicate":{}}`
	statementKey, attested := bundled(t, &sign.DSSEData{Data: []byte(statement), PayloadType: "application/vnd.in-toto+json"})
	crash := strings.TrimSuffix(string(old), "}") + `,"rekorBundle":{"SignedEntryTimestamp":"AA==","Payload":{"body":1}}}`
	for name, tc := range map[string]struct {
		sig  string
		key  Key
		log  Log
		want Reason
	}{
		"detached":                 {sig, k.Key, "", Verified},
		"detached with a line end": {sig + "\n", k.Key, "", Verified},
		"older bundle":             {string(old), k.Key, "", Verified},
		"bundle":                   {string(bundle), bundleKey, "", Verified},
		"other key":                {sig, other.Key, "", WrongKey},
		"bundle of another key":    {string(bundle), k.Key, "", WrongKey},
		"other file":               {k.sign(t, []byte("MZ")), k.Key, "", WrongKey},
		"log required":             {sig, k.Key, Required, NoLog},
		"bundle, log required":     {string(bundle), bundleKey, Required, NoLog},
		"a statement about it":     {string(attested), statementKey, "", Malformed},
		"P1 body that is no text":  {crash, k.Key, "", Malformed},
		"empty":                    {"", k.Key, "", Malformed},
		"binary":                   {"\x00\xff", k.Key, "", Malformed},
		"other JSON":               {"{}", k.Key, "", Malformed},
		"null bundle":              {`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":null}`, k.Key, "", Malformed},
	} {
		r := CheckFile(t.Context(), data, []byte(tc.sig), Policy{Keys: []Key{tc.key}, Log: tc.log, Roots: &root.BaseTrustedMaterial{}})
		if r.Reason != tc.want || r.Detail == "" && tc.want != Verified {
			t.Errorf("%s: %q (%s), want %q", name, r.Reason, r.Detail, tc.want)
		}
		if tc.want == Verified && r.Signer.Fingerprint != tc.key.Fingerprint {
			t.Errorf("%s: signed by %+v", name, r.Signer)
		}
	}
}

func FuzzCheckFile(f *testing.F) {
	for _, s := range []string{"", "AA==", `{"base64Signature":"AA==","cert":"AA==","rekorBundle":{"Payload":{}}}`,
		`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":{},"verificationMaterial":{"publicKey":{}}}`} {
		f.Add([]byte("data"), []byte(s))
	}
	f.Fuzz(func(t *testing.T, data, sig []byte) {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := verifiers(private.Public())
		if err != nil {
			t.Fatal(err)
		}
		p := Policy{Keys: []Key{{ID: "k", Fingerprint: "f", verifiers: keys}}, Roots: &root.BaseTrustedMaterial{}}
		if r := CheckFile(context.Background(), data, sig, p); r.Reason == Verified {
			t.Fatalf("a key that never signed verified %q", sig)
		}
	})
}
