package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// Input is everything a report is made of.
type Input struct {
	Tool   Tool
	Target Target
	Now    time.Time
	// FailOn is new, all or none.
	FailOn    string
	Threshold config.Threshold
	Runs      []StageRun
	// Base are the runs on the base commit; nil without a baseline, and then
	// BaselineReason says why and every finding is introduced.
	Base           []StageRun
	BaselineReason string
	// BaseTime is when the base commit was made; zero when that is not known.
	BaseTime   time.Time
	Exceptions []config.Exception
	// ChangeUnderTest is true when the files are those of a change, which may not accept
	// its own findings: an exception inside a file then holds only where BaseExceptions,
	// those inside the base commit's files, have it too.
	ChangeUnderTest bool
	BaseExceptions  []config.Exception
	// Unreadable are entries of files with exceptions that accept nothing.
	Unreadable []finding.Gap
	// Unchanged reports whether a file, or everything below a directory (a path that ends in
	// a slash), is the same in the base commit, byte for byte; nil knows of none.
	Unchanged func(file string) bool
	// Change knows what moved since the base commit and which lines are new; nil knows nothing.
	Change Change
	// Unparsed are the files of the base commit that could not be parsed, where nothing in
	// them spoke for a deployment.
	Unparsed []string
	// Files are the regular files of the repository, for the ledger; none means no ledger.
	Files []string
	// Excluded names the setting and the line that takes a file out, and OutOfScope why the
	// stages do not judge one, where a reason is known.
	Excluded, OutOfScope map[string]string
	// Meant are the files that each stage was to judge, so that a stage that broke off is
	// blamed for no others; nil means any.
	Meant map[string]map[string]string
	// BaseUnreadable are those of the base commit.
	BaseUnreadable []finding.Gap
	// Settings are findings about the settings themselves, here and in the base commit.
	Settings, BaseSettings []finding.Finding
	// Partial is true when only some files were assessed: an exception that matched
	// nothing may still be needed.
	Partial bool
	// Pending are the exceptions that only the change under test has.
	Pending  []config.Exception
	Controls []finding.Control
	// Changes are what the change under test does to the policy once it is merged.
	Changes []finding.Change
	// Adopted is true when the change brings the first configuration, which counts where it
	// does not loosen the built-in policy.
	Adopted bool
}

// Build makes the report.
func Build(in Input) *Report {
	in.Runs, in.Base = compareInventories(in.Runs), compareInventories(in.Base)
	trust := inlineTrust(in)
	r := &Report{
		Tool: in.Tool, Target: in.Target, Time: in.Now,
		FailOn: in.FailOn, Threshold: in.Threshold,
		Gaps: judgeGaps(in, trust),
	}
	in.Runs = restate(in.Runs, r.Gaps)
	r.Stages = in.Runs
	r.keepLedger(in)
	r.BaselineReason = cmp.Or(in.BaselineReason, blindBase(in.Base, r.Gaps, in.Change))
	r.Exceptions.Pending, r.Pending, r.Adopted = in.Pending, in.Changes, in.Adopted
	if run, ok := r.judgeExceptions(in, trust); ok {
		r.Stages = append(slices.Clone(r.Stages), run)
	}
	if in.Base != nil {
		if run, ok := new(Report).judgeExceptions(in.atBase(), nil); ok {
			in.Base = append(slices.Clone(in.Base), run)
		}
	}
	r.Rules = collectRules(slices.Concat(r.Stages, in.Base), r.Gaps)
	r.Findings = r.merge(r.Stages, in, trust)
	r.classify(r.merge(in.Base, in, trust), in)
	r.gate()
	r.Controls = controlStates(in.Controls, r)
	r.Counts = Count(r.Findings, r.Gaps)
	r.Database = database(r.Stages)
	r.Verdict, r.Reasons = decide(r)
	return r
}

