package web

import (
	"html"
	"net/url"
	"strings"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// maxLinks is how many links of one page are followed.
const maxLinks = 1000

// maxSent is how many forms of one page are sent.
const maxSent = 200

// links lists what a page leads to, in the order of the page.
func links(p *rules.Page) []string {
	var found []string
	if l := p.Header.Get("Location"); l != "" {
		found = append(found, l)
	}
	switch {
	case !p.Success():
	case strings.HasSuffix(p.URL.Path, "/robots.txt"):
		found = append(found, robots(p)...)
	case strings.Contains(p.ContentType(), "xml") && strings.Contains(p.URL.Path, "sitemap"):
		found = append(found, sitemap(p)...)
	}
	if p.HTML() {
		found = append(found, pageLinks(p)...)
	}
	if p.Success() {
		found = append(found, operations(p)...)
	}
	return found[:min(len(found), maxLinks)]
}

// robots lists the paths and site maps of a robots.txt (RFC 9309): what a robot should
// not index is worth a look.
func robots(p *rules.Page) []string {
	var found []string
	for line := range strings.Lines(string(p.Body)) {
		line, _, _ = strings.Cut(line, "#")
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "allow", "disallow", "sitemap":
			if value != "" && !strings.ContainsAny(value, "*$") {
				found = append(found, value)
			}
		}
	}
	return found
}

func sitemap(p *rules.Page) []string {
	var found []string
	for _, e := range p.Doc().Named("loc") {
		found = append(found, html.UnescapeString(strings.TrimSpace(p.Doc().Text(e))))
	}
	return found
}

func pageLinks(p *rules.Page) []string {
	base, forms := p.URL, 0
	var found []string
	for _, e := range p.Doc().Elements {
		link := ""
		switch e.Name {
		case "base":
			if u := p.Resolve(e.Value("href")); u != nil {
				base = u
			}
			continue
		case "a", "area", "link":
			link = e.Value("href")
		case "script", "img", "iframe", "frame":
			link = e.Value("src")
		case "form":
			if forms++; forms <= maxSent {
				link = query(p.Doc(), e)
			}
		case "meta":
			link = refresh(e)
		}
		if link == "" || len(found) >= maxLinks {
			continue
		}
		if u, err := base.Parse(strings.TrimSpace(link)); err == nil {
			found = append(found, u.String())
		}
	}
	return found
}

// query is the address that a form sends to when nobody changes its fields; only forms
// that use GET are sent.
func query(d *rules.Document, form rules.Element) string {
	if m := strings.TrimSpace(form.Value("method")); m != "" && !strings.EqualFold(m, "get") {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(form.Value("action")))
	if err != nil {
		return ""
	}
	values := url.Values{}
	for _, e := range d.Inside(form, "input", "textarea", "select") {
		if name := e.Value("name"); name != "" && len(values) < 50 {
			values.Set(name, e.Value("value"))
		}
	}
	u.RawQuery = values.Encode()
	return u.String()
}

// refresh is the address of a meta refresh: "5; url=/next".
func refresh(e rules.Element) string {
	if !strings.EqualFold(strings.TrimSpace(e.Value("http-equiv")), "refresh") {
		return ""
	}
	_, target, _ := strings.Cut(e.Value("content"), ";")
	key, link, ok := strings.Cut(target, "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(key), "url") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(link), `"'`)
}
