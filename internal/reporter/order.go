package reporter

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// counted returns the findings that no exception accepts, worst first: those that fail
// the gate, then by severity, then by place.
func counted(r *report.Report) []report.Finding {
	var out []report.Finding
	for _, f := range r.Findings {
		if f.Exception == nil {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, worse)
	return out
}

// worse orders findings for people who read only the first ones.
func worse(a, b report.Finding) int {
	return cmp.Or(cmp.Compare(gates(b), gates(a)), cmp.Compare(b.Severity, a.Severity))
}

func gates(f report.Finding) int {
	if f.Gates {
		return 1
	}
	return 0
}

// remedy is how to fix a finding.
func remedy(f report.Finding) string {
	if f.Remediation != "" {
		return f.Remediation
	}
	if f.Fix != nil {
		return f.Fix.Description
	}
	return ""
}

// coverage writes the counts of what a stage looked at: 3 images, 1 lock file.
func coverage(run report.StageRun) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(run.Set.Coverage)) {
		parts = append(parts, covered(run.Set.Coverage[what], what))
	}
	return strings.Join(parts, ", ")
}

// covered joins a number and what stages name in the plural.
func covered(n int, what string) string {
	if n != 1 {
		return strconv.Itoa(n) + " " + what
	}
	switch what {
	case "processes":
		return "1 process"
	case "signatures verified":
		return "1 signature verified"
	case "exploited vulnerabilities known":
		return "1 exploited vulnerability known"
	}
	return "1 " + strings.TrimSuffix(what, "s")
}

// seconds writes a duration for people.
func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// countsLine says how many findings there are, and how many different gaps count: 1
// critical, 2 high; 3 introduced; 1 gap.
func countsLine(r *report.Report) string {
	c := r.Counts
	var parts []string
	for _, s := range finding.Severities {
		if n := c.Of(s); n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+s.String())
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no findings")
	}
	line := strings.Join(parts, ", ")
	if r.Target.Base != "" || r.BaselineReason != "" {
		line += "; " + strconv.Itoa(c.Introduced) + " introduced"
	}
	if c.Excepted > 0 {
		line += ", " + strconv.Itoa(c.Excepted) + " excepted"
	}
	if counting, _ := splitGaps(r); len(counting) > 0 {
		line += "; " + plural(len(counting), "gap")
	}
	return line
}

// ControlsLine counts the controls by state: 4 satisfied, 1 declared, 2 not satisfied, 3
// not assessed.
func ControlsLine(controls []report.ControlState) string {
	count := map[report.ControlResult]int{}
	for _, c := range controls {
		count[c.State]++
	}
	return fmt.Sprintf("%d satisfied, %d declared, %d not satisfied, %d not assessed",
		count[report.Satisfied], count[report.Declared], count[report.NotSatisfied], count[report.NotAssessed])
}

// exceptionGroup is the exceptions that share a fate.
type exceptionGroup struct {
	Name, Meaning string
	List          []config.Exception
}

// exceptionGroups lists the fates in the order in which they need a reader.
func exceptionGroups(r *report.Report) []exceptionGroup {
	return []exceptionGroup{
		{"pending", "added by this change, not applied until it is merged", r.Exceptions.Pending},
		{"expired", "no longer hold", r.Exceptions.Expired},
		{"unused", "match nothing", r.Exceptions.Unused},
		{"used", "accept a finding or a gap", r.Exceptions.Used},
	}
}

// exceptionLine writes an exception in one line.
func exceptionLine(e config.Exception) string {
	line := e.Rule
	if e.Path != "" {
		line += " in " + e.Path
	}
	if on := strings.Join(strings.Fields(e.Subject+" "+e.Packages), " "); on != "" {
		line += " on " + on
	}
	return line + " " + until(e) + " (" + acceptedBy(e) + "): " + e.Reason
}

func until(e config.Exception) string {
	if e.Expires.IsZero() {
		return "without end"
	}
	return "until " + e.Expires.String()
}

// acceptedBy is who answers for the exception, or else the kind of file that it is from.
func acceptedBy(e config.Exception) string {
	switch {
	case e.Source == "":
		return e.Owner
	case e.Owner == "":
		return e.Source
	}
	return e.Owner + ", " + e.Source
}

// scope is what the exception is limited to.
func scope(e config.Exception) string {
	return strings.Join(strings.Fields(e.Path+" "+e.Subject+" "+e.Packages), " ")
}

// databaseLine names the data that findings were matched against.
func databaseLine(r *report.Report) string {
	if r.Database == nil {
		return ""
	}
	line := r.Database.Digest
	if !r.Database.UpdatedAt.IsZero() {
		line += " of " + r.Database.UpdatedAt.UTC().Format(time.RFC3339)
	}
	return line
}
