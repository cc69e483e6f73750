package web

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// debugError is 10023: the page looks like what a developer should see.
func debugError(p *page) []hit {
	if len(p.body) == 0 || !p.text() || p.javascript() && !p.low() {
		return nil
	}
	for _, text := range debugTexts() {
		if i := bytes.Index(p.lower(), []byte(strings.ToLower(text))); i >= 0 {
			return one(hit{evidence: string(p.body[i : i+len(text)])})
		}
	}
	return nil
}

func debugTexts() []string {
	return []string{
		"Internal Server Error", "This error page might contain sensitive information because ASP.NET", "An error occurred at runtime", "Error Occurred While Processing Request",
		"Server Error in", "Error Message :", "Error Report", "Error Type", "Error converting data type", "Exception Details:", "Exception report", "A server error occurred",
		"Application Error", "Debug Info", "Debugging information", "Stack Trace:", "Source Error:", "The debugger caught an exception", "Run-time error", "Unhandled exception",
		"There was an error in your template", "There seems to have been a problem with the database", "Invalid SQL statement", "SQL error", "Query failed", "Database error",
		"Configuration error", "Compilation error", "Parser error",
	}
}

var (
	email      = regexp.MustCompile(`\b[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,24}\b`)
	socialID   = regexp.MustCompile(`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`)
	cardNumber = regexp.MustCompile(`\b(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})\b`)
)

// secretWords are what names of parameters hold that should not be in an address; a
// longer word stands before those that it holds.
func secretWords() []string {
	return []string{
		"username", "userid", "user", "password", "passwd", "passphrase", "pass", "pwd", "pswd", "apikey", "api_key", "accesskey", "secret", "token", "ticket", "jsessionid", "phpsessid",
		"sessionid", "session", "sessid", "credential",
	}
}

// personal finds card numbers, mail addresses and US social security numbers.
func personal(text string) []hit {
	var hits []hit
	if m := cardNumber.FindString(text); m != "" && luhn(m) {
		hits = append(hits, hit{evidence: m, other: "It looks like the number of a credit card."})
	}
	if m := email.FindString(text); m != "" {
		hits = append(hits, hit{evidence: m, other: "It looks like a mail address."})
	}
	if m := socialID.FindString(text); m != "" {
		hits = append(hits, hit{evidence: m, other: "It looks like a US social security number."})
	}
	return hits
}

// secretInURL is 10024: an address with something that should not be in logs.
func secretInURL(p *page) []hit {
	var hits []hit
	for _, q := range parameters(p.url.RawQuery) {
		if _, ok := secretWord(q.name); ok {
			hits = append(hits, hit{param: q.name, evidence: q.name, other: "The parameter's name says that its value is confidential."})
		}
		for _, h := range personal(q.value) {
			h.param = q.name
			hits = append(hits, h)
		}
	}
	return hits
}

func secretWord(text string) (string, bool) {
	lower := strings.ToLower(text)
	for _, w := range secretWords() {
		if i := strings.Index(lower, w); i >= 0 && len(lower) == len(text) {
			return text[i : i+len(w)], true
		}
	}
	return "", false
}

