package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// policy is one content security policy (CSP level 3): directives by lower-case name,
// the first of a name wins.
type policy map[string][]string

// maxPolicies bounds how many policies of one answer are judged.
const maxPolicies = 20

// policyContent is 10055: a content security policy that lets too much pass.
func policyContent(p *Page) []hit {
	if !p.HTML() && !p.low() {
		return nil
	}
	headers := p.Header.Values("Content-Security-Policy")
	hits := obsolete(p, len(headers) > 0)
	policies := strings.Split(strings.Join(headers, ","), ",")
	for _, text := range policies[:min(len(policies), maxPolicies)] {
		hits = append(hits, judge(text, false)...)
	}
	meta := p.meta("Content-Security-Policy")
	for _, e := range meta[:min(len(meta), maxPolicies)] {
		hits = append(hits, judge(e.Value("content"), true)...)
	}
	if len(meta) > 0 && len(headers) > 0 {
		hits = append(hits, hit{variant: 12, param: "content-security-policy", evidence: p.Doc().tag(meta[0])})
	}
	return hits
}

// obsolete judges the names that the header had before it became a standard.
func obsolete(p *Page, current bool) []hit {
	risk := "Low"
	if current {
		risk = "Informational"
	}
	var hits []hit
	for i, name := range []string{"X-Content-Security-Policy", "X-Webkit-Csp"} {
		if v := p.Header.Values(name); len(v) > 0 {
			hits = append(hits, hit{variant: i + 1, risk: risk, param: strings.ToLower(name), evidence: v[0]})
		}
	}
	return hits
}

// judge returns what is wrong with one policy.
func judge(text string, meta bool) []hit {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	var hits []hit
	add := func(variant int, risk, other string) {
		hits = append(hits, hit{variant: variant, risk: risk, param: "content-security-policy", evidence: text, other: other})
	}
	if strange := strings.Map(beyondASCII, text); strange != "" {
		add(9, "", "The policy was not judged further. Characters outside ASCII: "+strange)
		return hits
	}
	c, notes := parsePolicy(text)
	if len(notes.problems) > 0 {
		add(3, "", strings.Join(notes.problems, "\n"))
	} else if len(notes.remarks) > 0 {
		add(3, "Informational", strings.Join(notes.remarks, "\n"))
	}
	if d := c.misplaced(); meta && len(d) > 0 {
		add(11, "", "A meta element cannot set "+strings.Join(d, ", ")+".")
	}
	for _, w := range c.weaknesses(meta) {
		add(w.variant, "", w.other)
	}
	return hits
}

func beyondASCII(r rune) rune {
	if r > unicode.MaxASCII {
		return r
	}
	return -1
}

