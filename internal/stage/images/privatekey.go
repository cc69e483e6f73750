package images

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// maxPrivateKey bounds the files that are looked into, in bytes.
const maxPrivateKey = 64 << 10

// privateTypes are the PEM types of cosign's own private keys.
var privateTypes = [...]string{"ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"}

// judgePrivateKeys looks for cosign's private keys, and for the private half of a key
// that is trusted, in files that look like keys.
func (s *Stage) judgePrivateKeys(ctx context.Context, set *finding.Set, p *plan.Plan) {
	if p.Tree == nil {
		return
	}
	for _, f := range p.Files {
		if !likeKey(path.Base(f.Name)) {
			continue
		}
		data, err := p.Tree.Read(f.Name, maxPrivateKey)
		if err != nil || !bytes.Contains(data, []byte("PRIVATE KEY-----")) {
			continue
		}
		set.Judge(rulePrivateKey, 1)
		if message := s.privateKey(ctx, f.Name, data); message != "" {
			set.Findings = append(set.Findings, finding.Finding{
				Rule: rulePrivateKey, Severity: finding.Critical, Message: message, Location: finding.Top(f.Name), Subject: f.Name,
			})
		}
	}
}

// likeKey is asked about every file.
func likeKey(base string) bool {
	switch path.Ext(base) {
	case ".key", ".pem", ".priv":
		return true
	}
	return strings.Contains(base, "private") || strings.Contains(base, "cosign")
}

func (s *Stage) privateKey(ctx context.Context, file string, data []byte) string {
	block, _ := pem.Decode(data)
	switch {
	case block == nil:
		return ""
	case slices.Contains(privateTypes[:], block.Type) && verify.OpensWithout(ctx, data):
		return fmt.Sprintf("%s is a private key of cosign that no passphrase protects", file)
	case slices.Contains(privateTypes[:], block.Type):
		return fmt.Sprintf("%s is a private key of cosign", file)
	}
	public, err := verify.PublicHalf(data)
	if err != nil {
		return ""
	}
	for _, k := range s.cfg.Keys {
		trusted, err := s.staticKey(k)
		if err == nil && trusted.Fingerprint == public.Fingerprint {
			return fmt.Sprintf("%s is the private half of the trusted key %s", file, k.ID)
		}
	}
	return ""
}

// staticKey is a key that needs no network.
func (s *Stage) staticKey(k config.Key) (verify.Key, error) {
	switch {
	case k.PEM != "":
		return verify.LoadKey(k.ID, []byte(k.PEM))
	case k.File != "":
		data, err := s.read(k.File)
		if err != nil {
			return verify.Key{}, err
		}
		return verify.LoadKey(k.ID, data)
	}
	return verify.Key{}, errors.New("it is not in a file")
}
