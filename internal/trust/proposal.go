package trust

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// accepted lists the events of each system that are about states which the repository has
// accepted already. An event that is not listed is a proposal.
func accepted(s System) []string {
	switch s {
	case GitHub:
		return []string{"push", "schedule", "workflow_dispatch", "repository_dispatch", "release"}
	case GitLab:
		return []string{"push", "schedule", "web", "api", "trigger", "pipeline", "parent_pipeline"}
	case Azure:
		return []string{"IndividualCI", "BatchedCI", "Schedule", "Manual"}
	case Jenkins, CircleCI:
		return []string{"branch", "tag"}
	default:
		return nil
	}
}

// plain are the events that are proposals by nature, so that nobody need be told why.
func plain(f Facts) bool {
	return f.System == GitHub && (f.Event == "pull_request" || f.Event == "merge_group")
}

// foreignRef matches refs that anybody can fill who can propose a change.
var foreignRef = regexp.MustCompile(`^refs/(?:pull|merge-requests|pull-requests|merge_requests|changes)/`)

// mergeRef is where GitHub and Azure keep the merge that they made of a pull request and
// its base.
var mergeRef = regexp.MustCompile(`^refs/pull/[0-9]+/merge$`)

// proposal says why what is checked out is a proposal, empty when it is none.
func proposal(f Facts) string {
	switch {
	case f.Head == "":
		return "it cannot be read which commit is checked out"
	case !f.named() && f.Head == f.Tip:
		return "the tip of the change is checked out, not its merge with the base"
	case !f.named():
		return fmt.Sprintf("the commit that is checked out is not the one that %s names", f.System)
	case f.Proposal && f.Unsaid:
		return "nothing says what the event is about"
	case f.Proposal, plain(f):
		return fmt.Sprintf("the event %s is about a change that is not merged", f.Event)
	case foreignRef.MatchString(f.Ref):
		return "the ref is one that anybody can fill who proposes a change"
	case !slices.Contains(accepted(f.System), f.Event):
		return fmt.Sprintf("the event %s is not known to be about what is merged", f.Event)
	default:
		return ""
	}
}

// named reports whether what is checked out is what the system names. Jenkins may name
// nothing.
func (f Facts) named() bool {
	return f.Head != "" && (f.Head == f.Named || f.System == Jenkins && f.Named == "")
}

// propose is the decision on a proposal: its policy is that of its base.
func propose(f Facts, why string) Decision {
	d := Decision{Class: Proposal, Policy: BaseCommit, Compare: MergeBase}
	if !plain(f) || !f.named() {
		d.Reason = "judged as a proposal: " + why
	}
	switch {
	case merged(f):
		d.Compare = FirstParent
	case f.Event == "merge_group" && f.named() && f.Base != "":
		d.Compare = EventBase
	case f.Base == "" && f.Target == "":
		d.Policy = DefaultBranch
	}
	return d
}

// merged reports whether what is checked out is the merge that the system made, whose first
// parent then is the base: the event's own goes stale when a job is run again. A change
// that got another base may still have the merge with the old one, and a merge that its
// author made is no word of the system's.
func merged(f Facts) bool {
	if f.System != GitHub && (f.System != Azure || f.Tip == "") || !f.named() || !mergeRef.MatchString(f.Ref) || len(f.Parents) != 2 {
		return false
	}
	return f.Head != f.Tip && (f.Tip == "" || f.Parents[1] == f.Tip) && (!f.Retargeted || f.Parents[0] == f.Base)
}

// onDefault reports whether the run is about the default branch. A schedule always is.
func onDefault(f Facts) bool {
	if f.Default == "" {
		return f.System == GitHub && f.Event == "schedule" && strings.HasPrefix(f.Ref, "refs/heads/")
	}
	return f.Ref == "refs/heads/"+f.Default
}

func notDefault(f Facts) string {
	kind, name, _ := strings.Cut(strings.TrimPrefix(f.Ref, "refs/"), "/")
	switch {
	case kind == "tags":
		return fmt.Sprintf("%s is a tag", name)
	case kind == "heads" && f.Default != "":
		return fmt.Sprintf("%s is another branch", name)
	default:
		return "nothing says that this is the default branch"
	}
}

// strict says whether the author may be a stranger, and why no stack may be started.
func strict(f Facts, d Decision) (bool, string) {
	switch {
	case d.Policy == OwnTree, d.Class == Trusted && f.Author != Bot:
		return false, ""
	case f.Author == Fork && f.SelfHosted:
		return true, "a runner that outlives the job must never run what a fork brings"
	case f.Author == Fork:
		return true, "a pull request from a fork does not get to run code here; the test runs when a maintainer merges or pushes the change to a branch of this repository"
	case f.Author == Bot:
		return true, "a change of Dependabot has no secrets, and runs no code that it brings"
	case !f.Proposal && foreignRef.MatchString(f.Ref):
		return true, "the ref is one that anybody can fill who proposes a change"
	case f.Author != Own || !f.named() && (f.Head == "" || f.Head != f.Tip):
		return true, "nobody says whose code is checked out"
	default:
		return false, ""
	}
}
