package imagestest

import (
	"cmp"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// target is the name under which update repositories serve a trusted root.
const target = "trusted_root.json"

// TUF is an update repository that serves a trusted root, in the form of the TUF
// specification with consistent snapshots.
type TUF struct {
	// First is the root that clients start from.
	First []byte
	// Files are what is served, by path.
	Files map[string][]byte
}

// NewTUF makes a repository whose roles end at the time given for each, else far in the
// future. The root that is served was renewed once.
func NewTUF(trustedRoot []byte, ends map[string]time.Time) (*TUF, error) {
	keys := map[string]ed25519.PrivateKey{}
	until := func(role string) time.Time {
		if t, ok := ends[role]; ok {
			return t
		}
		return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	root := metadata.Root(until(metadata.ROOT))
	root.Signed.ConsistentSnapshot = true
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		key, err := metadata.KeyFromPublicKey(private.Public())
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		if err := root.Signed.AddKey(key, role); err != nil {
			return nil, fmt.Errorf("add key: %w", err)
		}
		keys[role] = private
	}
	r := &TUF{Files: map[string][]byte{}}
	var err error
	put := func(name string, data []byte, failed error) {
		r.Files[name] = data
		err = cmp.Or(err, failed)
	}
	r.First, err = signed(root, keys[metadata.ROOT])
	root.Signed.Version = 2
	targets := metadata.Targets(until(metadata.TARGETS))
	file, failed := metadata.TargetFile().FromBytes(target, trustedRoot, "sha256")
	targets.Signed.Targets[target] = file
	sum := sha256.Sum256(trustedRoot)
	put("targets/"+hex.EncodeToString(sum[:])+"."+target, trustedRoot, failed)
	data, failed := signed(root, keys[metadata.ROOT])
	put("2.root.json", data, failed)
	data, failed = signed(targets, keys[metadata.TARGETS])
	put("1.targets.json", data, failed)
	data, failed = signed(metadata.Snapshot(until(metadata.SNAPSHOT)), keys[metadata.SNAPSHOT])
	put("1.snapshot.json", data, failed)
	data, failed = signed(metadata.Timestamp(until(metadata.TIMESTAMP)), keys[metadata.TIMESTAMP])
	put("timestamp.json", data, failed)
	return r, err
}

// signed replaces the signatures of a role's metadata by one of the key.
func signed[T metadata.Roles](m *metadata.Metadata[T], key ed25519.PrivateKey) ([]byte, error) {
	signer, err := signature.LoadSigner(key, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("load signer: %w", err)
	}
	m.ClearSignatures()
	if _, err := m.Sign(signer); err != nil {
		return nil, fmt.Errorf("sign metadata: %w", err)
	}
	return m.ToBytes(false)
}

// ServeHTTP serves the files and refuses everything else.
func (r *TUF) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	data, ok := r.Files[strings.TrimPrefix(req.URL.Path, "/")]
	if !ok {
		http.NotFound(w, req)
		return
	}
	_, _ = w.Write(data)
}
