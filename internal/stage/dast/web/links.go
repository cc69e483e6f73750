package web

import (
	"html"
	"net/url"
	"strings"
)

// maxLinks is how many links of one page are followed.
const maxLinks = 1000

// links lists what a page leads to, in the order of the page.
func links(p *page) []string {
	var found []string
	if l := p.header.Get("Location"); l != "" {
		found = append(found, l)
	}
	switch {
	case !p.success():
	case strings.HasSuffix(p.url.Path, "/robots.txt"):
		found = append(found, robots(p)...)
	case strings.Contains(p.contentType(), "xml") && strings.Contains(p.url.Path, "sitemap"):
		found = append(found, sitemap(p)...)
	}
	if p.html() {
		found = append(found, pageLinks(p)...)
	}
	if p.success() {
		found = append(found, operations(p)...)
	}
	return found[:min(len(found), maxLinks)]
}

// robots lists the paths and site maps of a robots.txt (RFC 9309): what a robot should
// not index is worth a look.
func robots(p *page) []string {
	var found []string
	for line := range strings.Lines(string(p.body)) {
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

func sitemap(p *page) []string {
	var found []string
	for _, e := range p.doc().named("loc") {
		found = append(found, html.UnescapeString(strings.TrimSpace(p.doc().text(e))))
	}
	return found
}

func pageLinks(p *page) []string {
	base, forms := p.url, 0
	var found []string
	for _, e := range p.doc().elements {
		link := ""
		switch e.name {
		case "base":
			if u := p.resolve(e.value("href")); u != nil {
				base = u
			}
			continue
		case "a", "area", "link":
			link = e.value("href")
		case "script", "img", "iframe", "frame":
			link = e.value("src")
		case "form":
			if forms++; forms <= maxForms {
				link = query(p.doc(), e)
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
func query(d *document, form element) string {
	if m := strings.TrimSpace(form.value("method")); m != "" && !strings.EqualFold(m, "get") {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(form.value("action")))
	if err != nil {
		return ""
	}
	values := url.Values{}
	for _, e := range d.inside(form, "input", "textarea", "select") {
		if name := e.value("name"); name != "" && len(values) < 50 {
			values.Set(name, e.value("value"))
		}
	}
	u.RawQuery = values.Encode()
	return u.String()
}

// refresh is the address of a meta refresh: "5; url=/next".
func refresh(e element) string {
	if !strings.EqualFold(strings.TrimSpace(e.value("http-equiv")), "refresh") {
		return ""
	}
	_, target, _ := strings.Cut(e.value("content"), ";")
	key, link, ok := strings.Cut(target, "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(key), "url") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(link), `"'`)
}
