package rules

import (
	"regexp"
	"slices"
	"strings"
)

var (
	pathSession = regexp.MustCompile(`(?i)jsessionid=[0-9a-z]{8,}`)
	foreignLink = []*regexp.Regexp{
		regexp.MustCompile(`(?i)src\s*=\s*["']?https?://([\w.-]+)`),
		regexp.MustCompile(`(?i)href\s*=\s*["']?https?://([\w.-]+)`),
		regexp.MustCompile(`(?i)[=(]\s*["']https?://([\w.-]+)`),
	}
)

// minSession is the length that a session id must exceed.
const minSession = 8

// sessionInURL is 3: an address that carries the session, which logs and the Referer
// header give away.
func sessionInURL(p *Page) []hit {
	var hits []hit
	for _, q := range parameters(p.URL.RawQuery) {
		if slices.Contains(sessionNames(), strings.ToLower(q.name)) && len(q.value) > minSession {
			hits = append(hits, hit{variant: 1, param: q.name, evidence: q.value})
		}
	}
	if m := pathSession.FindString(p.URL.Path); m != "" && len(hits) == 0 {
		hits = append(hits, hit{variant: 2, evidence: m})
	}
	if len(hits) == 0 {
		return nil
	}
	return append(hits, exposedSession(p)...)
}

// exposedSession finds a link that takes the address, and the session in it, to
// another host.
func exposedSession(p *Page) []hit {
	risk := "Low"
	if p.Secure {
		risk = "Medium"
	}
	for _, re := range foreignLink {
		m := re.FindSubmatch(p.Body)
		if m != nil && !strings.EqualFold(string(m[1]), p.URL.Hostname()) {
			return one(hit{variant: 3, risk: risk, evidence: string(m[1])})
		}
	}
	return nil
}

func sessionNames() []string {
	return []string{"asp.net_sessionid", "aspsessionid", "cfid", "cftoken", "jsessionid", "phpsessid", "sessid", "sid", "siteserver", "viewstate", "zenid"}
}
