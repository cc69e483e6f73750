package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"github.com/sigstore/cosign/v2/pkg/cosign"
	sigverify "github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// File is the format of a signature over bare bytes: detached, or in a bundle.
const File Format = "file"

// CheckFile verifies the signature of a file: a Sigstore bundle, the older bundle that
// cosign sign-blob wrote, or the signature alone in base64. A statement about the file
// is no signature of it.
func CheckFile(ctx context.Context, data, sig []byte, p Policy) Result {
	sum := sha256.Sum256(data)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	it := parseFile(data, sig)
	switch {
	case it.malformed != nil:
		return Result{Item: it, Reason: Malformed, Detail: it.malformed.Error()}
	case it.Format != File:
		return Check(ctx, it, digest, p)
	}
	it.claims = []string{digest}
	c := checker{ctx: ctx, it: it, digest: digest, p: p}
	if r, done := c.keys(); done {
		return r
	}
	if it.certificate != nil {
		return c.keyless()
	}
	return c.diagnoseKey()
}

// parseFile reads a signature in any of its forms.
func parseFile(data, sig []byte) Item {
	text := bytes.TrimSpace(sig)
	if len(text) == 0 || text[0] != '{' {
		return detached(data, map[string]string{annotationSignature: string(text)})
	}
	var old struct {
		Signature string          `json:"base64Signature"`
		Cert      string          `json:"cert"`
		Entry     json.RawMessage `json:"rekorBundle"`
	}
	if json.Unmarshal(text, &old) == nil && old.Signature != "" {
		a := map[string]string{annotationSignature: old.Signature, annotationCertificate: certificatePEM(old.Cert)}
		if len(old.Entry) > 0 && string(old.Entry) != "null" {
			a[annotationBundle] = string(old.Entry)
		}
		return detached(data, a)
	}
	return fileBundle(data, text)
}

// certificatePEM is the certificate of an older bundle, which may be base64 of PEM.
func certificatePEM(text string) string {
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil && !strings.HasPrefix(text, "-----") {
		return string(raw)
	}
	return text
}

// detached is a signature beside the file; the file is what it signs.
func detached(data []byte, annotations map[string]string) Item {
	it := parseLegacy(registry.Descriptor{Annotations: annotations}, data)
	it.Format, it.repository = File, ""
	return it
}

func fileBundle(data, sig []byte) Item {
	it := parseBundle(registry.Descriptor{}, sig)
	if errors.Is(it.malformed, errBareBytes) {
		it.Format, it.malformed = File, nil
		it.raw, it.signed = it.bundle.GetMessageSignature().GetSignature(), data
	}
	return it
}

// verifyFile hands the file and its signature to cosign.
func (it Item) verifyFile(ctx context.Context, o *cosign.CheckOpts) error {
	if it.bundle == nil {
		_, err := cosign.VerifyBlobSignature(ctx, it.legacy, o)
		return err
	}
	_, err := cosign.VerifyNewBundle(ctx, o, sigverify.WithArtifact(bytes.NewReader(it.signed)), it.bundle)
	return err
}
