package verify

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
)

// GitHubIssuer issues the identities of GitHub's workflows.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// maxPattern bounds an expression over identities, in bytes.
const maxPattern = 1 << 10

// Wanted is how a policy writes an identity. Issuer and subject are both needed, each
// in one of its forms: exact, or as an expression. A subject with * is a glob.
type Wanted struct {
	Issuer, IssuerRegexp   string
	Subject, SubjectRegexp string
	// Loose leaves expressions without their anchors, as other policies mean them.
	Loose bool
}

// Identity is whom a certificate must name.
type Identity struct {
	text            string
	wanted          cosign.Identity
	issuer, subject func(string) bool
}

// NewIdentity compiles what a policy wants. An empty half would accept everybody.
func NewIdentity(w Wanted) (Identity, error) {
	id := Identity{}
	var err error
	if id.issuer, id.wanted.IssuerRegExp, err = half("issuer", w.Issuer, w.IssuerRegexp, false, w.Loose); err != nil {
		return Identity{}, err
	}
	if id.subject, id.wanted.SubjectRegExp, err = half("subject", w.Subject, w.SubjectRegexp, !w.Loose, w.Loose); err != nil {
		return Identity{}, err
	}
	if id.wanted.IssuerRegExp == "" {
		id.wanted.Issuer = w.Issuer
	}
	if id.wanted.SubjectRegExp == "" {
		id.wanted.Subject = w.Subject
	}
	id.text = fmt.Sprintf("%s (issuer %s)", w.Subject+w.SubjectRegexp, w.Issuer+w.IssuerRegexp)
	return id, nil
}

// half compiles the issuer or the subject; the expression is empty for an exact one.
func half(what, exact, expression string, globs, loose bool) (func(string) bool, string, error) {
	switch {
	case exact == "" && expression == "":
		return nil, "", fmt.Errorf("it needs the %s; without one everybody would be accepted", what)
	case exact != "" && expression != "":
		return nil, "", fmt.Errorf("it gives the %s twice, exactly and as an expression", what)
	case exact != "" && globs && strings.Contains(exact, "*"):
		expression = glob(exact)
	case exact != "":
		return func(s string) bool { return s == exact }, "", nil
	case !loose:
		expression = "^(?:" + expression + ")$"
	}
	re, err := compile(expression)
	if err != nil {
		return nil, "", fmt.Errorf("its %s: %w", what, err)
	}
	return re.MatchString, expression, nil
}

func compile(expression string) (*regexp.Regexp, error) {
	if len(expression) > maxPattern {
		return nil, fmt.Errorf("the expression is longer than %d bytes", maxPattern)
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, errors.New("it is not a regular expression")
	}
	if re.MatchString("") {
		return nil, errors.New("the expression accepts everything; name what must be there")
	}
	return re, nil
}

// glob translates * (anything but a slash) and ** (anything).
func glob(pattern string) string {
	var b strings.Builder
	b.WriteString("^")
	for i, part := range strings.Split(pattern, "**") {
		if i > 0 {
			b.WriteString(".*")
		}
		for j, piece := range strings.Split(part, "*") {
			if j > 0 {
				b.WriteString("[^/]*")
			}
			b.WriteString(regexp.QuoteMeta(piece))
		}
	}
	return b.String() + "$"
}

// String is how the policy writes it.
func (id Identity) String() string { return id.text }

// names tells whether a certificate names the identity.
func (id Identity) names(s certificate.Summary) bool {
	return id.issuer != nil && id.subject != nil && id.issuer(s.Issuer) && id.subject(s.SubjectAlternativeName)
}

// anybody is for diagnosis only: it tells a wrong identity from a bad signature.
var anybody = cosign.Identity{IssuerRegExp: ".*", SubjectRegExp: ".*"}

// Flags are cosign's for this identity, with values made one word by quote.
func (id Identity) Flags(quote func(string) string) []string {
	flag := func(name, exact, expression string) string {
		if expression != "" {
			return "--" + name + "-regexp " + quote(expression)
		}
		return "--" + name + " " + quote(exact)
	}
	return []string{
		flag("certificate-identity", id.wanted.Subject, id.wanted.SubjectRegExp),
		flag("certificate-oidc-issuer", id.wanted.Issuer, id.wanted.IssuerRegExp),
	}
}
