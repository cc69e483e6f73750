package rules

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	charset  = regexp.MustCompile(`(?i)\bcharset\s*=\s*["']?([^\s"';,]+)`)
	encoding = regexp.MustCompile(`^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']`)
)

// charsetMismatch is 90011: header and page name different character sets.
func charsetMismatch(p *Page) []hit {
	header := charset.FindStringSubmatch(p.Header.Get("Content-Type"))
	if len(p.Body) == 0 || header == nil {
		return nil
	}
	if !p.HTML() {
		m := encoding.FindSubmatch(p.Body)
		if m == nil || !strings.Contains(p.ContentType(), "xml") {
			return nil
		}
		return differ(nil, 4, header[1], string(m[1]))
	}
	declared, meta := "", ""
	for _, e := range p.elements("meta") {
		if m := charset.FindStringSubmatch(e.Value("content")); m != nil && strings.EqualFold(e.Value("http-equiv"), "content-type") {
			declared = m[1]
		}
		if meta == "" {
			meta = strings.TrimSpace(e.Value("charset"))
		}
	}
	var hits []hit
	if p.low() {
		hits = differ(hits, 3, declared, meta)
	}
	hits = differ(hits, 1, header[1], declared)
	return differ(hits, 2, header[1], meta)
}

func differ(hits []hit, variant int, a, b string) []hit {
	if a == "" || b == "" || strings.EqualFold(a, b) {
		return hits
	}
	return append(hits, hit{variant: variant, other: fmt.Sprintf("%s and %s are not the same.", Clip(a), Clip(b))})
}
