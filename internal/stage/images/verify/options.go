package verify

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// deadline bounds the verification of one signature with one key.
const deadline = 10 * time.Second

// keyOptions are always offline: no transparency log and no update service is asked.
func (c *checker) keyOptions(v signature.Verifier) *cosign.CheckOpts {
	o := c.options()
	o.SigVerifier, o.IgnoreTlog = v, c.ignoreLog()
	return o
}

// certificateOptions follow the trusted root: without logs of its own, as GitHub's for
// private repositories, signed timestamps are what makes a certificate valid.
func (c *checker) certificateOptions(id cosign.Identity) *cosign.CheckOpts {
	o := c.options()
	o.Identities = []cosign.Identity{id}
	o.IgnoreTlog = len(c.p.Roots.RekorLogs()) == 0
	o.IgnoreSCT = c.p.IgnoreSCT || len(c.p.Roots.CTLogs()) == 0
	o.UseSignedTimestamps = c.it.stamps > 0
	return o
}

// options always compare the claims, because without that the signature of any other
// image would do.
func (c *checker) options() *cosign.CheckOpts {
	o := &cosign.CheckOpts{TrustedMaterial: c.p.Roots, Offline: true, ClaimVerifier: cosign.SimpleClaimVerifier}
	switch {
	case c.it.Format == File: // the file itself is what was signed
		o.ClaimVerifier = nil
	case c.it.Statement():
		o.ClaimVerifier = cosign.IntotoSubjectClaimVerifier
	}
	return o
}

// verify hands the item to cosign.
func (c *checker) verify(o *cosign.CheckOpts) error {
	return guarded(c.ctx, func() error { return c.it.verify(c.ctx, c.digest, o) })
}

func (it Item) verify(ctx context.Context, digest string, o *cosign.CheckOpts) error {
	h, err := v1.NewHash(digest)
	if err != nil {
		return fmt.Errorf("read digest: %w", err)
	}
	switch it.Format {
	case Bundle:
		return it.verifyBundle(ctx, h, o)
	case File:
		return it.verifyFile(ctx, o)
	case LegacyStatement:
		_, err = cosign.VerifyBlobAttestation(ctx, it.legacy, h, o)
	default:
		_, err = cosign.VerifyImageSignature(ctx, it.legacy, h, o)
	}
	return err
}

// verifyBundle compares the predicate of the verified statement again: any statement
// about the image would verify.
func (it Item) verifyBundle(ctx context.Context, h v1.Hash, o *cosign.CheckOpts) error {
	raw, err := hex.DecodeString(h.Hex)
	if err != nil {
		return fmt.Errorf("read digest: %w", err)
	}
	result, err := cosign.VerifyNewBundle(ctx, o, verify.WithArtifactDigest(h.Algorithm, raw), it.bundle)
	if err != nil {
		return err
	}
	if result.Statement == nil || result.Statement.GetPredicateType() != it.predicate {
		return errors.New("the verified statement is not the one that was read")
	}
	return nil
}

var errUndecided = errors.New("undecided")

func (c *checker) undecided(err error) bool { return errors.Is(err, errUndecided) }

// guarded runs a verification that hostile input may crash or hang. A crash is a
// failure to verify; a hang leaves the question open.
func guarded(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("it crashes the verifier: %v", r)
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: verification took too long", errUndecided)
	}
}

// maxDetail bounds what a library's message, which may quote the image, adds to ours.
const maxDetail = 400

func short(err error) string {
	if err == nil {
		return "nothing was asked"
	}
	text := err.Error()
	if len(text) > maxDetail {
		text = text[:maxDetail] + "…"
	}
	return text
}
