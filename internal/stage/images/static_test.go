package images

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

var someDigest = "sha256:" + strings.Repeat("0", 64)

func place(line int) finding.Location {
	return finding.Location{URI: "compose.yaml", Region: finding.Region{StartLine: line, StartColumn: 12, EndLine: line, EndColumn: 40}}
}

func image(ref string) plan.Image {
	return plan.Image{Ref: ref, Raw: ref, Kind: plan.Compose, Subject: "app", Location: place(3)}
}

func said(set finding.Set) []string {
	out := []string{}
	for _, f := range set.Findings {
		out = append(out, f.Location.String()+" "+f.Rule+" "+f.Severity.String()+": "+f.Message)
	}
	return out
}

func gaps(set finding.Set) []string {
	out := []string{}
	for _, g := range set.Gaps {
		out = append(out, strings.TrimSpace(g.Location.String()+" "+g.Message+" "+g.Remediation))
	}
	return out
}

// refuse is the dialer of a machine without any network.
func refuse(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("no network here")
}

func runOffline(t *testing.T, cfg config.Images, profile string, images ...plan.Image) finding.Set {
	t.Helper()
	s := New(cfg, Options{Offline: true, Profile: profile, Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("the stage dialed while offline")
		return nil, errors.New("offline")
	}})
	set, err := s.Run(t.Context(), &plan.Plan{Images: images}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	known(t, set)
	return set
}

