package rules

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
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
func privateAddress(p *Page) []hit {
	if !p.Text() {
		return nil
	}
	var found []string
	for _, at := range offsets(p.Body, "10.", "172.", "192.168.", "ip-10-", "ip-172-", "ip-192-168-") {
		rest := p.Body[at:min(at+40, len(p.Body))]
		m := private.FindSubmatch(rest)
		if m == nil || !alone(p.Body[:at], rest[len(m[1]):]) || len(found) >= maxPrivate {
			continue
		}
		if p.low() || !strings.EqualFold(string(m[1]), p.URL.Hostname()) {
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

// alone reports whether nothing around an address makes it a part of a longer word or
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
func (p *Page) form() []parameter {
	t := p.Request.Get("Content-Type")
	if p.Method != http.MethodPost || t != "" && !strings.Contains(strings.ToLower(t), "form-urlencoded") {
		return nil
	}
	return parameters(string(p.RequestBody))
}

// offsiteRedirect is 10028: the request says where the redirect leads.
func offsiteRedirect(p *Page) []hit {
	location := p.Header.Get("Location")
	if p.Status != http.StatusMovedPermanently && p.Status != http.StatusFound || location == "" {
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
	if strings.EqualFold(authority, p.URL.Host) {
		return nil
	}
	var hits []hit
	for _, q := range append(parameters(p.URL.RawQuery), p.form()...) {
		if q.value != "" && (strings.EqualFold(q.value, authority) || absolute && strings.Contains(q.value, location)) {
			hits = append(hits, hit{param: q.name, other: fmt.Sprintf("The parameter %s was %q, and the answer leads to %s.", q.name, Clip(q.value), Clip(location))})
		}
	}
	return hits
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

// reason is the status with its word, such as 200 OK.
func (p *Page) reason() string {
	_, reason, _ := strings.Cut(p.Prime, " ")
	return reason
}

func (p *Page) statusLine() string {
	return cmp.Or(p.Prime, fmt.Sprintf("HTTP/1.1 %d", p.Status))
}
