package reference

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var hex64 = strings.Repeat("a", 64)

func TestParse(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + hex64
	for in, want := range map[string]Reference{
		"nginx":                                {Host: "docker.io", Path: "library/nginx"},
		"valkey/valkey:8.0-alpine":             {Host: "docker.io", Path: "valkey/valkey", Tag: "8.0-alpine"},
		"index.docker.io/valkey/valkey:8":      {Host: "docker.io", Path: "valkey/valkey", Tag: "8"},
		"registry-1.docker.io/library/nginx:1": {Host: "docker.io", Path: "library/nginx", Tag: "1"},
		"GHCR.io/acme/app:1.2.3@" + digest:     {Host: "ghcr.io", Path: "acme/app", Tag: "1.2.3", Digest: digest},
		"Acme/app:1":                           {Host: "Acme", Path: "app", Tag: "1"},
		"localhost:5000/app@" + digest:         {Host: "localhost:5000", Path: "app", Digest: digest},
		"[fd00::1]:5000/app:v1":                {Host: "[fd00::1]:5000", Path: "app", Tag: "v1"},
		"127.0.0.1:5000/a/b/c:x":               {Host: "127.0.0.1:5000", Path: "a/b/c", Tag: "x"},
		"registry.example.com/a__b/c.d-e:T_1":  {Host: "registry.example.com", Path: "a__b/c.d-e", Tag: "T_1"},
	} {
		got, err := Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q): -want +got\n%s", in, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                            "it is empty",
		" nginx":                      "it has white space around it",
		"ghcr.io/Acme/App:1":          "the repository name must be lower case",
		"app@sha256:abc":              "it is not of the form [host/]name[:tag][@sha256:digest]",
		"app@sha256:" + hex64 + "a":   "a sha256 digest has 64 hexadecimal digits",
		hex64:                         "64 hexadecimal digits are an image id, not a name",
		"app:tag:tag":                 "it is not of the form [host/]name[:tag][@sha256:digest]",
		"https://ghcr.io/acme/app":    "it is not of the form [host/]name[:tag][@sha256:digest]",
		"my_registry.corp/app":        "its registry is no host name",
		"../../etc/passwd":            "it is not of the form [host/]name[:tag][@sha256:digest]",
		"a/../b":                      "it is not of the form [host/]name[:tag][@sha256:digest]",
		strings.Repeat("a", 1025):     "it is longer than 1024 characters",
		strings.Repeat("a", 300):      "the repository name is longer than 255 characters",
		"app@sha512:" + hex64 + hex64: "digest algorithm is not sha256: sha512",
		"app@md5:" + hex64[:32]:       "digest algorithm is not sha256: md5",
	} {
		_, err := Parse(in)
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%.40q) = %v, want %s", in, err, want)
		}
		if strings.HasPrefix(want, "digest algorithm") != errors.Is(err, ErrUnsupportedDigest) {
			t.Errorf("Parse(%.40q) = %v has the wrong type", in, err)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string][2]bool{
		"1.2.3": {true, true}, "v1.2.3": {true, true}, "1.2.3-alpine": {true, true},
		"1.2": {false, true}, "8.0-alpine": {false, true},
		"stable": {false, false}, "latest": {false, false}, "": {false, false},
	} {
		r := Reference{Tag: tag}
		if got := [2]bool{r.Release(), r.Versioned()}; got != want {
			t.Errorf("tag %q: release, versioned = %v, want %v", tag, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"nginx", "a/b:c@sha256:" + hex64, "<x>", "a@md5:00", "[::1]:5/a", "docker.io//", "İ/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		if err != nil || again != r {
			t.Fatalf("Parse(%q) = %+v; its text %q reads as %+v, %v", s, r, r.String(), again, err)
		}
		if strings.ContainsAny(r.Name(), " \t\n?#%\\@") || strings.Contains(r.Path, "..") {
			t.Fatalf("Parse(%q) yields the unsafe name %q", s, r.Name())
		}
	})
}
