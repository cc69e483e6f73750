package convert

import (
	"net/url"
	"testing"
)

func TestURI(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"compose.yaml": "compose.yaml", "a b/c#d?.yaml": "a%20b/c%23d%3F.yaml", "c:/x": "c%3A/x", "/etc/passwd": "%2Fetc/passwd",
		"ü\n\xff": "%C3%BC%0A%FF", "%41": "%2541", "//host/x": "%2F/host/x",
	} {
		if got := URI(path); got != want {
			t.Errorf("URI(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzURI(f *testing.F) {
	for _, h := range []string{"/a", "//b", "c:d", "..", "%2e%2e/x", "a b\n", "::x", "\xff", "https://evil.example", "?q#f"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.Parse(URI(path))
		if err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("URI(%q) = %q is no relative path: %v", path, URI(path), err)
		}
		if got, err := url.PathUnescape(URI(path)); err != nil || got != path {
			t.Errorf("URI(%q) decodes to %q, %v", path, got, err)
		}
	})
}
