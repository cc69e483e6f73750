package images

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// Limits of what is read of the repository.
const (
	maxBlob       = 64 << 20
	maxBlobs      = 1000
	maxSignature  = 1 << 20
	maxPrivateKey = 64 << 10
)

// signatureEndings are those of the files that hold a file's signature, best first.
var signatureEndings = [...]string{".sigstore.json", ".bundle", ".sig"}

// blobRules are about files of the repository.
func blobRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: ruleBlobUnsigned, Severity: finding.High, Controls: []string{"SHG-6.08"},
			Title:       "A file that must be signed is not signed",
			Description: "images.blobs demands a signature of the file, and none stands beside it. Whoever can replace the file replaces what it does.",
			Remediation: "Sign it: cosign sign-blob --key KEY --bundle FILE.sigstore.json FILE.",
		},
		{
			ID: ruleBlobSignature, Severity: finding.Critical, Controls: []string{"SHG-6.08"},
			Title:       "The signature of a file is not valid under the policy",
			Description: "A signature stands beside the file, but another key made it, it is of another file, or it lacks what the policy demands.",
			Remediation: "Do not ship the file. Find out who changed or signed it, and sign the right one with the right key.",
		},
		{
			ID: rulePluginVersion, Severity: finding.Medium, Controls: []string{"SHG-6.09"},
			Title:       "A plug-in does not declare the version of its host",
			Description: "The host loads plug-ins whose StellaPluginVersion names its own major and minor version; others fail at start, or worse, later.",
			Remediation: "Build the plug-in for this version of the host: [assembly: StellaPluginVersion(\"major.minor\")].",
		},
		{
			ID: ruleNamesNoImage, Severity: finding.Medium, Controls: []string{"SHG-6.05"},
			Title:       "An SPDX file does not name the image that is deployed",
			Description: "A bill of materials that names no digest may describe any build of the image, so nobody can tell what the deployed one holds.",
			Remediation: "Make the file of the very image: its package names the digest, as a checksum or in a purl pkg:oci/name@sha256:….",
		},
		{
			ID: rulePrivateKey, Severity: finding.Critical,
			Title:       "The repository holds a private signing key",
			Description: "Whoever reads the repository can sign in the name of its owner, at once or after guessing the passphrase.",
			Remediation: "Take the key out of the history, replace it everywhere, and keep the new one in a key service or a secret store.",
		},
	}
}

// blobCheck verifies the files of the repository that images.blobs names.
type blobCheck struct {
	ctx     context.Context
	set     *finding.Set
	plan    *plan.Plan
	names   map[string]bool
	digests []deployed
}

// deployed is an image of the plan with its digest.
type deployed struct{ name, digest string }

// judgeBlobs judges every entry of images.blobs. That needs no registry, except for
// what an SPDX file must name.
func (r *run) judgeBlobs(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use, answers map[reference.Reference]*answer) error {
	b := blobCheck{ctx: ctx, set: set, plan: p, names: map[string]bool{}}
	for _, f := range p.Files {
		b.names[f.Name] = true
	}
	for _, ref := range references(uses) {
		digest := ref.Digest
		if a := answers[ref]; a != nil {
			digest = a.digest
		}
		if d := (deployed{r.stage.original(ref).Name(), digest}); digest != "" && !slices.Contains(b.digests, d) {
			b.digests = append(b.digests, d)
		}
	}
	for i, blob := range r.stage.cfg.Blobs {
		rule := config.ImageRule{Keys: blob.Keys, Identities: blob.Identities, Root: blob.Root, Log: blob.Log}
		d, err := r.newRule(i, rule)
		if err != nil {
			return err
		}
		b.judge(fmt.Sprintf("images.blobs[%d]", i), blob, d.authorities[0].policy)
	}
	return nil
}

// blobsOffline judges what needs no connection at all.
func (s *Stage) blobsOffline(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use) error {
	if len(s.cfg.Blobs) == 0 {
		return nil
	}
	fetched := slices.ContainsFunc(s.cfg.Keys, func(k config.Key) bool { return k.File == "" && k.URL != "" }) ||
		slices.ContainsFunc(s.cfg.Roots, func(r config.Root) bool { return r.File == "" })
	if fetched {
		set.Gaps = append(set.Gaps, finding.Gap{Message: "the files of images.blobs could not be verified offline, because a key or a trusted root must be fetched; give it as a file"})
		return nil
	}
	r, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	return r.judgeBlobs(ctx, set, p, uses, nil)
}

