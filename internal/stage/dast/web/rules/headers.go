package rules

import (
	"slices"
	"strconv"
	"strings"
)

// cacheControl is 10015: a secure text page that caches may keep.
func cacheControl(p *Page) []hit {
	if !p.Secure || len(p.Body) == 0 || p.Method == "POST" || p.image() {
		return nil
	}
	if !p.low() && (p.failed() || !p.Text() || p.javascript() || p.css()) {
		return nil
	}
	value := strings.Join(p.Header.Values("Cache-Control"), ", ")
	for _, want := range []string{"no-store", "no-cache", "must-revalidate"} {
		if !strings.Contains(strings.ToLower(value), want) {
			return one(hit{param: "cache-control", evidence: value})
		}
	}
	return nil
}

// contentType is 10019: a body of no declared type.
func contentType(p *Page) []hit {
	values, there := p.Header["Content-Type"]
	switch {
	case len(p.Body) == 0:
		return nil
	case !there:
		return one(hit{variant: 1, param: "content-type"})
	case strings.TrimSpace(strings.Join(values, "")) == "":
		return one(hit{variant: 2, param: "content-type"})
	}
	return nil
}

// framing is 10020: a page that other sites may frame.
func framing(p *Page) []hit {
	if len(p.Body) == 0 || !p.Text() || !p.low() && (p.failed() || !p.HTML()) {
		return nil
	}
	csp := strings.ToLower(strings.Join(p.Header.Values("Content-Security-Policy"), ";"))
	risk := ""
	if strings.Contains(csp, "frame-ancestors") {
		if !p.low() {
			return nil
		}
		risk = "Low"
	}
	var hits []hit
	for _, h := range append(frameOptions(p.Header.Values("X-Frame-Options")), frameMeta(p)...) {
		h.param, h.risk = "x-frame-options", risk
		hits = append(hits, h)
	}
	return hits
}

func frameOptions(values []string) []hit {
	if len(values) == 0 {
		return one(hit{variant: 1})
	}
	var hits []hit
	for _, v := range values {
		lower := strings.ToLower(v)
		if !strings.Contains(lower, "deny") && !strings.Contains(lower, "sameorigin") {
			hits = append(hits, hit{variant: 4, evidence: v})
		}
	}
	if len(values) > 1 {
		hits = append(hits, hit{variant: 2})
	}
	return hits
}

func frameMeta(p *Page) []hit {
	meta := p.meta("X-Frame-Options")
	if len(meta) == 0 {
		return nil
	}
	return one(hit{variant: 3, evidence: p.Doc().tag(meta[0])})
}

// sniffing is 10021: browsers may guess the type of the answer.
func sniffing(p *Page) []hit {
	if len(p.Body) == 0 || !p.low() && p.failed() {
		return nil
	}
	values := p.Header.Values("X-Content-Type-Options")
	if len(values) == 0 {
		return one(hit{param: "x-content-type-options"})
	}
	for _, v := range values {
		if !strings.Contains(strings.ToLower(v), "nosniff") {
			return one(hit{param: "x-content-type-options", evidence: v})
		}
	}
	return nil
}

// policyMissing is 10038: a page without a content security policy.
func policyMissing(p *Page) []hit {
	if !p.low() && (!p.HTML() || p.redirect()) {
		return nil
	}
	var hits []hit
	if len(p.Header.Values("Content-Security-Policy")) == 0 && len(p.meta("Content-Security-Policy")) == 0 {
		hits = append(hits, hit{variant: 1})
	}
	if len(p.Header.Values("X-Content-Security-Policy"))+len(p.Header.Values("X-Webkit-Csp")) > 0 {
		hits = append(hits, hit{variant: 2})
	}
	if v := p.Header.Values("Content-Security-Policy-Report-Only"); len(v) > 0 {
		hits = append(hits, hit{variant: 3, evidence: v[0]})
	}
	return hits
}

// bigRedirect is 10044: a redirect that carries a page.
func bigRedirect(p *Page) []hit {
	location := p.Header.Get("Location")
	if !p.redirect() || p.Status == 304 || location == "" {
		return nil
	}
	var hits []hit
	if limit := len(location) + 300; len(p.Body) > limit {
		hits = append(hits, hit{variant: 1, other: "The body has " + strconv.Itoa(len(p.Body)) + " bytes, more than the " + strconv.Itoa(limit) + " that a redirect to this address needs."})
	}
	if n := strings.Count(strings.ToLower(string(p.Body)), "href"); n > 1 {
		hits = append(hits, hit{variant: 2, other: "The body has " + strconv.Itoa(n) + " links."})
	}
	return hits
}

// cached is 10050: the answer came out of a shared cache.
func cached(p *Page) []hit {
	for v := range strings.SplitSeq(strings.Join(p.Header.Values("X-Cache"), ","), ",") {
		if f := strings.Fields(v); len(f) > 0 && strings.EqualFold(f[0], "HIT") {
			return one(hit{variant: 1, evidence: strings.TrimSpace(v)})
		}
	}
	for _, v := range p.Header.Values("Age") {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil && n >= 0 {
			return one(hit{variant: 2, evidence: "Age: " + v})
		}
	}
	return nil
}

// permissions is 10063: a page that leaves browser features open.
func permissions(p *Page) []hit {
	if !p.HTML() && !p.javascript() || !p.low() && p.redirect() {
		return nil
	}
	switch {
	case len(p.Header.Values("Feature-Policy")) > 0:
		return one(hit{variant: 2, evidence: "Feature-Policy"})
	case len(p.Header.Values("Permissions-Policy")) == 0:
		return one(hit{variant: 1})
	}
	return nil
}

// anyOrigin is 10098: every site may read the answer.
func anyOrigin(p *Page) []hit {
	if strings.TrimSpace(p.Header.Get("Access-Control-Allow-Origin")) == "*" {
		return one(hit{evidence: "Access-Control-Allow-Origin: *"})
	}
	return nil
}

// isolation is 90004: other sites may pull the answer into their own process.
func isolation(p *Page) []hit {
	if !p.Success() {
		return nil
	}
	var hits []hit
	shared := slices.ContainsFunc(names(p.Header), func(name string) bool { return strings.HasPrefix(name, "Access-Control-Allow-") })
	if !shared {
		hits = isolated(p, hits, 1, "Cross-Origin-Resource-Policy", "same-origin", "cross-origin")
	}
	if t := p.ContentType(); strings.HasPrefix(t, "text/html") || strings.HasPrefix(t, "application/xml") || strings.HasPrefix(t, "application/xhtml") {
		hits = isolated(p, hits, 2, "Cross-Origin-Embedder-Policy", "require-corp", "credentialless")
		hits = isolated(p, hits, 3, "Cross-Origin-Opener-Policy", "same-origin")
	}
	return hits
}

func isolated(p *Page, hits []hit, variant int, name string, good ...string) []hit {
	values := p.Header.Values(name)
	if len(values) == 0 {
		return append(hits, hit{variant: variant, param: name})
	}
	for part := range strings.SplitSeq(strings.Join(values, ";"), ";") {
		part = strings.TrimSpace(part)
		if !strings.HasPrefix(part, "report-to") && !slices.Contains(good, strings.ToLower(part)) {
			hits = append(hits, hit{variant: variant, param: name, evidence: part})
		}
	}
	return hits
}