func TestReferences(t *testing.T) {
	t.Parallel()
	const at = "compose.yaml:3:12 "
	variable := plan.Image{Ref: "ghcr.io/acme/app:", Raw: "ghcr.io/acme/app:${TAG}", Unresolved: []string{"TAG"}, Location: place(3)}
	two := variable
	two.Raw, two.Unresolved = "${REG}/app:${TAG}", []string{"REG", "TAG"}
	for name, tc := range map[string]struct {
		image   plan.Image
		profile string
		want    []string
	}{
		"pinned":            {image: image("nginx:1.27.1@" + someDigest)},
		"digest only":       {image: image("nginx@" + someDigest)},
		"latest and digest": {image: image("nginx:latest@" + someDigest)},
		"fixed tag":         {image: image("valkey/valkey:8.0-alpine"), want: []string{at + "image/unpinned medium: valkey/valkey:8.0-alpine has a tag but no digest"}},
		"fixed tag, strict": {image: image("valkey/valkey:8.0-alpine"), profile: "strict", want: []string{at + "image/unpinned high: valkey/valkey:8.0-alpine has a tag but no digest"}},
		"word tag":          {image: image("nginx:stable"), want: []string{at + "image/unpinned high: nginx:stable has a tag that names no version, and no digest"}},
		"no tag": {image: image("nginx"), want: []string{
			at + "image/unpinned high: nginx has neither a tag nor a digest",
			at + "image/latest high: nginx is pulled as latest",
		}},
		"latest": {image: image("nginx:latest"), want: []string{
			at + "image/unpinned high: nginx:latest has a tag that names no version, and no digest",
			at + "image/latest high: nginx:latest is pulled as latest",
		}},
		"placeholder": {image: image("registry.stella-ops.org/stella-ops/stella-ops:<PINNED_TAG_OR_DIGEST>"), want: []string{
			at + "image/placeholder high: registry.stella-ops.org/stella-ops/stella-ops:<PINNED_TAG_OR_DIGEST> holds the placeholder <PINNED_TAG_OR_DIGEST>"}},
		"change me":       {image: image("ghcr.io/CHANGEME/app:1"), want: []string{at + "image/placeholder high: ghcr.io/CHANGEME/app:1 holds the placeholder CHANGEME"}},
		"change_me_tag":   {image: image("app:CHANGE_ME_TAG"), want: []string{at + "image/placeholder high: app:CHANGE_ME_TAG holds the placeholder CHANGE_ME"}},
		"exchangement":    {image: image("exchangement@" + someDigest)},
		"variable":        {image: variable, want: []string{at + "image/unresolved-variable high: ghcr.io/acme/app:${TAG} depends on TAG, which has no value and no default"}},
		"two variables":   {image: two, want: []string{at + "image/unresolved-variable high: ${REG}/app:${TAG} depends on REG, TAG, which have no value and no default"}},
		"upper case":      {image: image("ghcr.io/Acme/app:1"), want: []string{at + `image/invalid-reference high: "ghcr.io/Acme/app:1" is not a valid image reference: the repository name must be lower case`}},
		"empty":           {image: image(""), want: []string{at + `image/invalid-reference high: "" is not a valid image reference: it is empty`}},
		"other algorithm": {image: image("app@sha512:" + strings.Repeat("0", 128)), want: []string{at + "image/unsupported-digest medium: app@sha512:" + strings.Repeat("0", 128) + " cannot be checked: digest algorithm is not sha256: sha512"}},
		"built":           {image: plan.Image{Ref: "app", Built: true}},
		"scratch":         {image: plan.Image{Ref: "scratch", Kind: plan.Dockerfile}},
		"dockerfile":      {image: plan.Image{Ref: "alpine:3.20", Kind: plan.Dockerfile, Location: place(3)}, want: []string{at + "image/unpinned medium: alpine:3.20 has a tag but no digest"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := runOffline(t, config.Images{}, tc.profile, tc.image)
			if tc.want == nil {
				tc.want = []string{}
			}
			if diff := cmp.Diff(tc.want, said(set)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if len(set.Gaps) > 0 {
				t.Errorf("unexpected gaps: %v", gaps(set))
			}
		})
	}
}

func TestAllowedRegistries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		entry, image string
		want         bool
	}{
		{"ghcr.io", "ghcr.io/acme/app:1", true},
		{"ghcr.io/acme", "ghcr.io/acme/app:1", true},
		{"ghcr.io/acme/", "ghcr.io/acme/app:1", true},
		{"ghcr.io/acme", "ghcr.io/acme-evil/app:1", false},
		{"ghcr.io", "ghcr.io.evil.example/acme/app:1", false},
		{"ghcr.io/acme/*", "ghcr.io/acme/app:1", true},
		{"ghcr.io/acme/*", "ghcr.io/acme/team/app:1", false},
		{"ghcr.io/acme/**", "ghcr.io/acme/team/app:1", true},
		{"docker.io/library/nginx", "nginx:1", true},
		{"index.docker.io/library/nginx", "nginx:1", true},
		{"nginx", "nginx:1", true},
		{"valkey/valkey", "index.docker.io/valkey/valkey:8", true},
		{"nginx", "ghcr.io/nginx:1", false},
		{"valkey", "ghcr.io/valkey/valkey:8", false},
		{"nginx", "nginx/stranger:1", false},
		{"docker.io/nginx", "nginx/ingress:1", true},
		{"GHCR.io/acme", "ghcr.io/acme/app:1", true},
		{"**", "ghcr.io/acme/app:1", true},
	} {
		set := runOffline(t, config.Images{Registries: []string{tc.entry}}, "", image(tc.image+"@"+someDigest))
		if got := len(set.Findings) == 0; got != tc.want {
			t.Errorf("%s below %s: allowed = %v, want %v: %v", tc.image, tc.entry, got, tc.want, said(set))
		}
		if set.Judged[ruleRegistry] != 1 {
			t.Errorf("%s was not judged", tc.image)
		}
	}
	for _, entry := range []string{"ghcr.io/acme", "nginx", "ghcr.io/acme/*", "GHCR.io"} {
		for _, im := range []string{"ghcr.io/acme/app", "ghcr.io/acme/a/b", "nginx", "nginx/stranger", "ghcr.io/acme-evil/app"} {
			listed := New(config.Images{Registries: []string{entry}}, Options{})
			ruled := New(config.Images{Rules: []config.ImageRule{{Match: []string{entry}}}}, Options{})
			ref, err := reference.Parse(im)
			must(t, err)
			if listed.admits(ref) != ruled.asks(ref).covered() {
				t.Errorf("%s reads %s in one way for registries and in another for match", entry, im)
			}
		}
	}
	set := runOffline(t, config.Images{Registries: []string{"ghcr.io/acme", "nginx"}}, "", image("evil/app@"+someDigest))
	want := []string{"compose.yaml:3:12 image/registry-not-allowed high: docker.io/evil/app is not below any of the allowed registries: ghcr.io/acme, nginx"}
	if diff := cmp.Diff(want, said(set)); diff != "" {
		t.Error(diff)
	}
	if set := runOffline(t, config.Images{}, "", image("evil/app@"+someDigest)); set.Judged[ruleRegistry] != 0 {
		t.Error("without a list nothing is judged by it")
	}
}

