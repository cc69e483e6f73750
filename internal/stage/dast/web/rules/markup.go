package rules

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// foreignScript is 10017: a script of another host that nothing vouches for.
func foreignScript(p *Page) []hit {
	var hits []hit
	for _, e := range p.elements("script") {
		src, ok := e.attr("src")
		if ok && strings.TrimSpace(e.Value("integrity")) == "" && p.foreign(src) {
			hits = append(hits, hit{param: src, evidence: p.Doc().whole(e)})
		}
	}
	return hits
}

// integrity is 90003: a foreign script or style sheet without a hash. ZAP looks at
// answers without a content type too.
func integrity(p *Page) []hit {
	if len(p.Body) == 0 || p.ContentType() != "" && !p.HTML() {
		return nil
	}
	var hits []hit
	for _, e := range p.Doc().Named("script", "link") {
		if _, ok := e.attr("integrity"); ok || !p.foreign(loaded(e)) {
			continue
		}
		hits = append(hits, hit{evidence: p.Doc().whole(e)})
	}
	return hits
}

// loaded is the address that the element makes the browser load as code or style.
func loaded(e Element) string {
	if e.Name == "script" {
		return e.Value("src")
	}
	rel, ok := e.attr("rel")
	if !ok || slices.ContainsFunc(strings.Fields(strings.ToLower(rel)), func(s string) bool {
		return s == "stylesheet" || s == "preload" || s == "modulepreload"
	}) {
		return e.Value("href")
	}
	return ""
}

var (
	apacheIndex = regexp.MustCompile(`(?i)<title>\s*Index of /[^<]*</title>`)
	iisIndex    = regexp.MustCompile(`(?i)<pre><a href="[^"]*">\[To Parent Directory\]</a><br><br>`)
)

// listing is 10033: a directory's list of files.
func listing(p *Page) []hit {
	if !containsAny(p.lower(), "index of /", "[to parent directory]") {
		return nil
	}
	if m := apacheIndex.Find(p.Body); m != nil {
		return one(hit{evidence: string(m), other: "The page looks like a listing of Apache httpd or nginx."})
	}
	if m := iisIndex.Find(p.Body); m != nil {
		return one(hit{evidence: string(m), other: "The page looks like a listing of Microsoft IIS."})
	}
	return nil
}

// mixedContent is 10040: a secure page that loads over plain HTTP.
func mixedContent(p *Page) []hit {
	if !p.Secure || !p.HTML() {
		return nil
	}
	keys := []string{"src", "background", "classid", "codebase", "data", "icon", "usemap"}
	if p.Threshold != High {
		keys = append(keys, "action", "formaction")
	}
	var h hit
	var found []string
	for _, e := range p.Doc().Elements {
		for _, a := range e.attrs {
			if !slices.Contains(keys, a.key) || !hasScheme(a.value, "http") {
				continue
			}
			if e.Name == "script" && a.key == "src" {
				h.variant = 2
			}
			found = append(found, a.value)
			h.other += Clip(e.Name+" "+a.key+"="+a.value) + "\n"
		}
		if len(h.other) > maxText {
			break
		}
	}
	if len(found) == 0 {
		return nil
	}
	h.evidence, h.variant = found[0], max(h.variant, 1)
	return one(h)
}

func hasScheme(link, scheme string) bool {
	s, _, ok := strings.Cut(strings.TrimSpace(link), ":")
	return ok && strings.EqualFold(s, scheme)
}

// formTo returns a check for forms of a page of one kind of transport that send to
// the other kind: 10041 and 10042.
func formTo(scheme string, fromSecure bool) func(*Page) []hit {
	return func(p *Page) []hit {
		if p.Secure != fromSecure || p.Status != 200 {
			return nil
		}
		var hits []hit
		for _, e := range p.elements("form") {
			if action := e.Value("action"); hasScheme(action, scheme) {
				hits = append(hits, hit{evidence: action, other: "The page " + p.URL.String() + " holds the form " + p.Doc().tag(e)})
			}
		}
		return hits
	}
}

// tabnabbing is 10108: a link that hands our window to another site.
func tabnabbing(p *Page) []hit {
	for _, e := range p.elements("a", "area") {
		target := strings.ToLower(e.Value("target"))
		if target == "" || target == "_self" || p.Threshold == High && target != "_blank" {
			continue
		}
		rel := strings.Fields(strings.ToLower(e.Value("rel")))
		if slices.Contains(rel, "opener") && !slices.Contains(rel, "noopener") && p.foreign(e.Value("href")) {
			return one(hit{evidence: p.Doc().whole(e)})
		}
	}
	return nil
}

// forgery is 10202: a form that another site could send in the user's name.
func forgery(p *Page) []hit {
	var hits []hit
	forms := p.elements("form")
	for _, e := range forms[:min(len(forms), maxForms)] {
		if m := strings.ToLower(strings.TrimSpace(e.Value("method"))); !p.low() && (m == "" || m == "get") {
			continue
		}
		fields := p.Doc().Inside(e, "input")
		if enclosed(p.Doc(), e) && !slices.ContainsFunc(fields, token) {
			hits = append(hits, hit{evidence: p.Doc().tag(e), other: "Fields of the form: " + fieldNames(fields)})
		}
	}
	return hits
}

// maxForms bounds what one page can make forgery compare.
const maxForms = 200

// enclosed reports whether an element lies around e.
func enclosed(d *Document, e Element) bool {
	return slices.ContainsFunc(d.Elements, func(o Element) bool { return o.start < e.start && o.close >= e.after && o.close > o.end })
}

// token reports whether a field's name is one that frameworks give to their tokens.
func token(e Element) bool {
	id, field := strings.ToLower(e.Value("id")), strings.ToLower(e.Value("name"))
	name := id + " " + field
	return id == "token" || field == "token" || slices.ContainsFunc([]string{"csrf", "xsrf", "__requestverificationtoken", "authenticity_token", "_token", "anticsrf", "anoncsrf"}, func(t string) bool {
		return strings.Contains(name, t)
	})
}

func fieldNames(fields []Element) string {
	var names []string
	for _, e := range fields {
		if name := e.Value("name"); name != "" {
			names = append(names, name)
		} else if id := e.Value("id"); id != "" {
			names = append(names, id)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

var takenOver = regexp.MustCompile(`(?i)https?://(?:[a-z0-9-]+\.)*(?:polyfill\.io|bootcss\.com|bootcdn\.net|staticfile\.net|staticfile\.org|unionadjs\.com|xhsbpza\.com|macoms\.la|newcrbpc\.com)(?:[/?#:][^\s"'<>]*|$)`)

// poisoned is 10115: a script from a host that served malware after it was sold.
func poisoned(p *Page) []hit {
	var hits, inline []hit
	for _, e := range p.elements("script") {
		src := e.Value("src")
		if u := p.Resolve(src); src != "" && u != nil && takenOver.MatchString((&url.URL{Scheme: "https", Host: u.Hostname()}).String()) {
			hits = append(hits, hit{param: src, evidence: p.Doc().tag(e)})
		}
		if m := takenOver.FindString(p.Doc().Text(e)); m != "" && inline == nil {
			inline = one(hit{confidence: "Low", evidence: m})
		}
	}
	if len(hits) > 0 {
		return hits
	}
	return inline
}
