package rules

import (
	"regexp"
	"strings"
)

// serverHeader is 10036: the product and version behind the Server header.
func serverHeader(p *Page) []hit {
	for _, v := range p.Header.Values("Server") {
		if strings.ContainsAny(v, "0123456789") {
			return one(hit{variant: 2, evidence: v})
		}
		if p.low() && v != "" {
			return one(hit{variant: 1, evidence: v})
		}
	}
	return nil
}

// poweredBy is 10037: the framework named in X-Powered-By.
func poweredBy(p *Page) []hit {
	values := p.Header.Values("X-Powered-By")
	if len(values) == 0 {
		return nil
	}
	h := hit{evidence: "X-Powered-By: " + values[0]}
	if len(values) > 1 {
		h.other = "Further values: " + strings.Join(values[1:], "\n")
	}
	return one(h)
}

// disclosing returns a check for headers that no visitor needs: the first that is
// there is the evidence, with its name when named.
func disclosing(named bool, names ...string) func(*Page) []hit {
	return func(p *Page) []hit {
		for _, name := range names {
			if v := p.Header.Values(name); len(v) > 0 {
				h := hit{evidence: v[0]}
				if named {
					h.evidence = name + ": " + v[0]
				}
				return one(h)
			}
		}
		return nil
	}
}

var (
	heartbleedVersion = regexp.MustCompile(`OpenSSL/(1\.0\.1[a-f]?|1\.0\.2-beta)(?:[^0-9a-z.-]|$)`)
	product           = regexp.MustCompile(`(?:Tomcat/|Apache/|nginx/|Jetty://|squid/)[0-9]+(?:\.[0-9]+)+`)
)

// heartbleed is 10034: a Server header that names an OpenSSL with the bug.
func heartbleed(p *Page) []hit {
	for _, v := range p.Header.Values("Server") {
		if m := heartbleedVersion.FindStringSubmatch(v); m != nil {
			return one(hit{evidence: "OpenSSL/" + m[1]})
		}
	}
	return nil
}

// banner is 10009: a product's version in the text of an error page.
func banner(p *Page) []hit {
	if p.Status < 400 && !(p.low() && p.Status == 200) {
		return nil
	}
	if m := product.Find(p.Body); m != nil {
		return one(hit{evidence: string(m)})
	}
	return nil
}
