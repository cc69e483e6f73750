package cip

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func doc(spec string) string {
	return "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata:\n  name: p\nspec:\n" + spec
}

const images = "  images:\n    - glob: ghcr.io/acme/**\n"

func TestParse(t *testing.T) {
	t.Parallel()
	var s Set
	err := s.Parse("p.yaml", []byte(`# a service is none of our business
apiVersion: v1
kind: Service
metadata: {name: s, name: t}
---
just text
---
`+doc(images+`  mode: warn
  authorities:
    - name: release
      keyless:
        url: https://fulcio.sigstore.dev
        trustRootRef: corp
        identities: [{issuer: i, subjectRegExp: ^s$}]
      ctlog: {url: "https://rekor.sigstore.dev", trustRootRef: corp}
      signatureFormat: bundle
      attestations: [{name: a, predicateType: slsaprovenance1}, {name: b, predicateType: "https://x.example/y"}]
    - key: {data: PEM, hashAlgorithm: sha256}
    - static: {action: pass, message: m}
`)))
	if err != nil {
		t.Fatal(err)
	}
	p := s.Policies[0]
	if p.Name != "p" || !p.Warn || len(s.Policies) != 1 || p.Location.String() != "p.yaml:11:9" {
		t.Errorf("got %+v", p)
	}
	want := []Authority{
		{Name: "release", Root: "corp", Logged: true, Identities: []Identity{{Issuer: "i", SubjectRegexp: "^s$"}}, Attestations: []string{"https://slsa.dev/provenance/v1", "https://x.example/y"}},
		{Key: "PEM"}, {Static: "pass"},
	}
	if diff := cmp.Diff(want, p.Authorities); diff != "" {
		t.Error(diff)
	}
}

// What is not understood is an error with its place.
func TestRefused(t *testing.T) {
	t.Parallel()
	authority := func(s string) string { return doc(images + "  authorities:\n    - " + s + "\n") }
	for text, want := range map[string]string{
		doc(images + "  authorities: [{static: {action: pass}}]\n  extra: 1\n"):          "p.yaml:9:10: the field spec.extra is not supported",
		doc(images + "  authorities: [{static: {action: pass}}]\n  match: [{}]\n"):       "p.yaml:9:10: the field spec.match is not supported",
		doc(images + "  authorities: [{static: {action: pass}}]\n  mode: audit\n"):       `p.yaml:9:9: the mode "audit" is neither enforce nor warn`,
		doc(images + "  authorities: []\n"):                                              "p.yaml:6:3: the policy names no authorities",
		doc("  authorities: [{static: {action: pass}}]\n"):                               "p.yaml:6:3: the policy names no images",
		doc("  images: [{glob: '[a-z]*'}]\n  authorities: [{static: {action: pass}}]\n"): `p.yaml:6:19: "[a-z]*" is not a glob`,
		doc("  images: text\n"): "p.yaml:6:11: the field spec.images has a value of the wrong type",
		authority("name: a"):    "an authority is either key, keyless or static",
		authority("key: {data: x}\n      static: {action: pass}"):                                                      "an authority is either key, keyless or static",
		authority("key: {secretRef: {name: s}}"):                                                                       "p.yaml:9:24: the field secretRef is not supported",
		authority("key: {kms: 'awskms://x'}"):                                                                          "the field kms is not supported",
		authority("key: {hashAlgorithm: sha512, data: x}"):                                                             `the hash algorithm "sha512" is not supported`,
		authority("key: {}"):                                                                                           "the key has no data",
		authority("key: {data: x}\n      source: [{oci: a}]"):                                                          "the field source is not supported",
		authority("key: {data: x}\n      signatureFormat: odd"):                                                        `the format "odd"`,
		authority("key: {data: x}\n      attestations: [{name: a, predicateType: odd}]"):                               `the predicate type "odd" is not known`,
		authority("keyless: {identities: []}"):                                                                         "keyless without identities accepts everybody",
		authority("keyless: {identities: [{issuer: a}]}"):                                                              "an identity without issuer or subject accepts everybody",
		authority("keyless: {ca-cert: {}, identities: [{issuer: a, subject: b}]}"):                                     "the field ca-cert is not supported",
		authority("keyless: {url: 'https://f.example', identities: [{issuer: a, subject: b}]}"):                        "the instance https://f.example needs a trustRootRef",
		authority("static: {action: maybe}"):                                                                           "is neither pass nor fail",
		authority("keyless: {trustRootRef: a, identities: [{issuer: a, subject: b}]}\n      ctlog: {trustRootRef: b}"): "two trust roots",
		doc(images + "  images: []\n"):                                                                                 "p.yaml:1:1: ",
		strings.Replace(doc(images), "ClusterImagePolicy", "Other", 1):                                                 "policy.sigstore.dev/v1beta1 Other is not supported",
		strings.Replace(doc(images), "v1beta1", "v2", 1):                                                               "is not supported",
		"a: [\n": "read YAML",
		"apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nmetadata: {name: r}\nspec: {}\n":                                "either sigstoreKeys or remote",
		"apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nmetadata: {name: r}\nspec: {repository: {}}\n":                  "the field repository is not supported",
		"apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nmetadata: {name: r}\nspec: {remote: {mirror: m, targets: t}}\n": "another name of the targets",
	} {
		var s Set
		if err := s.Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v\nwant %s", text, err, want)
		}
	}
}