// secretInReferer is 10025: the request told another host where the visitor was, with
// something confidential in the address.
func secretInReferer(p *page) []hit {
	var hits []hit
	for _, r := range p.request.Values("Referer") {
		if strings.HasPrefix(r, "/") || host(r) == strings.ToLower(p.url.Hostname()) {
			continue
		}
		if w, ok := secretWord(r); ok {
			hits = append(hits, hit{evidence: w, other: "The address in the Referer header has a confidential parameter."})
		}
		hits = append(hits, personal(r)...)
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
func cardDisclosure(p *page) []hit {
	pdf := p.extension(".pdf") || strings.Contains(p.contentType(), "pdf")
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

// document tells whether the answer is HTML, JSON or XML.
func (p *page) document() bool {
	return slices.ContainsFunc([]string{"html", "json", "xml"}, func(s string) bool { return strings.Contains(p.contentType(), s) })
}

// sequence is a run of groups of at least three digits, and what stands around it.
type sequence struct{ text, before, after string }

// plain tells whether the number is neither a part of a word or of another number.
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
func numbers(p *page) []sequence {
	body := p.body
	if p.html() {
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
func (p *page) unstyled() []byte {
	d := p.doc()
	var body []byte
	blank := func(from, to int) {
		if body == nil {
			body = bytes.Clone(d.body)
		}
		for i := from; i < to; i++ {
			body[i] = ' '
		}
	}
	for _, e := range d.elements {
		if e.name == "style" {
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

// timestamps is 10096: seconds since 1970. Above the low threshold only those count
// that lie within ten years, at the high one within one.
func timestamps(p *page) []hit {
	if p.font() {
		return nil
	}
	var hits []hit
	for _, text := range append(quiet(p), p.body) {
		for i := 0; i < len(text) && len(hits) < maxHits; {
			start := i
			for i < len(text) && word(text[i]) {
				i++
			}
			if i == start {
				i++
				continue
			}
			if s := text[start:i]; len(s) == 10 && p.recent(string(s)) && !bytes.HasPrefix(text[i:], []byte("%")) {
				hits = append(hits, hit{evidence: string(s)})
			}
		}
	}
	for i := range hits {
		n, _ := strconv.ParseInt(hits[i].evidence, 10, 64) // recent read it before
		hits[i].other = fmt.Sprintf("%s is %s.", hits[i].evidence, time.Unix(n, 0).UTC().Format(time.DateTime))
	}
	return hits
}

// recent tells whether ten digits are a time that the threshold asks for.
func (p *page) recent(digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1_000_000_000 {
		return false
	}
	years := map[Threshold]int{Medium: 10, High: 1}[p.threshold]
	at := time.Unix(n, 0)
	return years == 0 || at.After(p.now.AddDate(-years, 0, 0)) && at.Before(p.now.AddDate(years, 0, 0))
}

// quiet lists the headers as lines, without those that tell times for a reason.
func quiet(p *page) [][]byte {
	known := []string{"Keep-Alive", "Cache-Control", "Etag", "Age", "Strict-Transport-Security", "Report-To", "Nel", "Expect-Ct", "Ratelimit-Reset", "X-Ratelimit-Reset", "X-Rate-Limit-Reset"}
	var lines [][]byte
	for _, name := range names(p.header) {
		for _, v := range p.header[name] {
			if !slices.Contains(known, name) {
				lines = append(lines, []byte(name+": "+v))
			}
		}
	}
	return lines
}

// hashKinds are the formats of 10097 in the order of their references, as they stand at
// the start of a text. They are what password stores hold; bare digits, which mean
// little, have the references after them.
var hashKinds = []*regexp.Regexp{
	regexp.MustCompile(`^(?i)\$LM\$[a-f0-9]{16}`),
	regexp.MustCompile(`^(?i)\$K4\$[a-f0-9]{16},`),
	regexp.MustCompile(`^(?i)\$2[ay]\$05\$[a-z0-9+\-_./=]{53}`),
	regexp.MustCompile(`^\$1\$[./0-9A-Za-z]{0,8}\$[./0-9A-Za-z]{22}`),
	regexp.MustCompile(`^\$5\$(?:rounds=[0-9]+\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{43}`),
	regexp.MustCompile(`^\$6\$(?:rounds=[0-9]+\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{86}`),
	regexp.MustCompile(`^\$2[aby]?\$[0-9]{2}\$[./0-9A-Za-z]{53}`),
	regexp.MustCompile(`^(?:\$3\$\$|\$NT\$)[0-9a-f]{32}`),
}

// maxHash is longer than any of these, and maxDollars how many places of one text are
// looked at: a page of nothing else must not keep us busy.
const (
	maxHash    = 200
	maxDollars = 10_000
)

// crypted finds password hashes. Each begins with a dollar and one of few characters.
func crypted(text []byte) []hit {
	var hits []hit
	places := offsets(text, "$1", "$2", "$3", "$5", "$6", "$L", "$l", "$K", "$k", "$N")
	for _, at := range places[:min(len(places), maxDollars)] {
		for i, re := range hashKinds {
			if m := re.Find(text[at:min(at+maxHash, len(text))]); m != nil && len(hits) < maxHits {
				hits = append(hits, hit{variant: i + 1, evidence: string(m)})
			}
		}
	}
	return hits
}

// bareHashes are the lengths of bare hexadecimal hashes by variant.
var bareHashes = map[int]int{48: 9, 128: 10, 96: 11, 64: 12, 56: 13, 40: 14, 32: 16}

// hashes is 10097: password hashes, and at the low threshold everything of the shape
// of a hash, in what was sent and what came back.
func hashes(p *page) []hit {
	texts := [][]byte{headerText(p.header), p.body}
	if p.javascript() && !p.low() {
		texts = nil
	}
	texts = append(texts, headerText(p.request), p.requestBody)
	var hits []hit
	for _, text := range texts {
		hits = append(hits, crypted(text)...)
	}
	for _, text := range texts {
		if p.low() {
			hits = append(hits, bare(text)...)
		}
	}
	return hits
}

// bare finds words that are hexadecimal digits of a hash's length.
func bare(text []byte) []hit {
	var hits []hit
	for i := 0; i < len(text) && len(hits) < maxHits; {
		start, hex := i, true
		for i < len(text) && word(text[i]) {
			hex = hex && strings.IndexByte("0123456789abcdefABCDEF", text[i]) >= 0
			i++
		}
		s := string(text[start:i])
		v := bareHashes[len(s)]
		known := v > 0 && hex && (v != 9 || strings.ToUpper(s) == s) && !(v == 16 && bytes.HasSuffix(bytes.ToLower(text[max(start-11, 0):start]), []byte("jsessionid=")))
		if known {
			hits = append(hits, hit{variant: v, evidence: s})
		}
		if i == start {
			i++
		}
	}
	return hits
}

func headerText(h map[string][]string) []byte {
	var b bytes.Buffer
	for _, name := range names(h) {
		for _, v := range h[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	return b.Bytes()
}

var (
	charset  = regexp.MustCompile(`(?i)\bcharset\s*=\s*["']?([^\s"';,]+)`)
	encoding = regexp.MustCompile(`^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']`)
)

// charsetMismatch is 90011: header and page name different character sets.
func charsetMismatch(p *page) []hit {
	header := charset.FindStringSubmatch(p.header.Get("Content-Type"))
	if len(p.body) == 0 || header == nil {
		return nil
	}
	if !p.html() {
		m := encoding.FindSubmatch(p.body)
		if m == nil || !strings.Contains(p.contentType(), "xml") {
			return nil
		}
		return differ(nil, 4, header[1], string(m[1]))
	}
	declared, meta := "", ""
	for _, e := range p.elements("meta") {
		if m := charset.FindStringSubmatch(e.value("content")); m != nil && strings.EqualFold(e.value("http-equiv"), "content-type") {
			declared = m[1]
		}
		if meta == "" {
			meta = strings.TrimSpace(e.value("charset"))
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