// misplaced lists directives that browsers ignore in a meta element.
func (c policy) misplaced() []string {
	var names []string
	for _, name := range []string{"sandbox", "frame-ancestors", "report-uri"} {
		if _, ok := c[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// weaknesses lists what the policy allows.
func (c policy) weaknesses(meta bool) []hit {
	var hits []hit
	var open, wide []string
	for _, name := range []string{"frame-ancestors", "form-action"} {
		if c.anywhere(name) && !(meta && name == "frame-ancestors") {
			open = append(open, name)
		}
	}
	for _, name := range []string{"script-src", "style-src", "img-src", "connect-src", "frame-src", "font-src", "media-src", "object-src", "manifest-src", "worker-src"} {
		if c.anywhere(name) {
			wide = append(wide, name)
		}
	}
	if len(open) > 0 {
		hits = append(hits, hit{variant: 13, other: "Undefined or open to everyone, and without a fallback: " + strings.Join(open, ", ")})
	}
	if len(wide) > 0 {
		hits = append(hits, hit{variant: 4, other: "Undefined or open to any host: " + strings.Join(wide, ", ")})
	}
	for i, name := range []string{"script-src", "style-src"} {
		if c.inline(name) {
			hits = append(hits, hit{variant: 5 + i})
		}
	}
	for i, name := range []string{"script-src", "style-src"} {
		if list, _ := c.effective(name); contains(list, "'unsafe-hashes'") {
			hits = append(hits, hit{variant: 7 + i})
		}
	}
	if list, _ := c.effective("script-src"); contains(list, "'unsafe-eval'") {
		hits = append(hits, hit{variant: 10})
	}
	return hits
}

// effective is the source list that browsers use for a directive, following the
// fallbacks of CSP level 3, section 6.8.3.
func (c policy) effective(name string) ([]string, bool) {
	chain := []string{name, "default-src"}
	switch name {
	case "frame-src":
		chain = []string{name, "child-src", "default-src"}
	case "worker-src":
		chain = []string{name, "child-src", "script-src", "default-src"}
	case "form-action", "frame-ancestors":
		chain = chain[:1]
	}
	for _, d := range chain {
		if list, ok := c[d]; ok {
			return list, true
		}
	}
	return nil, false
}

// anywhere reports whether a host that nobody named is allowed over HTTP or HTTPS.
func (c policy) anywhere(name string) bool {
	list, ok := c.effective(name)
	if !ok {
		return true
	}
	if (name == "script-src" || name == "worker-src") && contains(list, "'strict-dynamic'") {
		return false
	}
	return slices.ContainsFunc(list, func(s string) bool {
		s = strings.ToLower(s)
		rest, found := strings.CutPrefix(s, "http")
		if found {
			rest = strings.TrimPrefix(rest, "s")
			if rest == ":" {
				return true
			}
			s = strings.TrimPrefix(rest, "://")
		}
		host, _, _ := strings.Cut(s, "/")
		return host == "*" || host == "*:*" || host == "*:80" || host == "*:443"
	})
}

// inline reports whether inline code or style runs: unsafe-inline counts only when no
// nonce, hash or strict-dynamic switches it off.
func (c policy) inline(name string) bool {
	list, ok := c.effective(name)
	if !ok {
		return true
	}
	strict := slices.ContainsFunc(list, func(s string) bool {
		s = strings.ToLower(s)
		return strings.HasPrefix(s, "'nonce-") || strings.HasPrefix(s, "'sha") || s == "'strict-dynamic'" && name == "script-src"
	})
	return contains(list, "'unsafe-inline'") && !strict
}

func contains(list []string, word string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, word) })
}

// notices are what is odd in the text of a policy.
type notices struct{ problems, remarks []string }

func (n *notices) problem(format string, args ...any) {
	if len(n.problems) < 20 {
		n.problems = append(n.problems, fmt.Sprintf(format, args...))
	}
}

// parsePolicy reads one serialized policy.
func parsePolicy(text string) (policy, notices) {
	c, n := policy{}, notices{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' }) {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		name, list := strings.ToLower(words[0]), words[1:]
		n.directive(name, list)
		if _, ok := c[name]; ok {
			n.problem("The directive %s is given twice; only the first counts.", name)
			continue
		}
		c[name] = list
	}
	return c, n
}

func (n *notices) directive(name string, list []string) {
	switch {
	case strings.ContainsFunc(name, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }):
		n.problem("%q is no directive name: only letters, digits and - may be in it.", name)
		return
	case slices.Contains([]string{"prefetch-src", "plugin-types", "referrer", "reflected-xss", "require-sri-for", "block-all-mixed-content"}, name):
		n.problem("The directive %s is deprecated.", name)
	case name == "report-uri":
		n.remarks = append(n.remarks, "The directive report-uri is deprecated; use report-to.")
	case !slices.Contains(directives(), name):
		n.problem("The directive %s is not known.", name)
	}
	if strings.HasSuffix(name, "-src") || name == "form-action" || name == "frame-ancestors" || name == "base-uri" {
		n.sources(name, list)
	}
}

func (n *notices) sources(name string, list []string) {
	for _, s := range list {
		if slices.Contains([]string{"none", "self", "unsafe-inline", "unsafe-eval", "unsafe-hashes", "strict-dynamic"}, strings.ToLower(s)) {
			n.problem("In %s, %s without quotes is a host name; the keyword is '%s'.", name, s, strings.ToLower(s))
		}
	}
	if len(list) > 1 && contains(list, "'none'") {
		n.problem("In %s, 'none' counts only when it stands alone.", name)
	}
}

func directives() []string {
	return []string{
		"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src", "connect-src",
		"frame-src", "child-src", "font-src", "media-src", "object-src", "manifest-src", "worker-src", "fenced-frame-src", "base-uri", "sandbox",
		"form-action", "frame-ancestors", "report-to", "upgrade-insecure-requests", "require-trusted-types-for", "trusted-types", "webrtc",
	}
}
