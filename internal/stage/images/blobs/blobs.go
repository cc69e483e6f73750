// Package blobs verifies the files of the repository that images.blobs names: signed by
// whom the policy accepts, made for the host's version, and about the image that is
// deployed.
package blobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// Limits of what is read of the repository.
const (
	maxBlob      = 64 << 20
	maxBlobs     = 1000
	maxSignature = 1 << 20
)

// signatureEndings are those of the files that hold a file's signature, best first.
var signatureEndings = [...]string{".sigstore.json", ".bundle", ".sig"}

// Image is an image of the plan with its digest.
type Image struct{ Name, Digest string }

// Check verifies files of the plan and adds to the set.
type Check struct {
	Set  *finding.Set
	Plan *plan.Plan
	// Deployed are the images whose digest is known.
	Deployed []Image

	names map[string]bool
}

// gap notes something about a file, or about the globs of an entry, that was not verified.
func (b *Check) gap(rule, file, remedy, format string, args ...any) {
	g := finding.Gap{Rule: rule, Location: finding.Top(file), Subject: file, Remediation: remedy, Message: fmt.Sprintf(format, args...)}
	if !b.has(file) {
		g.Location = finding.Location{}
	}
	b.Set.Gaps = append(b.Set.Gaps, g)
}

// unread notes a file that cannot be read.
func (b *Check) unread(name, of string, err error) {
	rule := gap.Unreadable
	if errors.Is(err, source.ErrTooLarge) {
		rule = gap.TooLarge
	}
	b.gap(rule, name, "", "%s could not be verified: %v", of, err)
}

// Judge verifies the files of one entry of images.blobs, which is called name.
func (b *Check) Judge(ctx context.Context, name string, blob config.Blob, p verify.Policy) {
	files, globs := b.match(blob.Files), strings.Join(blob.Files, ", ")
	switch {
	case len(files) == 0:
		b.gap(gap.MissingFile, globs, "Correct the files of "+name+".", "%s matches no file, so nothing was verified: %s", name, globs)
	case len(files) > maxBlobs:
		b.gap(gap.TooMany, globs, "Narrow the files of "+name+".", "%s matches more than %d files; the others were not verified", name, maxBlobs)
		files = files[:maxBlobs]
	}
	for _, file := range files {
		data, err := b.Plan.Tree.Read(file, maxBlob)
		if err != nil {
			b.unread(file, file, err)
			continue
		}
		b.judgeSignature(ctx, file, data, p)
		if blob.PluginVersion != "" {
			b.judgeVersion(file, data, blob.PluginVersion)
		}
		if blob.Image != "" {
			b.judgeSubject(file, data, blob.Image)
		}
	}
	b.Set.Cover("signed files", b.Set.Coverage["signed files"]+len(files))
}

// match are the files of the globs, without those that hold the signature of another.
func (b *Check) match(globs []string) (files []string) {
	for _, f := range b.Plan.Files {
		if slices.ContainsFunc(globs, func(g string) bool { return doublestar.MatchUnvalidated(g, f.Name) }) && !b.isSignature(f.Name) {
			files = append(files, f.Name)
		}
	}
	return files
}

// isSignature reports whether the name is that of a signature beside a file.
func (b *Check) isSignature(name string) bool {
	return slices.ContainsFunc(signatureEndings[:], func(ending string) bool {
		base, ok := strings.CutSuffix(name, ending)
		return ok && b.has(base)
	})
}

func (b *Check) has(name string) bool {
	if b.names == nil {
		b.names = map[string]bool{}
		for _, f := range b.Plan.Files {
			b.names[f.Name] = true
		}
	}
	return b.names[name]
}

func (b *Check) add(rule, file, message string) {
	b.Set.Findings = append(b.Set.Findings, finding.Finding{
		Rule: rule, Severity: severityOf(rule), Message: message, Location: finding.Top(file), Subject: file,
	})
}

// judgeSignature wants one valid signature among those that stand beside the file.
func (b *Check) judgeSignature(ctx context.Context, file string, data []byte, p verify.Policy) {
	var why []string
	for _, ending := range signatureEndings {
		if !b.has(file + ending) {
			continue
		}
		sig, err := b.Plan.Tree.Read(file+ending, maxSignature)
		if err != nil {
			b.unread(file+ending, file, err)
			return
		}
		res := verify.CheckFile(ctx, data, sig, p)
		switch res.Reason {
		case verify.Verified:
			b.Set.Judge(Unsigned, 1)
			b.Set.Judge(Signature, 1)
			return
		case verify.Undecided, verify.UnknownLog:
			b.gap(gap.BlobNotVerified, file+ending, "", "the signature of %s could not be judged: %s", file, res.Detail)
			return
		}
		why = append(why, fmt.Sprintf("%s: %s (%s)", file+ending, res.Detail, res.Reason))
	}
	b.Set.Judge(Unsigned, 1)
	if len(why) == 0 {
		b.add(Unsigned, file, fmt.Sprintf("%s has no signature beside it: none of %s", file, strings.Join(signatureEndings[:], ", ")))
		return
	}
	b.Set.Judge(Signature, 1)
	b.add(Signature, file, fmt.Sprintf("%s has no valid signature: %s", file, strings.Join(why, "; ")))
}
