package cip

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var globForm = regexp.MustCompile(`^[a-zA-Z0-9\-_:/*.]+$`)

// compile reads a glob as policy-controller does: it spans the whole reference, * stops
// at a slash, ** does not, and a bare * or */* means Docker Hub.
func compile(glob string) (*regexp.Regexp, error) {
	switch glob {
	case "*":
		glob = "index.docker.io/library/*"
	case "*/*":
		glob = "index.docker.io/*/*"
	}
	if !globForm.MatchString(glob) {
		return nil, fmt.Errorf("%q is not a glob over images", glob)
	}
	parts := strings.Split(glob, "**")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, "[^/]*")
	}
	re, err := regexp.Compile("^" + strings.Join(parts, ".*") + "$")
	if err != nil {
		return nil, fmt.Errorf("%q is not a glob over images", glob)
	}
	return re, nil
}

// Matches tells whether the policy is about an image, by its full name with the tag or
// digest that the cluster sees, or as somebody wrote it.
func (p Policy) Matches(full, written string) bool {
	return slices.ContainsFunc(p.globs, func(re *regexp.Regexp) bool {
		return re.MatchString(full) || re.MatchString(written)
	})
}

// loose finds expressions that match more than they show.
func (d document) loose(at string, a Authority) []Weakness {
	var out []Weakness
	for i, id := range a.Identities {
		for field, e := range map[string]string{"issuerRegExp": id.IssuerRegexp, "subjectRegExp": id.SubjectRegexp} {
			if why := looseness(e); why != "" {
				out = append(out, Weakness{d.at(fmt.Sprintf("%s/%d/%s", at, i, field)), fmt.Sprintf("the %s %q %s", field, e, why)})
			}
		}
	}
	slices.SortFunc(out, func(a, b Weakness) int { return strings.Compare(a.Message, b.Message) })
	return out
}

var bareDot = regexp.MustCompile(`[a-z0-9]\.[a-z0-9]`)

func looseness(e string) string {
	switch {
	case e == "":
		return ""
	case strings.Trim(e, "^$") == ".*" || strings.Trim(e, "^$") == ".+":
		return "accepts everybody"
	case !strings.HasPrefix(e, "^") || !strings.HasSuffix(e, "$"):
		return "is not anchored with ^ and $, so it accepts longer names too"
	case bareDot.MatchString(e):
		return "has a dot that is not escaped, so it accepts other names too"
	}
	return ""
}
