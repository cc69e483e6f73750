package rules

import (
	"encoding/base64"
	"strings"
)

// weakAuthentication is 10105: credentials sent (1) or asked for (2) in the clear. The
// credentials themselves are nobody's evidence.
func weakAuthentication(p *Page) []hit {
	if p.Secure {
		return nil
	}
	var hits []hit
	if scheme, rest := authentication(p.Request.Get("Authorization")); scheme != "" {
		h := hit{variant: 1, evidence: "Authorization: " + scheme, other: "The request carried credentials of the kind " + scheme + "."}
		if scheme == "Basic" && hasPassword(rest) {
			h.risk = "High"
		}
		hits = append(hits, h)
	}
	for _, v := range p.Header.Values("Www-Authenticate") {
		if scheme, _ := authentication(v); scheme != "" {
			return append(hits, hit{variant: 2, evidence: "WWW-Authenticate: " + v})
		}
	}
	return hits
}

// authentication is the scheme of a header with credentials when it is a weak one.
func authentication(value string) (scheme, rest string) {
	word, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	for _, weak := range []string{"Basic", "Digest"} {
		if strings.EqualFold(word, weak) {
			return weak, strings.TrimSpace(rest)
		}
	}
	return "", ""
}

func hasPassword(credentials string) bool {
	plain, err := base64.StdEncoding.DecodeString(credentials)
	_, password, ok := strings.Cut(string(plain), ":")
	return err == nil && ok && password != ""
}
