package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Ids that no list can hold: those of advisories, by who gave them, and of ZAP's rules.
var (
	knownAdvisory = regexp.MustCompile(`^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$`)
	otherAdvisory = regexp.MustCompile(`^(openSUSE|[A-Z][A-Z0-9]+)(-[A-Za-z0-9.:_]+)+$`)
	zapRule       = regexp.MustCompile(`^zap/\d+$`)
)

// Advisory reports whether the id can be one of an advisory.
func Advisory(id string) bool {
	if strings.HasPrefix(id, "CVE-") || strings.HasPrefix(id, "GHSA-") {
		return knownAdvisory.MatchString(id)
	}
	return otherAdvisory.MatchString(id)
}

// UnknownRule says what is wrong with the id of a rule, and which id is nearest; empty
// when it is among the known ones or can be an advisory's.
func UnknownRule(id string, known []string) string {
	switch {
	case slices.Contains(known, id) || Advisory(id) || zapRule.MatchString(id):
		return ""
	case strings.ContainsAny(id, "*?"):
		return fmt.Sprintf("%q is no rule: an exception names one rule, without wildcards; assure rules lists all", id)
	case strings.HasPrefix(strings.ToUpper(id), "CVE") || strings.HasPrefix(strings.ToUpper(id), "GHSA"):
		return fmt.Sprintf("%q is no advisory: write it as CVE-2024-12345 or GHSA-xxxx-xxxx-xxxx", id)
	case len(known) == 0 || len(id) > maxSuggest:
		return fmt.Sprintf("%q is no rule; assure rules lists all", id[:min(len(id), maxSuggest)])
	}
	nearest := slices.MinFunc(known, func(a, b string) int {
		return levenshtein.Distance(id, a, nil) - levenshtein.Distance(id, b, nil)
	})
	return fmt.Sprintf("%q is no rule; did you mean %q? assure rules lists all", id, nearest)
}

// CheckRules refuses exceptions for rules that nobody knows.
func (c Config) CheckRules(known []string) error {
	var errs []error
	for i, e := range c.Exceptions {
		path := index("exceptions", i) + ".rule"
		if msg := UnknownRule(e.Rule, known); e.Rule != "" && msg != "" {
			errs = append(errs, &Error{c.At(path), path + ": " + msg})
		}
	}
	return Mistakes(errs...)
}
