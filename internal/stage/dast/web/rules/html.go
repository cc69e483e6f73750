package rules

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxElements and maxAttributes bound what one page can make us keep.
const (
	maxElements   = 200_000
	maxAttributes = 1_000
)

// attribute is one attribute of a start tag, its value with entities resolved.
type attribute struct{ key, value string }

// Element is a start tag with the stretch that belongs to it. All numbers are byte
// offsets into the body, so that evidence is the page's own text.
type Element struct {
	// Name is the tag in lower case.
	Name  string
	attrs []attribute
	// start and end delimit the start tag.
	start, end int
	// close is where the end tag begins and after where it ends. Without an end tag
	// both are end, or the end of the page where HTML lets the end tag be omitted.
	close, after int
}

// Document is a page as its tags, in their order. It is no tree: broken pages stay as
// broken as they are, which is what evidence needs.
type Document struct {
	body []byte
	// Elements are the start tags.
	Elements []Element
	// comments are the texts of the comments, without their marks.
	comments []string
}

// parse reads the tags of a page. Comments hide what they hold; noscript does not.
func parse(body []byte) *Document {
	d := &Document{body: body}
	open := map[string][]int{}
	z := html.NewTokenizer(bytes.NewReader(body))
	for at := 0; len(d.Elements) < maxElements; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		start := at
		at += len(z.Raw())
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			d.add(z, start, at, kind == html.SelfClosingTagToken, open)
		case html.CommentToken:
			if text := string(z.Text()); len(d.comments) < maxComments {
				d.comments = append(d.comments, text)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			d.end(string(name), start, at, open)
		}
	}
	return d.omitted(open)
}

// add notes a start tag. Only script, style, textarea and title hide the tags in them,
// and not when they are written as empty, as in <script src=x />.
func (d *Document) add(z *html.Tokenizer, start, end int, closed bool, open map[string][]int) {
	name, more := z.TagName()
	e := Element{Name: string(name), start: start, end: end, close: end, after: end}
	for more && len(e.attrs) < maxAttributes {
		var k, v []byte
		k, v, more = z.TagAttr()
		e.attrs = append(e.attrs, attribute{string(k), string(v)})
	}
	if closed || !slices.Contains([]string{"script", "style", "textarea", "title"}, e.Name) {
		z.NextIsNotRawText()
	}
	if !closed {
		open[e.Name] = append(open[e.Name], len(d.Elements))
	}
	d.Elements = append(d.Elements, e)
}

func (d *Document) end(name string, start, end int, open map[string][]int) {
	stack := open[name]
	if len(stack) == 0 {
		return
	}
	e := &d.Elements[stack[len(stack)-1]]
	e.close, e.after = start, end
	open[name] = stack[:len(stack)-1]
}

// omitted lets elements whose end tag HTML makes optional reach to the end.
func (d *Document) omitted(open map[string][]int) *Document {
	for _, name := range []string{"html", "head", "body", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup"} {
		for _, i := range open[name] {
			d.Elements[i].close, d.Elements[i].after = len(d.body), len(d.body)
		}
	}
	return d
}

// attr returns an attribute's first value and whether it is there.
func (e Element) attr(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.key == name {
			return a.value, true
		}
	}
	return "", false
}

// Value is attr for callers to whom absent and empty are the same.
func (e Element) Value(name string) string {
	v, _ := e.attr(name)
	return v
}

// Named returns the elements with one of the names.
func (d *Document) Named(names ...string) []Element {
	var found []Element
	for _, e := range d.Elements {
		if slices.Contains(names, e.Name) {
			found = append(found, e)
		}
	}
	return found
}

// Inside returns the elements with one of the names between the tags of e.
func (d *Document) Inside(e Element, names ...string) []Element {
	first, _ := slices.BinarySearchFunc(d.Elements, e.end, func(c Element, at int) int { return cmp.Compare(c.start, at) })
	var found []Element
	for _, c := range d.Elements[first:] {
		if c.start >= e.close {
			break
		}
		if slices.Contains(names, c.Name) {
			found = append(found, c)
		}
	}
	return found
}

// tag is the raw text of the start tag, whole that of the element.
func (d *Document) tag(e Element) string   { return string(d.body[e.start:e.end]) }
func (d *Document) whole(e Element) string { return string(d.body[e.start:e.after]) }

// Text is the raw text between the tags.
func (d *Document) Text(e Element) string { return string(d.body[e.end:e.close]) }

// meta returns the meta elements whose http-equiv is the header name.
func (d *Document) meta(header string) []Element {
	var found []Element
	for _, e := range d.Named("meta") {
		if strings.EqualFold(strings.TrimSpace(e.Value("http-equiv")), header) {
			found = append(found, e)
		}
	}
	return found
}
