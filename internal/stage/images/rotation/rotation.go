// Package rotation compares the keys of releases: a new major release should bring a new
// key.
package rotation

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// Release is a key file as it stands in a tagged release.
type Release struct {
	Tag string
	// Key is the content of the file, nil when the release does not have it.
	Key []byte
}

// Rule is the id of the one rule.
const Rule = "image/key-not-rotated"

// Rules lists it.
func Rules() []finding.Rule {
	return []finding.Rule{
		{
			ID: Rule, Severity: finding.Low, Controls: []string{"SHG-5.10"},
			Title:       "A major release kept the key of the one before",
			Description: "The guide wants a new verification key with each major release, so that a key that leaked unnoticed ends with its release.",
			Remediation: "Sign the next major release with a new key, and ship its public half at the same place.",
		},
	}
}

// maxMajors is how many of the newest major releases are compared.
const maxMajors = 5

var releaseTag = regexp.MustCompile(`^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})$`)

// Newest are the newest release of each major version, oldest first. Without
// tags of that form there is none.
func Newest(tags []string) []string {
	type version struct {
		numbers [3]int
		tag     string
	}
	newest := map[int]version{}
	for _, tag := range tags {
		m := releaseTag.FindStringSubmatch(tag)
		if m == nil {
			continue
		}
		v := version{tag: tag}
		for i := range v.numbers {
			v.numbers[i], _ = strconv.Atoi(m[i+1]) // six digits at most
		}
		if old, ok := newest[v.numbers[0]]; !ok || slices.Compare(old.numbers[:], v.numbers[:]) < 0 {
			newest[v.numbers[0]] = v
		}
	}
	var list []version
	for _, v := range newest {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b version) int { return cmp.Compare(a.numbers[0], b.numbers[0]) })
	var out []string
	for _, v := range list[max(0, len(list)-maxMajors):] {
		out = append(out, v.tag)
	}
	return out
}

// Judge compares each key file in the newest release of every major version, which
// releases reads.
func Judge(set *finding.Set, keys []config.Key, releases func(file string) ([]Release, error)) {
	for _, k := range keys {
		if k.File == "" {
			continue
		}
		list, err := releases(k.File)
		if err != nil {
			set.Gaps = append(set.Gaps, finding.Gap{Rule: gap.Unreadable, Location: finding.Top(k.File), Subject: k.ID, Remediation: "Fetch the history with its tags.", Message: fmt.Sprintf("the releases of %s could not be read: %v", k.File, err)})
			continue
		}
		for i := 1; i < len(list); i++ {
			compare(set, k, list[i-1], list[i])
		}
	}
}

// compare wants another key in the later release; one without a key has none to compare.
func compare(set *finding.Set, k config.Key, earlier, later Release) {
	before, after := fingerprint(earlier), fingerprint(later)
	if before == "" || after == "" {
		return
	}
	set.Judge(Rule, 1)
	if before == after {
		set.Findings = append(set.Findings, finding.Finding{
			Rule: Rule, Severity: Rules()[0].Severity, Location: finding.Top(k.File), Subject: k.ID, Key: later.Tag,
			Message: fmt.Sprintf("%s is the same key (%s) in %s as in %s", k.File, after, later.Tag, earlier.Tag),
		})
	}
}

func fingerprint(r Release) string {
	key, err := verify.LoadKey("", r.Key)
	if err != nil {
		return ""
	}
	return key.Fingerprint
}
