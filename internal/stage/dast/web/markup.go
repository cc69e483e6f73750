package web

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// foreignScript is 10017: a script of another host that nothing vouches for.
func foreignScript(p *page) []hit {
	var hits []hit
	for _, e := range p.elements("script") {
		src, ok := e.attr("src")
		if ok && strings.TrimSpace(e.value("integrity")) == "" && p.foreign(src) {
			hits = append(hits, hit{param: src, evidence: p.doc().whole(e)})
		}
	}
	return hits
}

// integrity is 90003: a foreign script or style sheet without a hash. ZAP looks at
// answers without a content type too.
func integrity(p *page) []hit {
	if len(p.body) == 0 || p.contentType() != "" && !p.html() {
		return nil
	}
	var hits []hit
	for _, e := range p.doc().named("script", "link") {
		if _, ok := e.attr("integrity"); ok || !p.foreign(loaded(e)) {
			continue
		}
		hits = append(hits, hit{evidence: p.doc().whole(e)})
	}
	return hits
}

// loaded is the address that the element makes the browser load as code or style.
func loaded(e element) string {
	if e.name == "script" {
		return e.value("src")
	}
	rel, ok := e.attr("rel")
	if !ok || slices.ContainsFunc(strings.Fields(strings.ToLower(rel)), func(s string) bool {
		return s == "stylesheet" || s == "preload" || s == "modulepreload"
	}) {
		return e.value("href")
	}
	return ""
}

var (
	apacheIndex = regexp.MustCompile(`(?i)<title>\s*Index of /[^<]*</title>`)
	iisIndex    = regexp.MustCompile(`(?i)<pre><a href="[^"]*">\[To Parent Directory\]</a><br><br>`)
)

// listing is 10033: a directory's list of files.
func listing(p *page) []hit {
	if !containsAny(p.lower(), "index of /", "[to parent directory]") {
		return nil
	}
	if m := apacheIndex.Find(p.body); m != nil {
		return one(hit{evidence: string(m), other: "The page looks like a listing of Apache httpd or nginx."})
	}
	if m := iisIndex.Find(p.body); m != nil {
		return one(hit{evidence: string(m), other: "The page looks like a listing of Microsoft IIS."})
	}
	return nil
}

// mixedContent is 10040: a secure page that loads over plain HTTP.
func mixedContent(p *page) []hit {
	if !p.secure || !p.html() {
		return nil
	}
	keys := []string{"src", "background", "classid", "codebase", "data", "icon", "usemap"}
	if p.threshold != High {
		keys = append(keys, "action", "formaction")
	}
	var h hit
	var found []string
	for _, e := range p.doc().elements {
		for _, a := range e.attrs {
			if !slices.Contains(keys, a.key) || !hasScheme(a.value, "http") {
				continue
			}
			if e.name == "script" && a.key == "src" {
				h.variant = 2
			}
			found = append(found, a.value)
			h.other += Clip(e.name+" "+a.key+"="+a.value) + "\n"
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
func formTo(scheme string, fromSecure bool) func(*page) []hit {
	return func(p *page) []hit {
		if p.secure != fromSecure || p.status != 200 {
			return nil
		}
		var hits []hit
		for _, e := range p.elements("form") {
			if action := e.value("action"); hasScheme(action, scheme) {
				hits = append(hits, hit{evidence: action, other: "The page " + p.url.String() + " holds the form " + p.doc().tag(e)})
			}
		}
		return hits
	}
}

// tabnabbing is 10108: a link that hands our window to another site.
func tabnabbing(p *page) []hit {
	for _, e := range p.elements("a", "area") {
		target := strings.ToLower(e.value("target"))
		if target == "" || target == "_self" || p.threshold == High && target != "_blank" {
			continue
		}
		rel := strings.Fields(strings.ToLower(e.value("rel")))
		if slices.Contains(rel, "opener") && !slices.Contains(rel, "noopener") && p.foreign(e.value("href")) {
			return one(hit{evidence: p.doc().whole(e)})
		}
	}
	return nil
}

// forgery is 10202: a form that another site could send in the user's name.
func forgery(p *page) []hit {
	var hits []hit
	forms := p.elements("form")
	for _, e := range forms[:min(len(forms), maxForms)] {
		if m := strings.ToLower(strings.TrimSpace(e.value("method"))); !p.low() && (m == "" || m == "get") {
			continue
		}
		fields := p.doc().inside(e, "input")
		if enclosed(p.doc(), e) && !slices.ContainsFunc(fields, token) {
			hits = append(hits, hit{evidence: p.doc().tag(e), other: "Fields of the form: " + fieldNames(fields)})
		}
	}
	return hits
}

// maxForms bounds what one page can make forgery compare.
const maxForms = 200

// enclosed tells whether an element lies around e.
func enclosed(d *document, e element) bool {
	return slices.ContainsFunc(d.elements, func(o element) bool { return o.start < e.start && o.close >= e.after && o.close > o.end })
}

// token tells whether a field's name is one that frameworks give to their tokens.
func token(e element) bool {
	id, field := strings.ToLower(e.value("id")), strings.ToLower(e.value("name"))
	name := id + " " + field
	return id == "token" || field == "token" || slices.ContainsFunc([]string{"csrf", "xsrf", "__requestverificationtoken", "authenticity_token", "_token", "anticsrf", "anoncsrf"}, func(t string) bool {
		return strings.Contains(name, t)
	})
}

func fieldNames(fields []element) string {
	var names []string
	for _, e := range fields {
		if name := e.value("name"); name != "" {
			names = append(names, name)
		} else if id := e.value("id"); id != "" {
			names = append(names, id)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

var takenOver = regexp.MustCompile(`(?i)https?://(?:[a-z0-9-]+\.)*(?:polyfill\.io|bootcss\.com|bootcdn\.net|staticfile\.net|staticfile\.org|unionadjs\.com|xhsbpza\.com|macoms\.la|newcrbpc\.com)(?:[/?#:][^\s"'<>]*|$)`)

// poisoned is 10115: a script from a host that served malware after it was sold.
func poisoned(p *page) []hit {
	var hits, inline []hit
	for _, e := range p.elements("script") {
		src := e.value("src")
		if u := p.resolve(src); src != "" && u != nil && takenOver.MatchString((&url.URL{Scheme: "https", Host: u.Hostname()}).String()) {
			hits = append(hits, hit{param: src, evidence: p.doc().tag(e)})
		}
		if m := takenOver.FindString(p.doc().text(e)); m != "" && inline == nil {
			inline = one(hit{confidence: "Low", evidence: m})
		}
	}
	if len(hits) > 0 {
		return hits
	}
	return inline
}