// CUE and Rego are not evaluated, which leaves the question open.
func TestUndecided(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		doc(images + "  policy: {type: cue, data: x}\n  authorities: [{key: {data: x}}]\n"),
		doc(images + "  authorities: [{key: {data: x}, attestations: [{name: a, predicateType: vuln, policy: {type: rego, data: x}}]}]\n"),
	} {
		var s Set
		if err := s.Parse("p.yaml", []byte(text)); err != nil || s.Policies[0].Authorities[0].Undecided == "" {
			t.Errorf("%v: %+v", err, s)
		}
	}
}

func TestGlobs(t *testing.T) {
	t.Parallel()
	const hub = "index.docker.io/"
	for _, tc := range []struct {
		glob, full, written string
		want                bool
	}{
		{hub + "library/foo:latest", hub + "library/foo:latest", "foo", true}, {hub + "library/foo:*", hub + "library/foo:latest", "foo", true},
		{hub + "library/*", hub + "library/foo:latest", "foo", true}, {hub + "*/*", hub + "library/foo:latest", "foo", true},
		{"index.docker.**", hub + "library/foo:latest", "foo", true}, {"**", hub + "library/foo:latest", "foo", true},
		{"foo", hub + "library/foo:latest", "foo", true}, {"foo*", hub + "library/foo:latest", "foo", true},
		{"*", hub + "library/foo:latest", "foo", true}, {"*/*", hub + "myuser/myapp:latest", "myuser/myapp", true},
		{"*", "ghcr.io/foo:latest", "ghcr.io/foo", false}, {"*/*", "ghcr.io/foo/bar:latest", "ghcr.io/foo/bar", false},
		{"ghcr.io/*/*", "ghcr.io/foo/bar:latest", "ghcr.io/foo/bar", true}, {"ghcr.io/*/*", "ghcr.io/foo:latest", "ghcr.io/foo", false},
		{"ghcr.io/**", "ghcr.io/foo/bar@sha256:aa", "ghcr.io/foo/bar@sha256:aa", true}, {"ghcr.io/*", "ghcr.io/foo/bar:latest", "ghcr.io/foo/bar", false},
		{"ghcr.io/foo", "ghcr.io/foo@sha256:aa", "ghcr.io/foo:1@sha256:aa", false}, {"ghcr.io/foo", "prefix-ghcr.io/foo:latest", "prefix-ghcr.io/foo", false},
		{"ghcr.io/foo", "ghcr.io/foo-suffix:latest", "ghcr.io/foo-suffix", false}, {"ghcr.io/**", "ghcrxio/foo:latest", "ghcrxio/foo", false},
		{"ghcr.io/foo*", "ghcr.io/foo:latest", "ghcr.io/foo", true}, {"*/**", "ghcr.io/foo:latest", "ghcr.io/foo", true},
		{"***", "ghcr.io/foo/bar:latest", "ghcr.io/foo/bar", true},
	} {
		var s Set
		must(t, s.Parse("p.yaml", []byte(doc("  images: [{glob: \""+tc.glob+"\"}]\n  authorities: [{static: {action: pass}}]\n"))))
		if got := s.Policies[0].Matches(tc.full, tc.written); got != tc.want {
			t.Errorf("%s, %s: %v", tc.glob, tc.full, got)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLooseness(t *testing.T) {
	t.Parallel()
	for e, want := range map[string]string{
		"": "", `^https://a\.example/x$`: "", ".*": "accepts everybody", "^.+$": "accepts everybody",
		`https://a\.example`: "is not anchored", "^https://a.example/$": "has a dot",
	} {
		if got := looseness(e); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q: %q", e, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(doc(images + "  authorities: [{key: {data: x}}]\n")))
	f.Add([]byte(doc("  images: &a [{glob: '**'}]\n  authorities: *a\n")))
	f.Add([]byte("apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nmetadata: {name: r}\nspec: {sigstoreKeys: {tLogs: [{publicKey: AA==}]}}\n"))
	f.Add([]byte("? [a]\n: b\n---\n- a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Set
		if err := s.Parse("p.yaml", data); err != nil {
			return
		}
		for _, p := range s.Policies {
			if len(p.Authorities) == 0 || len(p.globs) == 0 {
				t.Fatalf("a policy without authorities or images passed: %q", data)
			}
			for _, a := range p.Authorities {
				if a.Key == "" && len(a.Identities) == 0 && a.Static == "" {
					t.Fatalf("an authority that names nobody passed: %q", data)
				}
			}
		}
	})
}
