package deps

import (
	"slices"
	"strings"

	dbtypes "github.com/aquasecurity/trivy-db/pkg/types"
	trivy "github.com/aquasecurity/trivy/pkg/types"

	"github.com/stella-ops/assure/internal/finding"
)

// control is the guide's demand to scan dependencies.
const control = "SHG-10.03"

// Bounds of texts from the database, in code points.
const (
	maxTitle       = 200
	maxDescription = 1000
)

// knownVulnerabilities is judged once per lock file, so that a repository whose
// packages have no advisory is known to have been looked at.
func knownVulnerabilities() finding.Rule {
	return finding.Rule{
		ID:          "deps/known-vulnerabilities",
		Title:       "Dependencies have no known vulnerability",
		Description: "Every package that a lock file names is matched against the advisories of its ecosystem. A hit is reported under the advisory's own id.",
		Remediation: "Upgrade the package to a version without known vulnerabilities.",
		Severity:    finding.High,
		Tags:        []string{"dependency", "CWE-1395"},
		Controls:    []string{control},
	}
}

// rule describes an advisory as the database does.
func rule(v trivy.DetectedVulnerability) finding.Rule {
	r := finding.Rule{
		ID:          v.VulnerabilityID,
		Title:       title(v),
		Description: cut(oneLine(v.Description), maxDescription),
		Remediation: "Upgrade the package to a version that the advisory calls fixed.",
		Severity:    severity(rating(v)),
		Tags:        append([]string{"dependency"}, cwes(v.CweIDs)...),
		Controls:    []string{control},
	}
	if strings.HasPrefix(v.PrimaryURL, "https://") {
		r.HelpURI = v.PrimaryURL
	}
	if s := score(v); band(s) == r.Severity {
		r.Score = s
	}
	return r
}

func title(v trivy.DetectedVulnerability) string {
	t := strings.TrimRight(cut(oneLine(v.Title), maxTitle), ". ")
	if t == "" {
		return v.VulnerabilityID
	}
	return t
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// cwes keeps at most ten: SARIF viewers refuse more than twenty tags.
func cwes(ids []string) []string {
	var valid []string
	for _, id := range ids {
		if strings.HasPrefix(id, "CWE-") && !slices.Contains(valid, id) && len(valid) < 10 {
			valid = append(valid, id)
		}
	}
	return valid
}

// rating is the severity word that Trivy chose among its sources.
func rating(v trivy.DetectedVulnerability) string {
	return v.Severity //nolint:staticcheck // deprecated for those who need the source beside it
}

func unknownSeverity(word string) bool { return word == "" || word == "UNKNOWN" }

// severity maps the database's word. What nobody has rated may be bad: medium.
func severity(word string) finding.Severity {
	if unknownSeverity(word) {
		return finding.Medium
	}
	s, err := finding.ParseSeverity(word)
	if err != nil {
		return finding.Medium
	}
	return s
}

// score is the CVSS base score of the source that gave the severity, else of NVD.
func score(v trivy.DetectedVulnerability) float64 {
	for _, source := range []dbtypes.SourceID{v.SeveritySource, "nvd", "ghsa"} {
		if c, ok := v.CVSS[source]; ok {
			if c.V3Score > 0 {
				return c.V3Score
			}
			if c.V40Score > 0 {
				return c.V40Score
			}
		}
	}
	return 0
}

// band is the severity of a CVSS base score (CVSS 3.1, section 5).
func band(score float64) finding.Severity {
	switch {
	case score >= 9:
		return finding.Critical
	case score >= 7:
		return finding.High
	case score >= 4:
		return finding.Medium
	case score > 0:
		return finding.Low
	}
	return finding.Info
}
