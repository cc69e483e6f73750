package config

import (
	"net/url"
	"regexp"
	"strings"
)

// StatementTypes are the short names of predicate types.
var StatementTypes = [...]string{"spdx", "cyclonedx", "slsa", "vuln", "openvex", "vsa"}

var fingerprint = regexp.MustCompile(`^(sha256:)?[0-9a-f]{64}$`)

func (v *validator) images() {
	keys, roots := v.imageKeys(), v.imageRoots()
	for i, r := range v.c.Images.Rules {
		v.imageRule(index("images.rules", i), r, keys, roots)
	}
	for i, b := range v.c.Images.Blobs {
		path := index("images.blobs", i)
		v.requires(path, "files", len(b.Files) > 0, "needs files")
		v.globs(path+".files", b.Files)
		v.globs(path+".image", []string{b.Image})
		v.check(path+".plugin-version", b.PluginVersion == "" || majorMinor.MatchString(b.PluginVersion), "must be major.minor, as 2.1")
		v.imageRule(path, ImageRule{Match: []string{"**"}, Keys: b.Keys, Identities: b.Identities, Root: b.Root, Log: b.Log}, keys, roots)
	}
}

var majorMinor = regexp.MustCompile(`^\d+\.\d+$`)

func (v *validator) imageKeys() map[string]bool {
	ids := map[string]bool{}
	for i, k := range v.c.Images.Keys {
		path := index("images.keys", i)
		v.requires(path, "id", k.ID != "", "needs an id")
		v.requires(path, "file pem env url", given(k.File, k.PEM, k.Env, k.URL) == 1 || given(k.PEM, k.Env) == 0 && k.File != "", "needs either file, pem, env or url, of which file and url may stand together")
		v.check(path+".image-path", k.ImagePath == "" || strings.HasPrefix(k.ImagePath, "/"), "must be an absolute path in the image, as /keys/cosign.pub")
		v.requires(path, "url", k.URL == "" || secure(k.URL), "needs a url with https")
		v.requires(path, "url sha256", k.URL == "" || k.SHA256 != "", "has a url and so needs sha256: the fingerprint of the key")
		v.check(path+".sha256", k.SHA256 == "" || fingerprint.MatchString(k.SHA256), "must be 64 hex digits")
		v.check(path, k.ID == "" || !ids[k.ID], "repeats an id")
		ids[k.ID] = true
	}
	return ids
}

func (v *validator) imageRoots() map[string]bool {
	ids := map[string]bool{}
	for i, r := range v.c.Images.Roots {
		path := index("images.roots", i)
		v.requires(path, "id", r.ID != "", "needs an id")
		v.requires(path, "file tuf", (r.File != "") != (r.TUF != TUF{}), "needs either file or tuf")
		v.check(path, r.TUF == TUF{} || secure(r.TUF.Mirror) && r.TUF.Root != "", "needs tuf with a mirror by https and a root file")
		v.check(path, r.ID == "" || !ids[r.ID], "repeats an id")
		ids[r.ID] = true
	}
	ids[""], ids["public-good"] = true, true
	return ids
}

func (v *validator) imageRule(path string, r ImageRule, keys, roots map[string]bool) {
	signers := len(r.Keys) + len(r.Identities)
	v.requires(path, "match", len(r.Match) > 0, "needs match")
	v.globs(path+".match", r.Match)
	v.oneOf(path+".transparency-log", r.Log, "", "required", "if-present", "ignore")
	v.requires(path, "keys identities allow-unsigned", r.AllowUnsigned != (signers > 0), "needs either keys, identities or allow-unsigned")
	v.requires(path, "reason", !r.AllowUnsigned || r.Reason != "", "allows unsigned images and so needs a reason")
	v.check(path+".transparency-log", r.Log != "ignore" || len(r.Identities) == 0, "cannot be ignored for identities: the log says when a certificate signed")
	v.check(path+".signers", r.Signers >= 0 && r.Signers <= max(1, signers), "must not be more than there are keys and identities")
	v.check(path+".root", roots[r.Root], "names a root that images.roots does not have")
	for j, id := range r.Keys {
		v.check(index(path+".keys", j), keys[id], "names a key that images.keys does not have")
	}
	for j, id := range r.Identities {
		v.identity(index(path+".identities", j), id)
	}
	for j, a := range r.Attestations {
		v.attestation(index(path+".attestations", j), a)
	}
}

func (v *validator) identity(path string, id ImageIdentity) {
	if id.Workflow != "" {
		v.check(path, given(id.Issuer, id.IssuerRegexp, id.Subject, id.SubjectRegexp) == 0, "needs either a workflow or issuer and subject")
		v.check(path, id.Ref != "", "needs a ref, for example refs/tags/v*: without one a branch of anybody's choice would do")
		v.check(path, strings.Count(id.Workflow, "/") >= 2, "needs a workflow as owner/repository/.github/workflows/file.yml")
		return
	}
	v.check(path, id.Ref == "", "has a ref, which only a workflow has")
	v.check(path, given(id.Issuer, id.IssuerRegexp) == 1, "needs either issuer or issuer-regexp: without one everybody would be accepted")
	v.check(path, given(id.Subject, id.SubjectRegexp) == 1, "needs either subject or subject-regexp: without one everybody would be accepted")
	for _, e := range []string{id.IssuerRegexp, id.SubjectRegexp} {
		re, err := regexp.Compile(e)
		v.check(path, err == nil, "has an invalid regular expression")
		v.check(path, err != nil || e == "" || !re.MatchString(""), "has an expression that accepts everything")
	}
}

func (v *validator) attestation(path string, a ImageAttestation) {
	if !strings.Contains(a.Type, ":") {
		v.oneOf(path+".type", a.Type, StatementTypes[:]...)
	}
	v.check(path, a.Type == "slsa" || given(a.Builder, a.Source, a.Ref, a.Workflow) == 0, "has builder, source, ref or workflow, which only slsa has")
	v.check(path, a.File == "" || a.Type == "spdx" || a.Type == "cyclonedx", "has a file, which only spdx and cyclonedx have")
}

func given(values ...string) int {
	n := 0
	for _, s := range values {
		if s != "" {
			n++
		}
	}
	return n
}

func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}