// TestImagesThatAreBuiltInPlace exempts what the same service builds only where nothing
// pulls it and no setting speaks of it.
func TestImagesThatAreBuiltInPlace(t *testing.T) {
	t.Parallel()
	listed := config.Images{Registries: []string{"ghcr.io/acme"}}
	signed := config.Images{Rules: []config.ImageRule{{Match: []string{"ghcr.io/acme"}, Keys: []string{"k"}}}}
	excused := config.Images{Rules: []config.ImageRule{{Match: []string{"ghcr.io/acme"}, AllowUnsigned: true, Reason: "ours"}}}
	pulled := []string{"image/unpinned high", "image/latest high"}
	for name, tc := range map[string]struct {
		cfg   config.Images
		image plan.Image
		want  []string
		words string
	}{
		"never pulled":                    {image: plan.Image{Ref: "app", Built: true}},
		"never pulled, allowed":           {cfg: listed, image: plan.Image{Ref: "ghcr.io/acme/app", Built: true}},
		"never pulled, excused":           {cfg: excused, image: plan.Image{Ref: "ghcr.io/acme/app", Built: true}},
		"never pulled, nobody's rule":     {cfg: excused, image: plan.Image{Ref: "app", Built: true}},
		"never pulled, not allowed":       {cfg: listed, image: plan.Image{Ref: "evil/app:1", Built: true}, want: []string{"image/unpinned medium", "image/registry-not-allowed high"}, words: "under a name that is not allowed here"},
		"never pulled, must be signed":    {cfg: signed, image: plan.Image{Ref: "ghcr.io/acme/app:1", Built: true}, want: []string{"image/unpinned medium"}, words: "images of this name must be signed"},
		"never pulled, with a digest":     {image: plan.Image{Ref: "app:1@" + someDigest, Built: true}, want: []string{}},
		"never pulled, no reference":      {image: plan.Image{Ref: "APP", Built: true}},
		"never pulled, nobody knows what": {cfg: listed, image: plan.Image{Ref: "", Raw: "$A", Unresolved: []string{"A"}, Built: true}, want: []string{"image/unresolved-variable high"}, words: "nobody can tell"},
		"asked for first":                 {image: plan.Image{Ref: "app", Fallback: true}, want: pulled, words: "pull_policy: build in an accepted file keeps it from that"},
		"asked for first, a version":      {image: plan.Image{Ref: "app:1.0", Fallback: true}, want: []string{"image/unpinned medium"}, words: "Compose may take what a registry has"},
		"asked for first, not allowed":    {cfg: listed, image: plan.Image{Ref: "evil/app", Fallback: true}, want: append(pulled, "image/registry-not-allowed high"), words: "Compose may take what a registry has"},
		"always pulled":                   {image: plan.Image{Ref: "app"}, want: pulled},
		"ko replaces it":                  {cfg: listed, image: plan.Image{Ref: "ko://example.org/app", Kind: plan.Kubernetes, Built: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.image.Kind == "" {
				tc.image.Kind = plan.Compose
			}
			set := runOffline(t, tc.cfg, "", tc.image)
			got := []string{}
			for _, f := range set.Findings {
				got = append(got, f.Rule+" "+f.Severity.String())
				if !strings.Contains(f.Message, tc.words) {
					t.Errorf("%q does not say %q", f.Message, tc.words)
				}
			}
			if diff := cmp.Diff(append([]string{}, tc.want...), got); diff != "" {
				t.Error(diff)
			}
			if exempt := strings.Contains(strings.Join(set.Notes, "\n"), "built by the project itself"); exempt != (tc.want == nil) {
				t.Errorf("exempt %t: %v", exempt, set.Notes)
			}
		})
	}
}

