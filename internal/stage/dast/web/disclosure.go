package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	octet = `(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})`
	// private matches an address of RFC 1918, or the name that Amazon makes of one, with
	// a port, at the start of the text.
	private = regexp.MustCompile(`^((?:10\.` + octet + `|172\.(?:3[01]|2[0-9]|1[6-9])|192\.168)\.` + octet + `\.` + octet +
		`|ip-(?:10-` + octet + `|172-(?:3[01]|2[0-9]|1[6-9])|192-168)-` + octet + `-` + octet + `)` +
		`(:(?:0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])\b)?`)
)

// maxPrivate bounds how many addresses of one page are listed.
const maxPrivate = 100

// privateAddress is 2: an address of the inner network in the text of a page. The
// host that was asked for is no news above the low threshold.
func privateAddress(p *page) []hit {
	if !p.text() {
		return nil
	}
	var found []string
	for _, at := range offsets(p.body, "10.", "172.", "192.168.", "ip-10-", "ip-172-", "ip-192-168-") {
		rest := p.body[at:min(at+40, len(p.body))]
		m := private.FindSubmatch(rest)
		if m == nil || !alone(p.body[:at], rest[len(m[1]):]) || len(found) >= maxPrivate {
			continue
		}
		if p.low() || !strings.EqualFold(string(m[1]), p.url.Hostname()) {
			found = append(found, string(m[0]))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return one(hit{evidence: found[0], other: strings.Join(found, "\n") + "\n"})
}

// offsets lists where any of the words begin, in order.
func offsets(text []byte, words ...string) []int {
	var all []int
	for _, w := range words {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(w))
			if i < 0 {
				break
			}
			all = append(all, from+i)
			from += i + 1
		}
	}
	slices.Sort(all)
	return all
}

// alone tells whether nothing around an address makes it a part of a longer word or
// number.
func alone(before, after []byte) bool {
	n := len(before)
	if n > 0 && (word(before[n-1]) || before[n-1] == '.' && n > 1 && digit(before[n-2])) {
		return false
	}
	return len(after) == 0 || !word(after[0]) && (after[0] != '.' || len(after) < 2 || !digit(after[1]))
}

func word(c byte) bool { return c == '_' || digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// parameter is one name and value of the request, decoded.
type parameter struct{ name, value string }

// parameters lists what a query or a form holds, by name.
func parameters(raw string) []parameter {
	var list []parameter
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name, value = unescape(name), unescape(value); name != "" {
			list = append(list, parameter{name, value})
		}
	}
	slices.SortStableFunc(list, func(a, b parameter) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value)) })
	return slices.Compact(list)
}

func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// form is what the request's body holds, when it is a form.
func (p *page) form() []parameter {
	t := p.request.Get("Content-Type")
	if p.method != http.MethodPost || t != "" && !strings.Contains(strings.ToLower(t), "form-urlencoded") {
		return nil
	}
	return parameters(string(p.requestBody))
}

var (
	pathSession = regexp.MustCompile(`(?i)jsessionid=[0-9a-z]{8,}`)
	foreignLink = []*regexp.Regexp{
		regexp.MustCompile(`(?i)src\s*=\s*["']?https?://([\w.-]+)`),
		regexp.MustCompile(`(?i)href\s*=\s*["']?https?://([\w.-]+)`),
		regexp.MustCompile(`(?i)[=(]\s*["']https?://([\w.-]+)`),
	}
)

// minSession is the length that a session id must exceed.
const minSession = 8

// sessionInURL is 3: an address that carries the session, which logs and the Referer
// header give away.
func sessionInURL(p *page) []hit {
	var hits []hit
	for _, q := range parameters(p.url.RawQuery) {
		if slices.Contains(sessionNames(), strings.ToLower(q.name)) && len(q.value) > minSession {
			hits = append(hits, hit{variant: 1, param: q.name, evidence: q.value})
		}
	}
	if m := pathSession.FindString(p.url.Path); m != "" && len(hits) == 0 {
		hits = append(hits, hit{variant: 2, evidence: m})
	}
	if len(hits) == 0 {
		return nil
	}
	return append(hits, exposedSession(p)...)
}

// exposedSession finds a link that takes the address, and the session in it, to
// another host.
func exposedSession(p *page) []hit {
	risk := "Low"
	if p.secure {
		risk = "Medium"
	}
	for _, re := range foreignLink {
		m := re.FindSubmatch(p.body)
		if m != nil && !strings.EqualFold(string(m[1]), p.url.Hostname()) {
			return one(hit{variant: 3, risk: risk, evidence: string(m[1])})
		}
	}
	return nil
}

func sessionNames() []string {
	return []string{"asp.net_sessionid", "aspsessionid", "cfid", "cftoken", "jsessionid", "phpsessid", "sessid", "sid", "siteserver", "viewstate", "zenid"}
}

