package rules

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

const (
	javaBase64  = "rO0AB"
	javaEscaped = "%C2%AC%C3%AD%00%05"
)

// javaMagic begins a serialised object, as it is and as a server leaves it that takes
// it for text.
var javaMagic = [][]byte{{0xac, 0xed, 0x00, 0x05}, []byte("\u00ac\u00ed\x00\x05"), []byte(javaBase64)}

// javaObject is 90002: serialised Java objects, in either direction.
func javaObject(p *Page) []hit {
	var hits []hit
	for pair := range strings.SplitSeq(p.URL.RawQuery, "&") {
		if name, value, _ := strings.Cut(pair, "="); serialised(value) {
			hits = append(hits, hit{param: name})
		}
	}
	for _, side := range []struct {
		header http.Header
		cookie string
		body   []byte
	}{{p.Request, "Cookie", p.RequestBody}, {p.Header, "Set-Cookie", p.Body}} {
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
