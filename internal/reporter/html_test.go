package reporter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// elements parses a page as a browser does and returns its elements in order.
func elements(t *testing.T, page []byte) (list []*html.Node) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode || n.Type == html.CommentNode {
			list = append(list, n)
		}
	}
	return list
}

func tagNames(list []*html.Node) (names []string) {
	for _, n := range list {
		names = append(names, n.Data)
	}
	return names
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestHTMLForeignTextMakesNoElement(t *testing.T) {
	t.Parallel()
	want := tagNames(elements(t, rendered(t, "html", rich(benign), Options{})))
	got := tagNames(elements(t, rendered(t, "html", rich(verbatim), Options{})))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hostile text made or broke elements (-benign +hostile):\n%s", diff)
	}
}

func TestHTMLIsSelfContained(t *testing.T) {
	t.Parallel()
	var policy string
	hashes := map[string]string{}
	for _, n := range elements(t, rendered(t, "html", rich(verbatim), Options{RunURL: "https://github.com/acme/shop/actions/runs/1"})) {
		if slices.Contains([]string{"img", "link", "iframe", "object", "embed", "base", "form"}, n.Data) || attr(n, "src") != "" || attr(n, "style") != "" {
			t.Errorf("the page holds <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && a.Val != "https://github.com/acme/shop/actions/runs/1" {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "style" || n.Data == "script" {
			h := sha256.Sum256([]byte(n.FirstChild.Data))
			hashes[n.Data] = "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
		}
		if attr(n, "http-equiv") == "Content-Security-Policy" {
			policy = attr(n, "content")
		}
	}
	want := "default-src 'none'; style-src " + hashes["style"] + "; script-src " + hashes["script"] + "; base-uri 'none'; form-action 'none'"
	if diff := cmp.Diff(want, policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if strings.Contains(pageStyle, "url(") || strings.Contains(pageStyle, "@import") {
		t.Error("the style loads something")
	}
}

func TestHTMLShowsEverything(t *testing.T) {
	t.Parallel()
	r := rich(verbatim)
	page := elements(t, rendered(t, "html", r, Options{}))
	rows := 0
	for _, n := range page {
		if attr(n, "data-severity") != "" {
			rows++
		}
	}
	if want := len(r.Findings) + len(r.Fixed); rows != want {
		t.Errorf("%d findings on the page, want %d", rows, want)
	}
}

func FuzzHTML(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if redactText(s) == "" {
			return
		}
		want := tagNames(elements(t, rendered(t, "html", oneFinding("text"), Options{})))
		if diff := cmp.Diff(want, tagNames(elements(t, rendered(t, "html", oneFinding(s), Options{})))); diff != "" {
			t.Errorf("%q changes the page:\n%s", s, diff)
		}
	})
}
