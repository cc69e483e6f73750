package rules

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// cookie is one Set-Cookie header, its attributes by lower-case name with the text as
// it was sent.
type cookie struct {
	name       string
	attributes map[string]setting
}

type setting struct {
	value, raw string
	valued     bool
}

// cookies returns the cookies of the answer that are not deletions.
func cookies(p *Page) []cookie {
	var found []cookie
	for _, line := range p.Header.Values("Set-Cookie") {
		if c := parseCookie(line); c.name != "" && !c.expired(p.Now) {
			found = append(found, c)
		}
	}
	return found
}

func parseCookie(line string) cookie {
	pair, rest, _ := strings.Cut(line, ";")
	name, _, _ := strings.Cut(pair, "=")
	c := cookie{name: strings.TrimSpace(name), attributes: map[string]setting{}}
	for raw := range strings.SplitSeq(rest, ";") {
		key, value, valued := strings.Cut(raw, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if key != "" {
			c.attributes[key] = setting{strings.TrimSpace(value), strings.TrimSpace(raw), valued}
		}
	}
	return c
}

// expired reports whether the header removes the cookie. Like ZAP, a date that cannot
// be read counts as past.
func (c cookie) expired(now time.Time) bool {
	if age, ok := c.attributes["max-age"]; ok {
		if n, err := strconv.Atoi(age.value); err == nil {
			return n <= 0
		}
	}
	expires, ok := c.attributes["expires"]
	if !ok {
		return false
	}
	for _, layout := range []string{http.TimeFormat, "Mon, 02-Jan-2006 15:04:05 MST", "Monday, 02-Jan-06 15:04:05 MST", "Mon, 02-Jan-06 15:04:05 MST", time.RFC1123Z, time.ANSIC} {
		if t, err := time.Parse(layout, expires.value); err == nil {
			return t.Before(now)
		}
	}
	return true
}

func (c cookie) hit(variant int) hit {
	return hit{variant: variant, param: c.name, evidence: "Set-Cookie: " + c.name}
}

// lacking returns a check for cookies without an attribute.
func lacking(attribute string, secureOnly bool) func(*Page) []hit {
	return func(p *Page) []hit {
		if secureOnly && !p.Secure {
			return nil
		}
		var hits []hit
		for _, c := range cookies(p) {
			if _, ok := c.attributes[attribute]; !ok {
				hits = append(hits, c.hit(0))
			}
		}
		return hits
	}
}

// sameSite is 10054: cookies that go along with requests from other sites.
func sameSite(p *Page) []hit {
	var hits []hit
	for _, c := range cookies(p) {
		s := c.attributes["samesite"]
		switch strings.ToLower(s.value) {
		case "strict", "lax":
		case "none":
			if p.Threshold != High {
				hits = append(hits, c.hit(2))
			}
		default:
			if s.valued {
				hits = append(hits, c.hit(3))
			} else {
				hits = append(hits, c.hit(1))
			}
		}
	}
	return hits
}

// looseCookie is 90033: cookies that reach sibling hosts.
func looseCookie(p *Page) []hit {
	host := strings.ToLower(p.URL.Hostname())
	var hits []hit
	for _, line := range p.Header.Values("Set-Cookie") {
		c := parseCookie(line)
		d := c.attributes["domain"]
		domain := strings.ToLower(strings.TrimPrefix(d.value, "."))
		if domain == "" || net.ParseIP(host) != nil || !strings.HasSuffix(host, "."+domain) {
			continue
		}
		hits = append(hits, hit{param: c.name, evidence: d.raw, other: "The cookie " + c.name + " was set by " + host + "."})
	}
	return hits
}
