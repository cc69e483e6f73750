package rules

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// directive is one word of a Cache-Control header, such as max-age=100.
type directive string

func (d directive) is(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(string(d), n) })
}

// seconds is the value of a directive such as max-age=100. A value that is no number
// is none.
func (d directive) seconds(name string) (int64, bool) {
	key, value, ok := strings.Cut(string(d), "=")
	if !ok || !strings.EqualFold(key, name) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 64)
	return n, err == nil
}

func (d directive) starts(name string) bool {
	return len(d) > len(name) && strings.EqualFold(string(d[:len(name)+1]), name+"=")
}

// directives reads the values of a header such as Cache-Control.
func cacheDirectives(values ...string) []directive {
	var list []directive
	for _, v := range values {
		for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
			list = append(list, directive(w))
		}
	}
	return list
}

func first(list []directive, match func(directive) bool) (directive, bool) {
	i := slices.IndexFunc(list, match)
	if i < 0 {
		return "", false
	}
	return list[i], true
}

// storable is 10049: whether shared caches may keep the answer and give it to others
// (RFC 9111, sections 3 and 4). Its three variants are three facts, not three faults.
func storable(p *Page) []hit {
	control := cacheDirectives(p.Header.Values("Cache-Control")...)
	if why, no := unstorable(p, control); no {
		return one(hit{variant: 1, evidence: why})
	}
	if d, ok := first(control, func(d directive) bool { return d.is("no-cache") }); ok {
		return one(hit{variant: 2, evidence: string(d)})
	}
	lifetime, evidence, other := freshness(p, control)
	if lifetime > 0 {
		return one(hit{variant: 3, evidence: evidence, other: other})
	}
	stale, forbidden := first(control, func(d directive) bool {
		return d.is("must-revalidate", "proxy-revalidate") || d.starts("s-maxage") || d.starts("max-age")
	})
	if forbidden {
		return one(hit{variant: 2, evidence: string(stale)})
	}
	return one(hit{variant: 3, other: "The answer is stale at once, but nothing keeps a cache from serving it stale."})
}

// unstorable says why a shared cache may not keep the answer.
func unstorable(p *Page, control []directive) (string, bool) {
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, strings.ToUpper(p.Method)) {
		return p.Method + " ", true
	}
	if p.Status < 100 || p.Status > 599 {
		return strconv.Itoa(p.Status), true
	}
	all := slices.Concat(p.Request.Values("Pragma"), p.Header.Values("Pragma"), p.Request.Values("Cache-Control"), p.Header.Values("Cache-Control"))
	if d, ok := first(cacheDirectives(all...), func(d directive) bool { return d.is("no-store") }); ok {
		return string(d), true
	}
	if d, ok := first(control, func(d directive) bool { return d.is("private") }); ok {
		return string(d), true
	}
	_, shared := first(control, func(d directive) bool { return d.is("must-revalidate", "public") || d.starts("s-maxage") })
	if len(p.Request.Values("Authorization")) > 0 && !shared {
		return "authorization:", true
	}
	_, lasting := first(control, func(d directive) bool { return d.is("public") || d.starts("max-age") || d.starts("s-maxage") })
	byStatus := slices.Contains([]int{200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501}, p.Status)
	if !lasting && !byStatus && len(p.Header.Values("Expires")) == 0 {
		return strconv.Itoa(p.Status), true
	}
	return "", false
}

const year = 365 * 24 * 60 * 60

// freshness is how many seconds the answer stays fresh in a shared cache, and what
// says so.
func freshness(p *Page, control []directive) (seconds int64, evidence, other string) {
	for _, name := range []string{"s-maxage", "max-age"} {
		var found []directive
		for _, d := range control {
			if n, ok := d.seconds(name); ok {
				seconds, found = n, append(found, d)
			}
		}
		if len(found) == 1 { // given twice it counts for nothing
			return seconds, string(found[0]), ""
		}
	}
	expires, dates := p.Header.Values("Expires"), p.Header.Values("Date")
	if len(expires) == 1 && len(dates) == 1 {
		until, err := http.ParseTime(expires[0])
		if err != nil { // such as 0: expired already
			return 0, expires[0], ""
		}
		if since, err := http.ParseTime(dates[0]); err == nil {
			return int64(until.Sub(since) / time.Second), expires[0], ""
		}
	}
	return year, "", "Nothing says how long the answer stays fresh, so a cache may choose; a year was assumed."
}
