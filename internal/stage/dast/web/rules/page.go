package rules

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Page is one answer as the rules see it.
type Page struct {
	Method string
	// URL is what was asked for, Secure whether over TLS.
	URL    *url.URL
	Secure bool
	// Request and RequestBody are what was sent for this answer.
	Request     http.Header
	RequestBody []byte
	Status      int
	Header      http.Header
	// Body is decoded and may be cut at a limit of the reader.
	Body []byte
	// Threshold is how sure a rule must be, and Now the date that cookies expire by.
	Threshold Threshold
	Now       time.Time

	// Prime is the status line of the answer, empty when it is not known.
	Prime string

	parsed  *Document
	lowered []byte
}

// Doc parses the body once.
func (p *Page) Doc() *Document {
	if p.parsed == nil {
		p.parsed = parse(p.Body)
	}
	return p.parsed
}

// lower is the body with ASCII letters in lower case; offsets stay what they are.
func (p *Page) lower() []byte {
	if p.lowered == nil {
		p.lowered = make([]byte, len(p.Body))
		for i, c := range p.Body {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			p.lowered[i] = c
		}
	}
	return p.lowered
}

// low reports whether the threshold asks for every suspicion.
func (p *Page) low() bool { return p.Threshold == Low }

// ContentType is the type that the answer declares, in lower case.
func (p *Page) ContentType() string { return strings.ToLower(p.Header.Get("Content-Type")) }

// HTML judges the content type the way ZAP does: by substring, and without a
// type by nothing.
func (p *Page) HTML() bool { return strings.Contains(p.ContentType(), "html") }

// Text reports whether the answer is text, a script or data.
func (p *Page) Text() bool {
	return slices.ContainsFunc([]string{"text", "html", "javascript", "json", "xml"}, func(s string) bool {
		return strings.Contains(p.ContentType(), s)
	})
}

func (p *Page) extension(known ...string) bool {
	return slices.Contains(known, strings.ToLower(path.Ext(p.URL.Path)))
}

func (p *Page) javascript() bool {
	return strings.Contains(p.ContentType(), "javascript") || p.extension(".js", ".jsx")
}

func (p *Page) css() bool { return strings.Contains(p.ContentType(), "css") || p.extension(".css") }

func (p *Page) image() bool {
	return strings.Contains(p.ContentType(), "image") ||
		p.extension(".bmp", ".ico", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".png", ".svg")
}

// Success reports whether the status is one of success.
func (p *Page) Success() bool  { return p.Status/100 == 2 }
func (p *Page) redirect() bool { return p.Status/100 == 3 }

// failed reports whether the answer is a redirect or an error, which most rules judge
// at the low threshold only.
func (p *Page) failed() bool { return p.Status/100 >= 3 }

// elements returns the named elements of an HTML page.
func (p *Page) elements(names ...string) []Element {
	if !p.HTML() || len(p.Body) == 0 {
		return nil
	}
	return p.Doc().Named(names...)
}

// meta returns the meta elements that stand in for a header, of an HTML page.
func (p *Page) meta(header string) []Element {
	if !p.HTML() || len(p.Body) == 0 {
		return nil
	}
	return p.Doc().meta(header)
}

// Resolve makes a link of the page absolute; nil when it is no URL.
func (p *Page) Resolve(link string) *url.URL {
	u, err := p.URL.Parse(strings.TrimSpace(link))
	if err != nil {
		return nil
	}
	return u
}

// foreign reports whether a link leads to another host. One that cannot be read but has
// a scheme or starts with slashes is taken to do so.
func (p *Page) foreign(link string) bool {
	u := p.Resolve(link)
	if u == nil {
		return strings.Contains(link, "//")
	}
	return u.Hostname() != "" && !strings.EqualFold(u.Hostname(), p.URL.Hostname())
}

func (p *Page) address() string {
	if p.URL == nil {
		return ""
	}
	return p.URL.String()
}

// Port is the port of a URL, that of its scheme when it names none.
func Port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}