// TestAnotherAlgorithm keeps a digest that nobody can check from hiding where an image is from.
func TestAnotherAlgorithm(t *testing.T) {
	t.Parallel()
	cfg := config.Images{Registries: []string{"ghcr.io/acme", "nginx"}, Rules: []config.ImageRule{
		{Match: []string{"nginx"}, AllowUnsigned: true}, {Match: []string{"**"}, Keys: []string{"k"}},
	}}
	for name, want := range map[string]string{"nginx": "medium", "ghcr.io/acme/app": "high", "evil.example.com/x:1": "high"} {
		set := runOffline(t, cfg, "", image(name+"@sha512:"+strings.Repeat("a", 128)))
		if got := set.Findings[0]; got.Rule != ruleAlgorithm || got.Severity.String() != want {
			t.Errorf("%s: %s %s, want %s", name, got.Rule, got.Severity, want)
		}
	}
}

func TestPolicyOffline(t *testing.T) {
	t.Parallel()
	cfg := config.Images{Rules: []config.ImageRule{
		{Match: []string{"ghcr.io/acme/**"}, Keys: []string{"release"}},
		{Match: []string{"valkey/*"}, AllowUnsigned: true, Reason: "upstream does not sign"},
	}}
	broken := image("app:<TAG>")
	broken.Location = place(9)
	set := runOffline(t, cfg, "", image("ghcr.io/acme/app@"+someDigest), image("valkey/valkey@"+someDigest), image("nginx@"+someDigest), broken)
	want := []string{
		"compose.yaml:3:12 image/uncovered medium: no rule of images.rules matches docker.io/library/nginx",
		"compose.yaml:9:12 image/placeholder high: app:<TAG> holds the placeholder <TAG>",
		"compose.yaml:9:12 image/uncovered medium: no rule of images.rules can be applied to app:<TAG>, because the reference is not usable",
	}
	if diff := cmp.Diff(want, said(set)); diff != "" {
		t.Error(diff)
	}
	wantGaps := []string{"compose.yaml:3:12 the signature of ghcr.io/acme/app@" + someDigest + " could not be checked offline, and images.rules demands one Run without offline."}
	if diff := cmp.Diff(wantGaps, gaps(set)); diff != "" {
		t.Error(diff)
	}
	wantNotes := []string{
		"docker.io/valkey/valkey@" + someDigest + " is accepted without a signature: upstream does not sign",
		"offline: no registry was asked about 3 images",
	}
	if diff := cmp.Diff(wantNotes, set.Notes); diff != "" {
		t.Error(diff)
	}
	if set.Judged[ruleUncovered] != 3 || set.Judged[ruleUnsigned] != 0 || set.Judged[ruleMoved] != 0 {
		t.Errorf("judged %v", set.Judged)
	}
	if diff := cmp.Diff(map[string]int{"image references": 4, "digests": 0, "signatures verified": 0}, set.Coverage); diff != "" {
		t.Error(diff)
	}
}

func TestNothingToCheck(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Images:   []plan.Image{{Ref: "app", Built: true}},
		Problems: []plan.Problem{{Gap: finding.Gap{Rule: gap.NotParsed, Subject: "s", Message: "a.yaml is broken"}, Stages: []string{"images"}}, {Gap: finding.Gap{Rule: gap.NotParsed, Subject: "s", Message: "other"}, Stages: []string{"deps"}}},
	}
	s := New(config.Images{}, Options{Dial: refuse})
	set, err := s.Run(t.Context(), p, func(string) { t.Error("nothing to say") })
	if err != nil || s.Skip(p) != "" || s.Name() != "images" {
		t.Fatal(err)
	}
	for what, n := range set.Coverage {
		if n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	if diff := cmp.Diff([]finding.Gap{p.Problems[0].Gap}, set.Gaps); diff != "" {
		t.Error(diff)
	}
}

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Title == "" || r.Description == "" || r.Remediation == "" || seen[r.ID] {
			t.Errorf("rule %s is not whole or repeated", r.ID)
		}
		seen[r.ID] = true
	}
}

func TestFingerprintSurvivesNewVersions(t *testing.T) {
	t.Parallel()
	a := runOffline(t, config.Images{}, "", image("nginx:1.27"))
	b := runOffline(t, config.Images{}, "", image("nginx:1.28"))
	if a.Findings[0].Fingerprint() != b.Findings[0].Fingerprint() {
		t.Error("a new tag changed the identity of the finding")
	}
}
