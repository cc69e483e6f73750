package verify

import (
	"context"
	"crypto"
	"encoding/pem"
	"errors"

	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// OpensWithout tells whether a private key of cosign opens with an empty passphrase.
func OpensWithout(ctx context.Context, data []byte) bool {
	return guarded(ctx, func() error {
		_, err := cosign.LoadPrivateKey(data, []byte{}, nil)
		return err
	}) == nil
}

// PublicHalf is the public key of a private key in PEM without a passphrase.
func PublicHalf(data []byte) (Key, error) {
	private, err := cryptoutils.UnmarshalPEMToPrivateKey(data, nil)
	if err != nil {
		return Key{}, errors.New("it is no private key in the clear")
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return Key{}, errors.New("it signs nothing")
	}
	der, err := cryptoutils.MarshalPublicKeyToPEM(signer.Public())
	if err != nil {
		return Key{}, errors.New("its public half has no PEM form")
	}
	if block, _ := pem.Decode(der); block == nil {
		return Key{}, errors.New("its public half has no PEM form")
	}
	return LoadKey("", der)
}