func collectRules(runs []StageRun, gaps []Gap) []finding.Rule {
	byID := map[string]finding.Rule{}
	for _, run := range runs {
		for _, rule := range run.Set.Rules {
			if _, ok := byID[rule.ID]; !ok {
				byID[rule.ID] = rule
			}
		}
	}
	for _, g := range gaps {
		if kind, ok := gap.Lookup(g.Rule); ok {
			byID[g.Rule] = kind.Rule
		}
	}
	return slices.SortedFunc(maps.Values(byID), func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
}

// merge joins the findings of all runs in place order and drops repeats: the same
// identity at the same place with the same words.
func (r *Report) merge(runs []StageRun, in Input, t trust) (all []Finding) {
	rules := map[string]finding.Rule{}
	for _, rule := range r.Rules {
		rules[rule.ID] = rule
	}
	for _, run := range runs {
		for _, f := range run.Set.Findings {
			rule := rules[f.Rule]
			if f.Remediation == "" {
				f.Remediation = rule.Remediation
			}
			all = append(all, Finding{
				Finding: f, Stage: run.Name, Fingerprint: f.Fingerprint(), Controls: rule.Controls,
				Exception: accepting(in.Exceptions, f, in.Now, t),
			})
		}
	}
	slices.SortStableFunc(all, compare)
	return slices.CompactFunc(all, func(a, b Finding) bool {
		return compare(a, b) == 0 && a.Fingerprint == b.Fingerprint
	})
}

func compare(a, b Finding) int {
	return cmp.Or(
		a.Location.Compare(b.Location),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Key, b.Key),
		cmp.Compare(a.Message, b.Message),
	)
}

// classify compares with the base commit as multisets: two equal findings where there
// was one are one existing and one introduced. What is left over is fixed, provided
// that its stage saw everything this time.
func (r *Report) classify(base []Finding, in Input) {
	m, standing := match(r.Findings, base, in), in.standing()
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Class = m.class(i, in.BaseTime)
		if m.before[i] < 0 && standing[f.Fingerprint] {
			f.Class = Existing
		}
	}
	for _, f := range m.fixed() {
		if r.saw(f.Stage) {
			f.Class = Fixed
			r.Fixed = append(r.Fixed, f)
		}
	}
}

// propPublished is the property of a finding that holds when its advisory was published,
// by RFC 3339.
const propPublished = "published"

// disclosedAfter tells an advisory that nobody could know when the commit was made.
func disclosedAfter(f Finding, commit time.Time) bool {
	t, err := time.Parse(time.RFC3339, f.Properties[propPublished])
	return err == nil && !commit.IsZero() && t.After(commit)
}

// saw reports whether the stage ran and could see everything that the base commit's run
// could: what an accepted gap hides may still be there.
func (r *Report) saw(stage string) bool {
	return ranFully(stage, r.Stages) && len(gapsOf(stage, r.Gaps, func(g Gap) bool { return g.Class != Existing })) == 0
}

// gate marks the findings that fail the gate by themselves.
func (r *Report) gate() {
	for i := range r.Findings {
		f := &r.Findings[i]
		counts := r.FailOn == "all" || r.FailOn == "new" && f.Class == Introduced
		f.Gates = counts && f.Exception == nil && (f.Gate != "" || r.Threshold.Meets(f.Severity))
	}
}

// Count counts the findings and gaps.
func Count(findings []Finding, gaps []Gap) (c Counts) {
	for _, g := range gaps {
		if g.Counts {
			c.Gaps++
		}
	}
	for _, f := range findings {
		if f.Exception != nil {
			c.Excepted++
			continue
		}
		*map[finding.Severity]*int{
			finding.Critical: &c.Critical, finding.High: &c.High, finding.Medium: &c.Medium,
			finding.Low: &c.Low, finding.Info: &c.Info,
		}[f.Severity]++
		if f.Class == Introduced {
			c.Introduced++
		}
	}
	return c
}

func database(runs []StageRun) *finding.Database {
	for _, run := range runs {
		if run.Set.Database != nil {
			return run.Set.Database
		}
	}
	return nil
}
