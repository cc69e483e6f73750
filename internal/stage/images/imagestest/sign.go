package imagestest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"
)

// Predicate types of the statements that Attest can write.
const (
	PredicateSignature = "https://sigstore.dev/cosign/sign/v1"
	PredicateSPDX      = "https://spdx.dev/Document"
)

// Algorithms of keys beside the default, ECDSA P-256.
const (
	P384      = protocommon.PublicKeyDetails_PKIX_ECDSA_P384_SHA_384
	P521      = protocommon.PublicKeyDetails_PKIX_ECDSA_P521_SHA_512
	RSA2048   = protocommon.PublicKeyDetails_PKIX_RSA_PKCS1V15_2048_SHA256
	Ed25519   = protocommon.PublicKeyDetails_PKIX_ED25519
	Ed25519PH = protocommon.PublicKeyDetails_PKIX_ED25519_PH
)

// Key is a generated key pair that lives as long as the process.
type Key struct {
	// PublicPEM is the public key, fit for images.keys.
	PublicPEM string
	pair      *sign.EphemeralKeypair
}

// NewKey generates an ECDSA P-256 key, as cosign does.
func NewKey() (*Key, error) {
	return NewKeyOf(protocommon.PublicKeyDetails_PUBLIC_KEY_DETAILS_UNSPECIFIED)
}

// NewKeyOf generates a key of one of the algorithms above.
func NewKeyOf(algorithm protocommon.PublicKeyDetails) (*Key, error) {
	pair, err := sign.NewEphemeralKeypair(&sign.EphemeralKeypairOptions{Algorithm: algorithm})
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	pem, err := pair.GetPublicKeyPem()
	if err != nil {
		return nil, fmt.Errorf("encode public key: %w", err)
	}
	return &Key{PublicPEM: pem, pair: pair}, nil
}

// Sign returns the raw signature of data.
func (k *Key) Sign(data []byte) ([]byte, error) {
	sig, _, err := k.pair.SignData(context.Background(), data)
	return sig, err
}

// Layer is one signature of the older format, for tests that need to forge one.
type Layer struct {
	Payload     []byte
	Annotations map[string]string
}

// SignedLayer signs the image in the older format.
func SignedLayer(image string, k *Key) (Layer, error) {
	payload, err := simpleSigning(image)
	if err != nil {
		return Layer{}, err
	}
	sig, err := k.Sign(payload)
	if err != nil {
		return Layer{}, fmt.Errorf("sign %s: %w", image, err)
	}
	return Layer{payload, map[string]string{"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(sig)}}, nil
}

// simpleSigning is what the older format signs.
func simpleSigning(image string) ([]byte, error) {
	ref, err := split(image)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"critical":{"identity":{"docker-reference":%q},"image":{"docker-manifest-digest":%q},"type":"cosign container image signature"},"optional":null}`,
		ref.Context().Name(), ref.DigestStr()), nil
}

// SignLegacy signs the image and stores the signature below the tag sha256-<hex>.sig,
// without an entry of a transparency log. It replaces what is there.
func (r *Registry) SignLegacy(image string, k *Key) error {
	layer, err := SignedLayer(image, k)
	if err != nil {
		return err
	}
	return r.PutLayers(image, layer)
}

// PutLayers stores signatures of the older format for the image, valid or not.
func (r *Registry) PutLayers(image string, layers ...Layer) error {
	return r.putLayers(image, ".sig", "application/vnd.dev.cosign.simplesigning.v1+json", layers)
}

// PutStatements stores statements of the older format about the image, valid or not.
func (r *Registry) PutStatements(image string, layers ...Layer) error {
	return r.putLayers(image, ".att", "application/vnd.dsse.envelope.v1+json", layers)
}

func (r *Registry) putLayers(image, kind string, mediaType types.MediaType, layers []Layer) error {
	ref, err := split(image)
	if err != nil {
		return err
	}
	signatures := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	for _, l := range layers {
		signatures, err = mutate.Append(signatures, mutate.Addendum{Layer: static.NewLayer(l.Payload, mediaType), Annotations: l.Annotations})
		if err != nil {
			return fmt.Errorf("add signature: %w", err)
		}
	}
	digest := ref.DigestStr()
	tag := ref.Context().Tag("sha256-" + digest[len("sha256:"):] + kind)
	if err := remote.Write(tag, signatures); err != nil {
		return fmt.Errorf("push %s: %w", tag, err)
	}
	return nil
}

// SignBundle signs the image and stores the signature as a Sigstore bundle that refers
// to it, without an entry of a transparency log.
func (r *Registry) SignBundle(image string, k *Key) error {
	return r.Attest(image, k, PredicateSignature, struct{}{})
}

// Attest stores a signed statement of any predicate type about the image as a bundle.
func (r *Registry) Attest(image string, k *Key, predicateType string, predicate any) error {
	bundle, err := NewBundle(image, k, predicateType, predicate)
	if err != nil {
		return err
	}
	return r.PutBundle(image, bundle)
}

// NewBundle signs a statement about the image and returns the bundle's JSON.
func NewBundle(image string, k *Key, predicateType string, predicate any) ([]byte, error) {
	statement, err := Statement(image, predicateType, predicate)
	if err != nil {
		return nil, err
	}
	bundle, err := sign.Bundle(&sign.DSSEData{Data: statement, PayloadType: "application/vnd.in-toto+json"}, k.pair, sign.BundleOptions{})
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", image, err)
	}
	return protojson.Marshal(bundle)
}

// PutBundle stores a bundle, valid or not, that refers to the image.
func (r *Registry) PutBundle(image string, bundle []byte) error {
	ref, err := split(image)
	if err != nil {
		return err
	}
	subject, err := remote.Head(ref)
	if err != nil {
		return fmt.Errorf("look up %s: %w", ref, err)
	}
	const mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Subject: subject}
	if m.Config, err = upload(ref.Context(), []byte("{}"), "application/vnd.oci.empty.v1+json"); err != nil {
		return err
	}
	layer, err := upload(ref.Context(), bundle, mediaType)
	if err != nil {
		return err
	}
	m.Layers = []v1.Descriptor{layer}
	return putManifest(ref.Context(), m, mediaType)
}

func upload(repo name.Repository, data []byte, mediaType types.MediaType) (v1.Descriptor, error) {
	layer := static.NewLayer(data, mediaType)
	if err := remote.WriteLayer(repo, layer); err != nil {
		return v1.Descriptor{}, fmt.Errorf("push blob: %w", err)
	}
	digest, err := layer.Digest()
	return v1.Descriptor{MediaType: mediaType, Digest: digest, Size: int64(len(data))}, err
}

// raw is a manifest that the registry client takes as it is.
type raw []byte

func (m raw) RawManifest() ([]byte, error)        { return m, nil }
func (m raw) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

func putManifest(repo name.Repository, m v1.Manifest, artifactType string) error {
	data, err := json.Marshal(struct {
		v1.Manifest
		ArtifactType string `json:"artifactType"`
	}{m, artifactType})
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	digest, _, err := v1.SHA256(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("compute digest: %w", err)
	}
	if err := remote.Put(repo.Digest(digest.String()), raw(data)); err != nil {
		return fmt.Errorf("push manifest: %w", err)
	}
	return nil
}
