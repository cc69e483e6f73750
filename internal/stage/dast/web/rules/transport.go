package rules

import (
	"regexp"
	"strings"
)

var (
	maxAge       = regexp.MustCompile(`\bmax-age\s*=\s*['"]*\s*([0-9]+)`)
	disabled     = regexp.MustCompile(`(?i)\bmax-age\s*=\s*['"]*\s*0+\s*['"]*\s*`)
	quotedMaxAge = regexp.MustCompile(`['"]+\s*max`)
)

// strictTransport is 10035: Strict-Transport-Security (RFC 6797) on a secure answer.
func strictTransport(p *Page) []hit {
	values := p.Header.Values("Strict-Transport-Security")
	if !p.Secure {
		if p.low() && len(values) > 0 {
			return one(hit{variant: 4, evidence: values[0]})
		}
		return nil
	}
	var hits []hit
	if v := transportVariant(p, values); v > 0 {
		hits = append(hits, hit{variant: v, evidence: transportEvidence(v, values)})
	}
	if meta := p.bodyMeta("Strict-Transport-Security"); len(meta) > 0 {
		hits = append(hits, hit{variant: 6, evidence: meta[0].Value("http-equiv")})
	}
	return hits
}

// transportEvidence is the part of the header that the variant is about.
func transportEvidence(variant int, values []string) string {
	switch {
	case variant == 2:
		return disabled.FindString(values[0])
	case variant == 8:
		return "Strict-Transport-Security"
	case len(values) == 1:
		return values[0]
	}
	return ""
}

// bodyMeta looks for the meta element whatever the content type is.
func (p *Page) bodyMeta(header string) []Element {
	if len(p.Body) == 0 || p.ContentType() != "" && !p.HTML() {
		return nil
	}
	return p.Doc().meta(header)
}

// transportVariant says what is wrong with the header, 0 when nothing is.
func transportVariant(p *Page, values []string) int {
	switch {
	case len(values) == 0 && !p.low() && p.homeRedirect():
		return 0
	case len(values) == 0:
		return 1
	case len(values) > 1:
		return 3
	}
	v := strings.ToLower(values[0])
	age := maxAge.FindStringSubmatch(v)
	switch {
	case strings.ContainsFunc(values[0], func(r rune) bool { return r < ' ' || r > '~' }):
		return 8
	case age != nil && strings.Trim(age[1], "0") == "":
		return 2
	case age == nil:
		return 5
	case quotedMaxAge.MatchString(v):
		return 7
	}
	return 0
}

// homeRedirect reports whether the answer leads to the same host over TLS, where the
// header will be judged.
func (p *Page) homeRedirect() bool {
	if !p.redirect() || p.Header.Get("Location") == "" {
		return false
	}
	u := p.Resolve(p.Header.Get("Location"))
	return u != nil && strings.EqualFold(u.Scheme, "https") && strings.EqualFold(u.Hostname(), p.URL.Hostname()) && Port(u) == Port(p.URL)
}
