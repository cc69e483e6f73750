package rules

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var dangerousCall = regexp.MustCompile(`(?i)\b\$?(?:eval|execScript|bypassSecurityTrust(?:Html|Script|Style|Url|ResourceUrl)|trustAs(?:Html|Js|Css|Url|ResourceUrl)?)\s{0,5}\(`)

// dangerousScript is 10110: a script calls a function that turns text into code or
// markup.
func dangerousScript(p *Page) []hit {
	if len(p.Body) == 0 || !containsAny(p.lower(), "eval", "execscript", "bypasssecuritytrust", "trustas") {
		return nil
	}
	if !p.HTML() {
		if m := dangerousCall.Find(p.Body); m != nil && p.javascript() {
			return one(hit{evidence: string(m)})
		}
		return nil
	}
	for _, e := range p.elements("script") {
		if m := dangerousCall.FindString(p.Doc().whole(e)); m != "" {
			return one(hit{evidence: m})
		}
	}
	return nil
}

func containsAny(text []byte, words ...string) bool {
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			return true
		}
	}
	return false
}

// remarks are the words that make a comment worth reading, and anyRemark all of them.
var (
	remarks   = words("TODO", "FIXME", "BUGS?", "XXX", "QUERY", "DB", "ADMIN", "ADMINISTRATOR", "USER", "USERNAME", "PASSWORD", "SELECT", "WHERE", "FROM", "LATER", "DEBUG")
	anyRemark = words("(?:TODO|FIXME|BUGS?|XXX|QUERY|DB|ADMIN(?:ISTRATOR)?|USER(?:NAME)?|PASSWORD|SELECT|WHERE|FROM|LATER|DEBUG)")[0]
)

func words(list ...string) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, w := range list {
		all = append(all, regexp.MustCompile(`(?i)\b`+w+`\b`))
	}
	return all
}

// around is how much of a comment is quoted on both sides of the word.
const around = 20

// suspiciousComments is 10027: comments that show visitors what was meant for
// colleagues. Each word is reported once a page, and each comment for its first word.
func suspiciousComments(p *Page) []hit {
	if len(p.Body) == 0 || p.font() {
		return nil
	}
	var comments []string
	switch {
	case p.HTML():
		comments = htmlComments(p)
	case p.javascript():
		comments = scriptComments(string(p.Body))
	}
	comments, _ = split(comments, anyRemark.MatchString)
	var hits []hit
	for _, re := range remarks {
		with, without := split(comments, re.MatchString)
		if comments = without; len(with) > 0 {
			hits = append(hits, remark(re, with))
		}
	}
	return hits
}

func split(list []string, match func(string) bool) (with, without []string) {
	for _, s := range list {
		if match(s) {
			with = append(with, s)
		} else {
			without = append(without, s)
		}
	}
	return with, without
}

// remark reports a word by the first of the comments that hold it.
func remark(re *regexp.Regexp, comments []string) hit {
	c := comments[0]
	m := re.FindStringIndex(c)
	h := hit{
		evidence: strings.ToValidUTF8(c[max(m[0]-around, 0):min(m[1]+around, len(c))], ""),
		other:    fmt.Sprintf("The word %s is in the comment %q.", re, Clip(c)),
	}
	if n := len(comments); n > 1 {
		h.other += fmt.Sprintf(" It is in %d comments of the page.", n)
	}
	return h
}

// maxComments bounds how many comments of one page are read.
const maxComments = 2000

// htmlComments are those of the markup and those of the scripts in it.
func htmlComments(p *Page) []string {
	d := p.Doc()
	comments := append([]string(nil), d.comments...)
	for _, e := range d.Named("script") {
		if len(comments) >= maxComments {
			break
		}
		comments = append(comments, scriptComments(d.Text(e))...)
	}
	return comments[:min(len(comments), maxComments)]
}

// scriptComments reads the comments of JavaScript. It knows strings and templates, so
// that their text is none, and distinguishes a division from a regular expression by what
// stands before.
func scriptComments(src string) []string {
	var found []string
	last := byte(0) // the last character that is no space
	for i := 0; i < len(src) && len(found) < maxComments; {
		c, rest := src[i], src[i:]
		switch {
		case strings.HasPrefix(rest, "//"):
			n := lineEnd(rest)
			found, i = append(found, rest[:n]), i+n
			continue
		case strings.HasPrefix(rest, "/*"):
			n := blockEnd(rest)
			found, i = append(found, rest[:n]), i+n
			continue
		case c == '"' || c == '\'' || c == '`':
			i += quotedEnd(rest, c)
			last = c
			continue
		case c == '/' && !strings.ContainsRune(")]}\"'`", rune(last)) && !word(last):
			i += quotedEnd(rest, '/')
			last = '"'
			continue
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			last = c
		}
		i++
	}
	return found
}

func lineEnd(s string) int {
	if n := strings.IndexAny(s, "\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

func blockEnd(s string) int {
	if n := strings.Index(s, "*/"); n >= 0 {
		return n + 2
	}
	return len(s)
}

// quotedEnd is the length of a literal that begins and ends with the quote. One that
// its line leaves open ends with the line, unless it is a template.
func quotedEnd(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == quote:
			return i + 1
		case s[i] == '\n' && quote != '`':
			return i
		}
	}
	return len(s)
}

func (p *Page) font() bool {
	return strings.Contains(p.ContentType(), "font") || p.extension(".ttf", ".woff", ".woff2", ".otf")
}

// host is the lower-case host of a link, empty when it has none.
func host(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
