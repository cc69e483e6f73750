package verify

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// deadline bounds the verification of one signature with one key.
const deadline = 10 * time.Second

//go:embed trusted_root.json
var builtinRoot []byte

// BuiltinRootDate is when the built-in copy of Sigstore's trusted root was taken.
const BuiltinRootDate = "2026-05-29"

// Roots are the transparency logs that are trusted.
type Roots = root.TrustedMaterial

// LoadRoots reads a Sigstore trusted_root.json; nil means the built-in one.
func LoadRoots(data []byte) (Roots, error) {
	if data == nil {
		data = builtinRoot
	}
	r, err := root.NewTrustedRootFromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("read Sigstore trusted root: %w", err)
	}
	return r, nil
}

// Log is what is asked of the transparency log, in the words of the configuration.
type Log string

// The log modes; empty means IfPresent.
const (
	Required  Log = "required"
	IfPresent Log = "if-present"
	Ignore    Log = "ignore"
)

// LogState is what is known of the log entry of a verified signature.
type LogState string

// The log states.
const (
	LogVerified LogState = "verified"
	LogAbsent   LogState = "absent"
	LogNotAsked LogState = "not asked"
)

// Policy says who may sign and what the log must show.
type Policy struct {
	Keys  []Key
	Log   Log
	Roots Roots
}

// Reason says which of the failures that look alike a verification met.
type Reason string

// The reasons; the empty one means verified.
const (
	Verified   Reason = ""
	Malformed  Reason = "malformed"
	WrongKey   Reason = "wrong key"
	OtherImage Reason = "other image"
	NoLog      Reason = "no log entry"
	BadLog     Reason = "bad log entry"
	// UnknownLog and Undecided are failures to judge, not judgements.
	UnknownLog Reason = "unknown log"
	Undecided  Reason = "undecided"
)

// Result is the outcome for one signature.
type Result struct {
	Item   Item
	Reason Reason
	// Key is the key that verified it.
	Key Key
	Log LogState
	// Detail explains the reason in a sentence without a full stop.
	Detail string
}

// Check verifies one signature of the digest against each key of the policy.
func Check(ctx context.Context, it Item, digest string, p Policy) Result {
	if it.malformed != nil {
		return Result{Item: it, Reason: Malformed, Detail: it.malformed.Error()}
	}
	ignore := p.Log == Ignore || p.Log != Required && !it.logged
	var last error
	for _, k := range p.Keys {
		for _, v := range k.verifiers {
			last = guarded(ctx, func() error { return it.verify(ctx, digest, options(v, p.Roots, ignore)) })
			if last == nil {
				return Result{Item: it, Key: k, Log: p.logState(it)}
			}
			if errors.Is(last, errUndecided) {
				return Result{Item: it, Reason: Undecided, Detail: last.Error()}
			}
		}
	}
	return it.diagnose(ctx, digest, p, last)
}

func (p Policy) logState(it Item) LogState {
	switch {
	case p.Log == Ignore:
		return LogNotAsked
	case it.logged:
		return LogVerified
	}
	return LogAbsent
}

// options are always offline: no transparency log and no update service is asked.
// ClaimVerifier is always set, because without it the signature of any other image
// would do.
func options(v signature.Verifier, roots Roots, ignoreLog bool) *cosign.CheckOpts {
	return &cosign.CheckOpts{
		SigVerifier: v, TrustedMaterial: roots, Offline: true, IgnoreTlog: ignoreLog,
		ClaimVerifier: cosign.SimpleClaimVerifier,
	}
}

func (it Item) verify(ctx context.Context, digest string, o *cosign.CheckOpts) error {
	h, err := v1.NewHash(digest)
	if err != nil {
		return fmt.Errorf("read digest: %w", err)
	}
	if it.Format == Legacy {
		_, err = cosign.VerifyImageSignature(ctx, it.legacy, h, o)
		return err
	}
	raw, err := hex.DecodeString(h.Hex)
	if err != nil {
		return fmt.Errorf("read digest: %w", err)
	}
	result, err := cosign.VerifyNewBundle(ctx, o, verify.WithArtifactDigest(h.Algorithm, raw), it.bundle)
	if err != nil {
		return err
	}
	if result.Statement == nil || result.Statement.GetPredicateType() != PredicateSignature {
		return errors.New("the verified statement is not a signature of an image")
	}
	return nil
}

// diagnose finds out why no key verified a signature.
func (it Item) diagnose(ctx context.Context, digest string, p Policy, last error) Result {
	r := Result{Item: it}
	switch signed := it.signedBy(ctx, p); {
	case signed == nil && it.keyless != "":
		r.Reason, r.Detail = WrongKey, fmt.Sprintf("it was made with a certificate for %s, not with a key of the policy", it.keyless)
	case signed == nil:
		r.Reason, r.Detail = WrongKey, "none of the keys fits: another key signed it, or it was altered"
	case !slices.Contains(it.claims, digest):
		r.Reason, r.Detail = OtherImage, fmt.Sprintf("key %s signed another image (%s); the signature was copied", signed.ID, firstOf(it.claims))
	case !it.logged:
		r.Reason, r.Detail = NoLog, fmt.Sprintf("key %s signed it, but it carries no entry of a transparency log, which the policy requires", signed.ID)
	case !it.knownLog(p.Roots):
		r.Reason, r.Detail = UnknownLog, fmt.Sprintf("key %s signed it, but its log %s is not in the trusted root", signed.ID, strings.Join(it.logs, ", "))
	default:
		r.Reason, r.Detail = BadLog, fmt.Sprintf("key %s signed it, but its log entry does not verify: %v", signed.ID, last)
	}
	return r
}

func firstOf(digests []string) string {
	if len(digests) == 0 {
		return "none that it names"
	}
	return digests[0]
}

// signedBy returns the key whose signature it is, whatever it signs.
func (it Item) signedBy(ctx context.Context, p Policy) *Key {
	for i, k := range p.Keys {
		for _, v := range k.verifiers {
			if guarded(ctx, func() error { return it.signature(ctx, v, p.Roots) }) == nil {
				return &p.Keys[i]
			}
		}
	}
	return nil
}

// signature checks the bare signature. Its answer is for messages only.
func (it Item) signature(ctx context.Context, v signature.Verifier, roots Roots) error {
	if it.Format == Bundle {
		_, err := cosign.VerifyNewBundle(ctx, options(v, roots, true), verify.WithoutArtifactUnsafe(), it.bundle)
		return err
	}
	b64, err := it.legacy.Base64Signature()
	if err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(b64)
	if err != nil {
		return err
	}
	return v.VerifySignature(bytes.NewReader(raw), bytes.NewReader(it.payload))
}

func (it Item) knownLog(roots Roots) bool {
	return slices.ContainsFunc(it.logs, func(id string) bool { return roots.RekorLogs()[id] != nil })
}

var errUndecided = errors.New("undecided")

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
