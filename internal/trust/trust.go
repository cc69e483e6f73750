// Package trust decides whom a run believes: whether what is checked out may choose the
// policy that it is judged by, and if not, where policy and comparison come from. It is
// the only place that decides so, it is pure, and whatever it does not know is a proposal.
package trust

// System is the continuous integration that started the run.
type System string

// The systems whose word is understood; Local is a run outside of any.
const (
	Local    System = ""
	GitHub   System = "GitHub"
	GitLab   System = "GitLab"
	Azure    System = "Azure Pipelines"
	Jenkins  System = "Jenkins"
	CircleCI System = "CircleCI"
)

// Author is where a change comes from, as far as the system says.
type Author string

// The authors. The zero value means that nobody says: such a change is a stranger's.
const (
	Unknown Author = ""
	Own     Author = "own"
	Fork    Author = "fork"
	// Bot is Dependabot, whose runs get what a fork's get.
	Bot Author = "bot"
)

// Facts are what the system says about a run, and what is checked out.
type Facts struct {
	System System
	// Event is the system's own word for why the run happens.
	Event string
	// Ref is the full name of what the run is for, Default the name of the default branch;
	// either may be unknown, and then is empty.
	Ref, Default string
	// Proposal is true when the payload is about a change that is not merged.
	Proposal bool
	// Unsaid is true when there is no payload, so that Proposal is only feared.
	Unsaid bool
	// Retargeted is true when the event is that the change got another base.
	Retargeted bool
	Author     Author
	// Named is the commit that the system asks to be tested, Tip the tip of the proposal.
	Named, Tip string
	// Head is the commit that is checked out, empty where that cannot be read.
	Head string
	// Parents are those of Head.
	Parents []string
	// Base is the commit that the event compares with. Where a system knows the branch
	// alone, it is Target.
	Base, Target string
	// SelfHosted is true on a runner that outlives the job.
	SelfHosted bool
	// OtherCI is true when some other system runs the program, of which nothing is known.
	OtherCI bool
	// Missing is true when the commits that a first decision asked for are neither in the
	// clone nor to be had from the system.
	Missing bool
}

// Class is what a run believes what is checked out to be.
type Class string

// The classes of runs.
const (
	// Proposal is somebody's change, judged by a policy that it cannot choose.
	Proposal Class = "proposal"
	// Trusted is a state of the repository that is accepted already.
	Trusted Class = "trusted"
	// Refused is a run that must not look at the repository at all.
	Refused Class = "refused"
)

// Policy is where configuration, keys, packs and exceptions are read from.
type Policy string

// The origins of a policy.
const (
	OwnTree       Policy = "own tree"
	BaseCommit    Policy = "base commit"
	DefaultBranch Policy = "default branch"
	BuiltIn       Policy = "built-in"
)

// Compare is the commit that findings are compared with.
type Compare string

// The commits to compare with.
const (
	Nothing     Compare = "nothing"
	FirstParent Compare = "first parent"
	MergeBase   Compare = "merge base"
	EventBase   Compare = "event's base"
)

// Decision is how a run is judged.
type Decision struct {
	Class Class
	// Reason says why the run is not the plain case, empty when it is.
	Reason string
	// Strict is true when the author may be a stranger: no stack, no secret, no cache.
	Strict bool
	// NoStack says why no stack may be started, empty when one may.
	NoStack string
	Policy  Policy
	Compare Compare
}

// Decide is the decision.
func Decide(f Facts) Decision {
	if f.System == Local {
		d := Decision{Class: Trusted, Policy: OwnTree, Compare: Nothing}
		if f.OtherCI {
			d.Reason = "judged by its own settings: this CI system is not known here, so that a change which it builds chooses its policy"
		}
		return d
	}
	if why := Refuse(f.System, f.Event, false); why != "" {
		return Decision{Class: Refused, Reason: why, Strict: true, NoStack: why, Policy: BuiltIn, Compare: Nothing}
	}
	d := Decision{Class: Trusted, Policy: DefaultBranch, Compare: MergeBase}
	why := proposal(f)
	switch {
	case why != "":
		d = propose(f, why)
	case onDefault(f):
		d.Policy, d.Compare = OwnTree, Nothing
	default:
		d.Reason = "judged by the policy of the default branch: " + notDefault(f)
	}
	d.Strict, d.NoStack = strict(f, d)
	if f.Missing && d.Policy != OwnTree {
		d.Policy, d.Compare = BuiltIn, Nothing
	}
	return d
}

// Refuse says why nothing may run for an event, empty when it may. These events give a
// token that can write to a run about foreign code; reporting is true for the command
// that only publishes the report of an earlier run.
func Refuse(s System, event string, reporting bool) string {
	switch {
	case s != GitHub:
		return ""
	case event == "pull_request_target":
		return "pull_request_target gives a writing token to code of strangers; use pull_request"
	case event == "workflow_run" && !reporting:
		return "workflow_run has a writing token and must not look at the code of a pull request; use pull_request"
	default:
		return ""
	}
}
