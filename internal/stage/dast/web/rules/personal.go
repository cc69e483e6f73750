package rules

import (
	"regexp"
	"strings"
)

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
func secretInURL(p *Page) []hit {
	var hits []hit
	for _, q := range parameters(p.URL.RawQuery) {
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

// secretInReferer is 10025: the request shows another host where the visitor was, with
// something confidential in the address.
func secretInReferer(p *Page) []hit {
	var hits []hit
	for _, r := range p.Request.Values("Referer") {
		if strings.HasPrefix(r, "/") || host(r) == strings.ToLower(p.URL.Hostname()) {
			continue
		}
		if w, ok := secretWord(r); ok {
			hits = append(hits, hit{evidence: w, other: "The address in the Referer header has a confidential parameter."})
		}
		hits = append(hits, personal(r)...)
	}
	return hits
}
