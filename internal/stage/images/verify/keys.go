// Package verify answers whether an image was signed by one of the keys that a policy
// names. It reads both formats in which cosign stores signatures and hands every
// single one to cosign's own verification, after parsing it within bounds.
package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

// maxKey bounds a PEM file, in bytes; minRSA the modulus, in bits.
const (
	maxKey = 64 << 10
	minRSA = 2048
)

// Key is a public key that may sign.
type Key struct {
	// ID is the name that rules use.
	ID string
	// Fingerprint is sha256:<hex> of the key's SubjectPublicKeyInfo (RFC 5280, 4.1).
	Fingerprint string
	// verifiers are the ways in which the key's algorithm is used, at least one.
	verifiers []signature.Verifier
}

// LoadKey reads a public key in PEM: ECDSA on P-256, P-384 or P-521, RSA of at least
// 2048 bits, or Ed25519, which cosign uses both plain and pre-hashed.
func LoadKey(id string, pem []byte) (Key, error) {
	if len(pem) > maxKey {
		return Key{}, fmt.Errorf("it is larger than %d bytes", maxKey)
	}
	public, err := cryptoutils.UnmarshalPEMToPublicKey(pem)
	if err != nil {
		return Key{}, errors.New("it is not a public key in PEM")
	}
	if err := supported(public); err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Key{}, fmt.Errorf("encode the public key: %w", err)
	}
	sum := sha256.Sum256(der)
	k := Key{ID: id, Fingerprint: "sha256:" + hex.EncodeToString(sum[:])}
	k.verifiers, err = verifiers(public)
	return k, err
}

func supported(public crypto.PublicKey) error {
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		if p.Curve != elliptic.P256() && p.Curve != elliptic.P384() && p.Curve != elliptic.P521() {
			return fmt.Errorf("the curve %s is not supported; use P-256", p.Curve.Params().Name)
		}
	case *rsa.PublicKey:
		if p.N.BitLen() < minRSA {
			return fmt.Errorf("an RSA key of %d bits is too weak; use %d or more", p.N.BitLen(), minRSA)
		}
	case ed25519.PublicKey:
	default:
		return fmt.Errorf("keys of type %T are not supported; use ECDSA P-256", public)
	}
	return nil
}

func verifiers(public crypto.PublicKey) ([]signature.Verifier, error) {
	// cosign's own choice of the hash: the curve's, and the pre-hashed Ed25519.
	first, err := signature.LoadDefaultVerifier(public, *cosign.GetDefaultLoadOptions(nil)...)
	if err != nil {
		return nil, fmt.Errorf("load the public key: %w", err)
	}
	if _, ok := public.(ed25519.PublicKey); !ok {
		return []signature.Verifier{first}, nil
	}
	plain, err := signature.LoadDefaultVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("load the public key: %w", err)
	}
	return []signature.Verifier{first, plain}, nil
}
