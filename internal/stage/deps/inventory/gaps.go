package inventory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/aquasecurity/trivy/pkg/purl"
	trivy "github.com/aquasecurity/trivy/pkg/types"
	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// maxGaps is how many entries of one file are named as gaps; the others are counted.
const maxGaps = 200

// anew is how to fix a lock file that is no longer what a package manager wrote.
const anew = "Write the file anew with its package manager."

// flaw is an error that knows its kind of gap.
type flaw struct {
	rule, remedy string
	err          error
}

func (f flaw) Error() string { return f.err.Error() }

// Unwrap returns the cause.
func (f flaw) Unwrap() error { return f.err }

// unread is the kind of gap for a file that cannot be read.
func unread(err error) string {
	switch {
	case errors.Is(err, source.ErrTooLarge):
		return gap.TooLarge
	case errors.Is(err, fs.ErrNotExist):
		return gap.MissingFile
	}
	return gap.Unreadable
}

// unparsed is the gap of a file that a parser refused.
func unparsed(err error) finding.Gap {
	g := finding.Gap{
		Rule: gap.NotParsed, Remediation: anew,
		Message: fmt.Sprintf("the lock file could not be parsed: %s; its dependencies were not judged", innermost(err)),
	}
	if known := (flaw{}); errors.As(err, &known) {
		g.Rule, g.Remediation = known.rule, known.remedy
	}
	return g
}

// conflictMark begins or ends a conflict. The line of equals signs between the two is no
// mark by itself: it also underlines headings in comments.
var conflictMark = regexp.MustCompile(`(?m)^(?:<{7}|>{7})(?:[ \t].*)?\r?$`)

// conflict notes the first mark of a merge conflict. Formats that are read line by line
// lose one of the two sides, or both, without a word.
func (f *file) conflict() {
	at := conflictMark.FindIndex(f.Text)
	if at == nil || bytes.IndexByte(f.Text, 0) >= 0 {
		return
	}
	f.gap(1+bytes.Count(f.Text[:at[0]], []byte("\n")), finding.Gap{
		Rule: gap.ConflictMarkers, Message: "the file holds the marks of a merge conflict; which of its versions will be installed is not known",
	})
}

// unversioned names the packages that have no version.
func (f *file) unversioned(all []types.Package) {
	slices.SortFunc(all, func(a, b types.Package) int { return strings.Compare(a.Name, b.Name) })
	all = slices.CompactFunc(all, func(a, b types.Package) bool { return a.Name == b.Name })
	for _, p := range all[:min(len(all), maxGaps)] {
		f.Gaps = append(f.Gaps, finding.Gap{
			Rule: cmp.Or(f.why[p.Name], gap.NoVersion), Location: f.Locate(p), Subject: PackageURL(f.Kind, p, false),
			Message: Short(p.Name) + " has no version here and was not judged",
		})
	}
	f.more(len(all))
}

// more counts the gaps beyond those that are named.
func (f *file) more(n int) {
	if n > maxGaps {
		f.gap(0, finding.Gap{Rule: gap.TooMany, Message: fmt.Sprintf("%d more entries have no exact version and were not judged", n-maxGaps)})
	}
}

// PackageURL names the package; without its version it stays the same over upgrades.
func PackageURL(kind types.LangType, p types.Package, exact bool) string {
	made, err := purl.New(kind, trivy.Metadata{}, p)
	url := packageurl.NewPackageURL(packageurl.TypeGeneric, "", p.Name, p.Version, nil, "")
	if err == nil && made != nil {
		url = made.Unwrap()
	}
	if !exact {
		url.Version = ""
	}
	return url.ToString()
}

var credentials = regexp.MustCompile(`//[^/@\s]*@`)

// Source is the kind of gap for an entry that names a commit or a URL where others have
// a version, and the source without credentials, revision and fragment; empty for others.
func Source(text string) (rule, address string) {
	if !strings.Contains(text, "://") && !strings.HasPrefix(text, "git@") {
		return "", ""
	}
	rule = gap.URLSource
	for _, vcs := range []string{"git+", "hg+", "svn+", "bzr+", "git:", "git@", "ssh:"} {
		if strings.Contains(text, vcs) {
			rule = gap.GitSource
		}
	}
	if strings.Contains(text, ".git") {
		rule = gap.GitSource
	}
	address = credentials.ReplaceAllString(text, "//")
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	if at := strings.LastIndexByte(address, '@'); at > strings.LastIndexByte(address, '/') {
		address = address[:at]
	}
	return rule, Short(address)
}
