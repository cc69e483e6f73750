package web

import (
	"slices"
	"strconv"
	"strings"
)

// cacheControl is 10015: a secure text page that caches may keep.
func cacheControl(p *page) []hit {
	if !p.secure || len(p.body) == 0 || p.method == "POST" || p.image() {
		return nil
	}
	if !p.low() && (p.failed() || !p.text() || p.javascript() || p.css()) {
		return nil
	}
	value := strings.Join(p.header.Values("Cache-Control"), ", ")
	for _, want := range []string{"no-store", "no-cache", "must-revalidate"} {
		if !strings.Contains(strings.ToLower(value), want) {
			return one(hit{param: "cache-control", evidence: value})
		}
	}
	return nil
}

// contentType is 10019: a body of no declared type.
func contentType(p *page) []hit {
	values, there := p.header["Content-Type"]
	switch {
	case len(p.body) == 0:
		return nil
	case !there:
		return one(hit{variant: 1, param: "content-type"})
	case strings.TrimSpace(strings.Join(values, "")) == "":
		return one(hit{variant: 2, param: "content-type"})
	}
	return nil
}

// framing is 10020: a page that other sites may frame.
func framing(p *page) []hit {
	if len(p.body) == 0 || !p.text() || !p.low() && (p.failed() || !p.html()) {
		return nil
	}
	csp := strings.ToLower(strings.Join(p.header.Values("Content-Security-Policy"), ";"))
	risk := ""
	if strings.Contains(csp, "frame-ancestors") {
		if !p.low() {
			return nil
		}
		risk = "Low"
	}
	var hits []hit
	for _, h := range append(frameOptions(p.header.Values("X-Frame-Options")), frameMeta(p)...) {
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

func frameMeta(p *page) []hit {
	meta := p.meta("X-Frame-Options")
	if len(meta) == 0 {
		return nil
	}
	return one(hit{variant: 3, evidence: p.doc().tag(meta[0])})
}

// sniffing is 10021: browsers may guess the type of the answer.
func sniffing(p *page) []hit {
	if len(p.body) == 0 || !p.low() && p.failed() {
		return nil
	}
	values := p.header.Values("X-Content-Type-Options")
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
func policyMissing(p *page) []hit {
	if !p.low() && (!p.html() || p.redirect()) {
		return nil
	}
	var hits []hit
	if len(p.header.Values("Content-Security-Policy")) == 0 && len(p.meta("Content-Security-Policy")) == 0 {
		hits = append(hits, hit{variant: 1})
	}
	if len(p.header.Values("X-Content-Security-Policy"))+len(p.header.Values("X-Webkit-Csp")) > 0 {
		hits = append(hits, hit{variant: 2})
	}
	if v := p.header.Values("Content-Security-Policy-Report-Only"); len(v) > 0 {
		hits = append(hits, hit{variant: 3, evidence: v[0]})
	}
	return hits
}

// bigRedirect is 10044: a redirect that carries a page.
func bigRedirect(p *page) []hit {
	location := p.header.Get("Location")
	if !p.redirect() || p.status == 304 || location == "" {
		return nil
	}
	var hits []hit
	if limit := len(location) + 300; len(p.body) > limit {
		hits = append(hits, hit{variant: 1, other: "The body has " + strconv.Itoa(len(p.body)) + " bytes, more than the " + strconv.Itoa(limit) + " that a redirect to this address needs."})
	}
	if n := strings.Count(strings.ToLower(string(p.body)), "href"); n > 1 {
		hits = append(hits, hit{variant: 2, other: "The body has " + strconv.Itoa(n) + " links."})
	}
	return hits
}

// cached is 10050: the answer came out of a shared cache.
func cached(p *page) []hit {
	for v := range strings.SplitSeq(strings.Join(p.header.Values("X-Cache"), ","), ",") {
		if f := strings.Fields(v); len(f) > 0 && strings.EqualFold(f[0], "HIT") {
			return one(hit{variant: 1, evidence: strings.TrimSpace(v)})
		}
	}
	for _, v := range p.header.Values("Age") {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil && n >= 0 {
			return one(hit{variant: 2, evidence: "Age: " + v})
		}
	}
	return nil
}

// permissions is 10063: a page that leaves browser features open.
func permissions(p *page) []hit {
	if !p.html() && !p.javascript() || !p.low() && p.redirect() {
		return nil
	}
	switch {
	case len(p.header.Values("Feature-Policy")) > 0:
		return one(hit{variant: 2, evidence: "Feature-Policy"})
	case len(p.header.Values("Permissions-Policy")) == 0:
		return one(hit{variant: 1})
	}
	return nil
}

// anyOrigin is 10098: every site may read the answer.
func anyOrigin(p *page) []hit {
	if strings.TrimSpace(p.header.Get("Access-Control-Allow-Origin")) == "*" {
		return one(hit{evidence: "Access-Control-Allow-Origin: *"})
	}
	return nil
}

// isolation is 90004: other sites may pull the answer into their own process.
func isolation(p *page) []hit {
	if !p.success() {
		return nil
	}
	var hits []hit
	shared := slices.ContainsFunc(names(p.header), func(name string) bool { return strings.HasPrefix(name, "Access-Control-Allow-") })
	if !shared {
		hits = isolated(p, hits, 1, "Cross-Origin-Resource-Policy", "same-origin", "cross-origin")
	}
	if t := p.contentType(); strings.HasPrefix(t, "text/html") || strings.HasPrefix(t, "application/xml") || strings.HasPrefix(t, "application/xhtml") {
		hits = isolated(p, hits, 2, "Cross-Origin-Embedder-Policy", "require-corp", "credentialless")
		hits = isolated(p, hits, 3, "Cross-Origin-Opener-Policy", "same-origin")
	}
	return hits
}

func isolated(p *page, hits []hit, variant int, name string, good ...string) []hit {
	values := p.header.Values(name)
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
