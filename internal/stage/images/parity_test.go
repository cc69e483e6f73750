package images

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// released is a released cosign, named by ASSURE_COSIGN.
type released struct {
	t         *testing.T
	path, dir string
}

func newCosign(t *testing.T) released {
	t.Helper()
	path := os.Getenv("ASSURE_COSIGN")
	if path == "" {
		t.Skip("ASSURE_COSIGN does not name a cosign to compare with; make cosign-parity builds it")
	}
	return released{t, path, t.TempDir()}
}

// run returns what cosign says, and whether it ended well. It sees no network but the
// loopback registry: its update service is told to be elsewhere.
func (c released) run(args ...string) (string, bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"HOME=" + c.dir, "COSIGN_PASSWORD=secret", "COSIGN_YES=true"}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (c released) must(args ...string) {
	c.t.Helper()
	if out, ok := c.run(args...); !ok {
		c.t.Fatalf("cosign %s: %s", strings.Join(args, " "), out)
	}
}

func (c released) write(name string, data []byte) string {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	must(c.t, os.WriteFile(path, data, 0o600))
	return path
}

// What cosign signs with keys that cosign made is verified here, in every format.
func TestCosignParity_WhatItSignsVerifies(t *testing.T) {
	c := newCosign(t)
	c.must("generate-key-pair")
	public, err := os.ReadFile(filepath.Join(c.dir, "cosign.pub"))
	must(t, err)
	sbom := c.write("sbom.json", []byte(`{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","versionInfo":"1"}]}`))
	for name, args := range map[string][]string{
		"older format": {"--new-bundle-format=false"}, "bundle": {"--new-bundle-format=true"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, imagestest.Options{Referrers: true})
			w.cfg.Keys[0].PEM = string(public)
			ref := w.push("1.2.3")
			bare := ref[:strings.Index(ref, ":1.2.3")] + ref[strings.Index(ref, "@"):]
			w.expect(w.run(ref), unsigned)
			c.must(slices.Concat([]string{"sign", "--key", "cosign.key", "--tlog-upload=false"}, args, []string{bare})...)
			w.verified(w.run(ref), 1)
			w.cfg.Rules[0].Attestations = []config.ImageAttestation{{Type: "spdx"}}
			w.expect(w.run(ref), missing)
			c.must(slices.Concat([]string{"attest", "--key", "cosign.key", "--tlog-upload=false", "--type", "spdxjson", "--predicate", sbom}, args, []string{bare})...)
			w.verified(w.run(ref), 1)
		})
	}
}

const (
	malformedParts = "a signature with a malformed part is malformed, though cosign was told not to look at that part"
	onlySHA256     = "cosign's command checks with SHA-256 only, which is not how it signs with such keys"
)

// stricter are the scenarios where cosign accepts and this program on purpose does not.
var stricter = map[string]string{
	"key: log entry of an unknown log":              "an entry that is there must verify; cosign is told to look away from all or none",
	"identity: an SBOM is no signature":             "cosign takes any statement about the image for a signature of it",
	"identity: a longer name than the expression":   "expressions cover the whole name; cosign's match anywhere",
	"repository: signed for another":                "cosign does not compare the repository",
	"repository: a format without names":            "cosign does not compare the repository",
	"statement: no package in the list":             "cosign does not look into bills of materials",
	"statement: there, but the image is not signed": "the rule asks for both; the command is about the statement",
	"hostile: log entry whose body is a number":     malformedParts,
	"hostile: chain of blanks":                      malformedParts,
	"hostile: timestamp that is none":               malformedParts,
	"hostile: log entry of another kind":            malformedParts,
}

// looser are those where cosign refuses what this program accepts, with the reason.
var looser = map[string]string{
	"key: legacy-p384":                       onlySHA256,
	"key: bundle-p384":                       onlySHA256,
	"key: legacy-p521":                       onlySHA256,
	"key: bundle-p521":                       onlySHA256,
	"key: legacy-ed25519ph":                  onlySHA256,
	"identity: bundle, Rekor v1 promise":     "cosign does not find bundles of the first version",
	"identity: bundle, Rekor v2":             "cosign 2.6.5 uses the timestamp of such a bundle only when told to",
	"identity: private instance from a file": "the same: Rekor v2",
}