// offsiteRedirect is 10028: the request says where the redirect leads.
func offsiteRedirect(p *page) []hit {
	location := p.header.Get("Location")
	if p.status != http.StatusMovedPermanently && p.status != http.StatusFound || location == "" {
		return nil
	}
	authority, absolute := "", strings.Index(location, "://") > 0
	if absolute {
		u, err := url.Parse(location)
		if err != nil || !slices.Contains([]string{"http", "https", "ftp"}, u.Scheme) {
			return nil
		}
		authority = u.Host
		if u.User != nil {
			authority = u.User.String() + "@" + u.Host
		}
	}
	if strings.EqualFold(authority, p.url.Host) {
		return nil
	}
	var hits []hit
	for _, q := range append(parameters(p.url.RawQuery), p.form()...) {
		if q.value != "" && (strings.EqualFold(q.value, authority) || absolute && strings.Contains(q.value, location)) {
			hits = append(hits, hit{param: q.name, other: fmt.Sprintf("The parameter %s was %q, and the answer leads to %s.", q.name, Clip(q.value), Clip(location))})
		}
	}
	return hits
}

const (
	javaBase64  = "rO0AB"
	javaEscaped = "%C2%AC%C3%AD%00%05"
)

// javaMagic begins a serialised object, as it is and as a server leaves it that takes
// it for text.
var javaMagic = [][]byte{{0xac, 0xed, 0x00, 0x05}, []byte("\u00ac\u00ed\x00\x05"), []byte(javaBase64)}

// javaObject is 90002: serialised Java objects, in either direction.
func javaObject(p *page) []hit {
	var hits []hit
	for pair := range strings.SplitSeq(p.url.RawQuery, "&") {
		if name, value, _ := strings.Cut(pair, "="); serialised(value) {
			hits = append(hits, hit{param: name})
		}
	}
	for _, side := range []struct {
		header http.Header
		cookie string
		body   []byte
	}{{p.request, "Cookie", p.requestBody}, {p.header, "Set-Cookie", p.body}} {
		hits = append(hits, javaHeaders(side.header, side.cookie)...)
		if slices.ContainsFunc(javaMagic, func(m []byte) bool { return bytes.HasPrefix(side.body, m) }) {
			hits = append(hits, hit{})
		}
	}
	return hits
}

// javaHeaders looks at the values of headers and cookies.
func javaHeaders(h http.Header, cookies string) []hit {
	var hits []hit
	for _, name := range names(h) {
		for _, v := range h[name] {
			if serialised(v) {
				hits = append(hits, hit{param: name, evidence: name + ": " + v})
			}
			if name != cookies {
				continue
			}
			for i, pair := range strings.Split(v, ";") {
				key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
				if serialised(strings.Trim(value, `"`)) && (i == 0 || cookies == "Cookie") {
					hits = append(hits, hit{param: key, evidence: strings.TrimSpace(pair)})
				}
			}
		}
	}
	return hits
}

func serialised(value string) bool {
	return strings.HasPrefix(value, javaBase64) || strings.HasPrefix(value, javaEscaped)
}

// names lists the names of a header in a fixed order.
func names(h http.Header) []string {
	list := make([]string, 0, len(h))
	for name := range h {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// applicationError is 90022: an error that the application did not handle.
func applicationError(p *page) []hit {
	if p.status == http.StatusInternalServerError {
		if p.threshold == High {
			return nil
		}
		return one(hit{risk: "Low", evidence: p.statusLine()})
	}
	if p.status == http.StatusNotFound || strings.Contains(p.contentType(), "wasm") || p.javascript() || p.css() || p.binary() {
		return nil
	}
	for _, text := range errorTexts() {
		if bytes.Contains(p.body, []byte(text)) {
			return one(hit{evidence: text})
		}
	}
	for _, e := range errorPatterns {
		places := offsets(p.body, e.word)
		for _, at := range places[:min(len(places), maxPlaces)] {
			if m := e.pattern.Find(p.body[max(at-maxBefore, 0):min(at+maxAfter, len(p.body))]); m != nil {
				return one(hit{evidence: string(m)})
			}
		}
	}
	return nil
}

// How much around a word an error pattern is looked for, and how often: a page made of
// such words must not keep us busy.
const (
	maxPlaces = 50
	maxBefore = 700
	maxAfter  = 200
)

// binary tells whether a body of no declared type is no text.
func (p *page) binary() bool {
	if p.contentType() != "" {
		return false
	}
	start := p.body[:min(len(p.body), 512)]
	return bytes.ContainsFunc(start, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\f\x1b", r) })
}

// reason is the status with its word, such as 200 OK.
func (p *page) reason() string {
	_, reason, _ := strings.Cut(p.prime, " ")
	return reason
}

func (p *page) statusLine() string {
	return cmp.Or(p.prime, fmt.Sprintf("HTTP/1.1 %d", p.status))
}