func (b *blobCheck) gap(file, format string, args ...any) {
	at := finding.Location{}
	if file != "" {
		at = finding.Top(file)
	}
	b.set.Gaps = append(b.set.Gaps, finding.Gap{Location: at, Message: fmt.Sprintf(format, args...)})
}

func (b *blobCheck) judge(name string, blob config.Blob, p verify.Policy) {
	files := b.match(blob.Files)
	switch {
	case len(files) == 0:
		b.gap("", "%s matches no file, so nothing was verified; correct its files: %s", name, strings.Join(blob.Files, ", "))
	case len(files) > maxBlobs:
		b.gap("", "%s matches more than %d files; narrow its files", name, maxBlobs)
		files = files[:maxBlobs]
	}
	for _, file := range files {
		data, err := b.plan.Tree.Read(file, maxBlob)
		if err != nil {
			b.gap(file, "%s could not be verified: %v", file, err)
			continue
		}
		b.judgeSignature(file, data, p)
		if blob.PluginVersion != "" {
			b.judgeVersion(file, data, blob.PluginVersion)
		}
		if blob.Image != "" {
			b.judgeSubject(file, data, blob.Image)
		}
	}
	b.set.Cover("signed files", b.set.Coverage["signed files"]+len(files))
}

// match are the files of the globs, without those that hold the signature of another.
func (b *blobCheck) match(globs []string) (files []string) {
	for _, f := range b.plan.Files {
		if slices.ContainsFunc(globs, func(g string) bool { return doublestar.MatchUnvalidated(g, f.Name) }) && !b.isSignature(f.Name) {
			files = append(files, f.Name)
		}
	}
	return files
}

func (b *blobCheck) isSignature(name string) bool {
	return slices.ContainsFunc(signatureEndings[:], func(ending string) bool {
		base, ok := strings.CutSuffix(name, ending)
		return ok && b.names[base]
	})
}

func (b *blobCheck) add(rule, file, message string) {
	b.set.Findings = append(b.set.Findings, finding.Finding{
		Rule: rule, Severity: severityOf(rule), Message: message, Location: finding.Top(file), Subject: file,
	})
}

// judgeSignature wants one valid signature among those that stand beside the file.
func (b *blobCheck) judgeSignature(file string, data []byte, p verify.Policy) {
	var why []string
	for _, ending := range signatureEndings {
		if !b.names[file+ending] {
			continue
		}
		sig, err := b.plan.Tree.Read(file+ending, maxSignature)
		if err != nil {
			b.gap(file+ending, "%s could not be verified: %v", file, err)
			return
		}
		res := verify.CheckFile(b.ctx, data, sig, p)
		switch res.Reason {
		case verify.Verified:
			b.set.Judge(ruleBlobUnsigned, 1)
			b.set.Judge(ruleBlobSignature, 1)
			return
		case verify.Undecided, verify.UnknownLog:
			b.gap(file+ending, "the signature of %s could not be judged: %s", file, res.Detail)
			return
		}
		why = append(why, fmt.Sprintf("%s: %s (%s)", file+ending, res.Detail, res.Reason))
	}
	b.set.Judge(ruleBlobUnsigned, 1)
	if len(why) == 0 {
		b.add(ruleBlobUnsigned, file, fmt.Sprintf("%s has no signature beside it: none of %s", file, strings.Join(signatureEndings[:], ", ")))
		return
	}
	b.set.Judge(ruleBlobSignature, 1)
	b.add(ruleBlobSignature, file, fmt.Sprintf("%s has no valid signature: %s", file, atMost(why)))
}

// privateTypes are the PEM types of cosign's own private keys.
var privateTypes = [...]string{"ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"}

// judgePrivateKeys looks for cosign's private keys, and for the private half of a key
// that is trusted, in files that look like keys.
func (s *Stage) judgePrivateKeys(ctx context.Context, set *finding.Set, p *plan.Plan) {
	if p.Tree == nil {
		return
	}
	for _, f := range p.Files {
		if !doublestar.MatchUnvalidated("{**/,}{*.key,*.pem,*.priv,*private*,*cosign*}", f.Name) {
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
