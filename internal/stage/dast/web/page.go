package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// page is one answer as the rules see it.
type page struct {
	method string
	url    *url.URL
	secure bool
	// request and requestBody are what was sent for this answer.
	request     http.Header
	requestBody []byte
	status      int
	header      http.Header
	// body is decoded and may be cut at Options.MaxBody.
	body      []byte
	threshold Threshold
	now       time.Time

	// prime is the status line of the answer, empty when it is not known.
	prime string

	parsed  *document
	lowered []byte
}

// doc parses the body once.
func (p *page) doc() *document {
	if p.parsed == nil {
		p.parsed = parse(p.body)
	}
	return p.parsed
}

// lower is the body with ASCII letters in lower case; offsets stay what they are.
func (p *page) lower() []byte {
	if p.lowered == nil {
		p.lowered = make([]byte, len(p.body))
		for i, c := range p.body {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			p.lowered[i] = c
		}
	}
	return p.lowered
}

// low tells whether the threshold asks for every suspicion.
func (p *page) low() bool { return p.threshold == Low }

func (p *page) contentType() string { return strings.ToLower(p.header.Get("Content-Type")) }

// html and text judge the content type the way ZAP does: by substring, and without a
// type by nothing.
func (p *page) html() bool { return strings.Contains(p.contentType(), "html") }

func (p *page) text() bool {
	return slices.ContainsFunc([]string{"text", "html", "javascript", "json", "xml"}, func(s string) bool {
		return strings.Contains(p.contentType(), s)
	})
}

func (p *page) extension(known ...string) bool {
	return slices.Contains(known, strings.ToLower(path.Ext(p.url.Path)))
}

func (p *page) javascript() bool {
	return strings.Contains(p.contentType(), "javascript") || p.extension(".js", ".jsx")
}

func (p *page) css() bool { return strings.Contains(p.contentType(), "css") || p.extension(".css") }

func (p *page) image() bool {
	return strings.Contains(p.contentType(), "image") ||
		p.extension(".bmp", ".ico", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".png", ".svg")
}

func (p *page) success() bool  { return p.status/100 == 2 }
func (p *page) redirect() bool { return p.status/100 == 3 }

// failed tells whether the answer is a redirect or an error, which most rules judge
// at the low threshold only.
func (p *page) failed() bool { return p.status/100 >= 3 }

// elements returns the named elements of an HTML page.
func (p *page) elements(names ...string) []element {
	if !p.html() || len(p.body) == 0 {
		return nil
	}
	return p.doc().named(names...)
}

// meta returns the meta elements that stand in for a header, of an HTML page.
func (p *page) meta(header string) []element {
	if !p.html() || len(p.body) == 0 {
		return nil
	}
	return p.doc().meta(header)
}

// resolve makes a link of the page absolute; nil when it is no URL.
func (p *page) resolve(link string) *url.URL {
	u, err := p.url.Parse(strings.TrimSpace(link))
	if err != nil {
		return nil
	}
	return u
}

// foreign tells whether a link leads to another host. One that cannot be read but has
// a scheme or starts with slashes is taken to do so.
func (p *page) foreign(link string) bool {
	u := p.resolve(link)
	if u == nil {
		return strings.Contains(link, "//")
	}
	return u.Hostname() != "" && !strings.EqualFold(u.Hostname(), p.url.Hostname())
}

func (p *page) address() string {
	if p.url == nil {
		return ""
	}
	return p.url.String()
}
