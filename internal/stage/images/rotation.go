package images

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// Release is a key file as it stands in a tagged release.
type Release struct {
	Tag string
	// Key is the content of the file, nil when the release does not have it.
	Key []byte
}

// maxMajors is how many of the newest major releases are compared.
const maxMajors = 5

var releaseTag = regexp.MustCompile(`^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})$`)

// NewestOfMajors are the newest release of each major version, oldest first. Without
// tags of that form there is none.
func NewestOfMajors(tags []string) []string {
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

// judgeRotation compares each key file in the newest release of every major version.
func (s *Stage) judgeRotation(set *finding.Set) {
	for _, k := range s.cfg.Keys {
		if k.File == "" || s.opts.Releases == nil {
			continue
		}
		releases, err := s.opts.Releases(k.File)
		if err != nil {
			set.Gaps = append(set.Gaps, finding.Gap{Location: finding.Top(k.File), Message: fmt.Sprintf("the releases of %s could not be read: %v", k.File, err)})
			continue
		}
		for i := 1; i < len(releases); i++ {
			before, after := fingerprint(releases[i-1]), fingerprint(releases[i])
			if before == "" || after == "" {
				continue
			}
			set.Judge(ruleRotation, 1)
			if before == after {
				set.Findings = append(set.Findings, finding.Finding{
					Rule: ruleRotation, Severity: severityOf(ruleRotation), Location: finding.Top(k.File), Subject: k.ID, Key: releases[i].Tag,
					Message: fmt.Sprintf("%s is the same key (%s) in %s as in %s", k.File, after, releases[i].Tag, releases[i-1].Tag),
				})
			}
		}
	}
}

func fingerprint(r Release) string {
	key, err := verify.LoadKey("", r.Key)
	if err != nil {
		return ""
	}
	return key.Fingerprint
}