// Every scenario that one command of cosign can ask about is asked, and the answers are
// compared.
func TestCosignParity_Scenarios(t *testing.T) {
	c := newCosign(t)
	compared := 0
	for _, s := range slices.Concat(keyScenarios(), keylessScenarios(), keylessFailures(), statementFailures(), signerScenarios(), hostileScenarios()) {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t, imagestest.Options{Referrers: true})
			w.instance()
			if s.policy != nil {
				s.policy(w)
			}
			ref := s.image(w)
			args, ok := c.question(w, ref)
			if !ok {
				t.Skip("cosign has no single command for this rule")
			}
			compared++
			set := w.run(ref)
			mine := set.Coverage["signatures verified"] == 1
			out, theirs := c.run(args...)
			_, strict := stricter[s.name]
			_, loose := looser[s.name]
			if (theirs && !mine) != strict || (mine && !theirs) != loose {
				t.Errorf("we accept: %v, cosign accepts: %v, expected difference: %v\n%v\n%s\ncosign %s", mine, theirs, strict || loose, said(set), out, strings.Join(args, " "))
			}
			if crashed := strings.Contains(out, "goroutine "); crashed {
				t.Logf("cosign crashes here: %s", firstLine(out))
			}
		})
	}
	if compared < 50 {
		t.Errorf("only %d scenarios were compared", compared)
	}
}

func firstLine(s string) string { line, _, _ := strings.Cut(s, "\n"); return line }

// question is the command of cosign that asks what the world's only rule asks.
func (c released) question(w *world, ref string) ([]string, bool) {
	rule := w.cfg.Rules[0]
	if rule.Signers > 1 || len(rule.Attestations) > 1 || len(rule.Keys)+len(rule.Identities) != 1 || strings.Contains(ref, "/acme/multi:") {
		return nil, false
	}
	root := w.opts.TrustedRoot
	if rule.Root != "" {
		root = []byte(w.files[w.cfg.Roots[0].File])
	}
	args := []string{"verify"}
	if len(rule.Attestations) == 1 {
		if args = statementCommand(rule.Attestations[0]); args == nil {
			return nil, false
		}
	}
	args = append(args, "--offline", "--trusted-root", c.write("root.json", root))
	noLog := !bytes.Contains(root, []byte(`"tlogs"`))
	if len(rule.Keys) == 1 {
		pem := w.cfg.Keys[0].PEM
		if pem == "" {
			pem = w.key.PublicPEM
		}
		args = append(args, "--key", c.write("key.pub", []byte(pem)), fmt.Sprintf("--insecure-ignore-tlog=%v", rule.Log != "required"))
	} else {
		id := rule.Identities[0]
		if id.Workflow != "" || strings.Contains(id.Subject, "*") {
			return nil, false
		}
		args = append(args, fmt.Sprintf("--insecure-ignore-sct=%v", !bytes.Contains(root, []byte(`"ctlogs"`))))
		for flag, value := range map[string]string{
			"--certificate-identity": id.Subject, "--certificate-identity-regexp": id.SubjectRegexp,
			"--certificate-oidc-issuer": id.Issuer, "--certificate-oidc-issuer-regexp": id.IssuerRegexp,
		} {
			if value != "" {
				args = append(args, flag, value)
			}
		}
		if noLog {
			args = append(args, "--insecure-ignore-tlog=true", "--use-signed-timestamps")
		}
	}
	return append(args, ref[:strings.LastIndex(ref[:strings.Index(ref, "@")], ":")]+ref[strings.Index(ref, "@"):]), true
}

// statementCommand asks about a statement whose content does not matter.
func statementCommand(a config.ImageAttestation) []string {
	if a.Type != "spdx" || a.File != "" {
		return nil
	}
	return []string{"verify-attestation", "--type", "spdxjson"}
}
