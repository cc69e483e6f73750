package rules

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// cards are the brands whose numbers 10062 knows, by the ranges of their issuers.
var cards = []struct {
	brand   string
	pattern *regexp.Regexp
}{
	{"American Express", regexp.MustCompile(`^3[47][0-9]{13}$`)},
	{"Diners Club", regexp.MustCompile(`^3(?:0[0-5]|[68][0-9])[0-9]{11}$`)},
	{"Discover", regexp.MustCompile(`^6(?:011|5[0-9]{2})[0-9]{12}$`)},
	{"JCB", regexp.MustCompile(`^(?:(?:2131|1800)[0-9]{11}|35[0-9]{14})$`)},
	{"Maestro", regexp.MustCompile(`^(?:5[0678][0-9]{2}|6304|6390|67[0-9]{2})[0-9]{8,15}$`)},
	{"Mastercard", regexp.MustCompile(`^(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}$`)},
	{"Visa", regexp.MustCompile(`^4[0-9]{12}(?:[0-9]{3})?$`)},
}

// cardDisclosure is 10062: card numbers in an answer. Numbers with a decimal point, an
// exponent or an underscore before them are of another kind.
func cardDisclosure(p *Page) []hit {
	pdf := p.extension(".pdf") || strings.Contains(p.ContentType(), "pdf")
	if p.css() || p.image() || !p.low() && (pdf || !p.document()) {
		return nil
	}
	var hits []hit
	for _, n := range numbers(p) {
		digits := strings.Join(strings.Fields(n.text), "")
		for _, c := range cards {
			if len(hits) < maxHits && c.pattern.MatchString(digits) && luhn(digits) && n.plain(p.low()) {
				hits = append(hits, hit{evidence: n.text, other: "It looks like a card number of " + c.brand + "."})
			}
		}
	}
	return hits
}

// luhn checks the last digit of a card number.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum > 0 && sum%10 == 0
}

// document reports whether the answer is HTML, JSON or XML.
func (p *Page) document() bool {
	return slices.ContainsFunc([]string{"html", "json", "xml"}, func(s string) bool { return strings.Contains(p.ContentType(), s) })
}

// sequence is a run of groups of at least three digits, and what stands around it.
type sequence struct{ text, before, after string }

// plain reports whether the number is neither a part of a word or of another number.
func (n sequence) plain(low bool) bool {
	if low {
		return !exponent(n.before, n.after)
	}
	return !strings.HasSuffix(n.before, "_") && !strings.Contains(n.before+n.after, ".") && !exponent(n.before, n.after)
}

var power = regexp.MustCompile(`^[eE][+-]?[0-9]`)

func exponent(before, after string) bool {
	return power.MatchString(after) && strings.HasSuffix(before, ".")
}

// numbers lists the numbers of a body. Style sheets and style attributes are full of
// digits that mean nothing.
func numbers(p *Page) []sequence {
	body := p.Body
	if p.HTML() {
		body = p.unstyled()
	}
	var list []sequence
	for i := 0; i < len(body); {
		if !digit(body[i]) {
			i++
			continue
		}
		end := groups(body[i:]) + i
		if end > i && !(i > 0 && word(body[i-1]) && body[i-1] != '_') {
			list = append(list, sequence{
				text:   strings.TrimSpace(string(body[i:end])),
				before: string(body[max(i-3, 0):i]), after: string(body[end:min(end+3, len(body))]),
			})
		}
		for i = max(end, i+1); i < len(body) && digit(body[i]); {
			i++
		}
	}
	return list
}

// groups is the length of the groups of at least three digits that a text begins with.
func groups(text []byte) int {
	end := 0
	for at := 0; at < len(text); {
		n := at
		for n < len(text) && digit(text[n]) {
			n++
		}
		if n-at < 3 {
			break
		}
		end, at = n, n
		for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n') {
			at++
		}
		if at == n {
			break
		}
	}
	return end
}

// unstyled is the body with its styles blanked out.
func (p *Page) unstyled() []byte {
	d := p.Doc()
	var body []byte
	blank := func(from, to int) {
		if body == nil {
			body = bytes.Clone(d.body)
		}
		for i := from; i < to; i++ {
			body[i] = ' '
		}
	}
	for _, e := range d.Elements {
		if e.Name == "style" {
			blank(e.start, e.after)
		} else if v, ok := e.attr("style"); ok && strings.ContainsAny(v, "0123456789") {
			blank(e.start, e.end)
		}
	}
	if body == nil {
		return d.body
	}
	return body
}
