package trust

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pull is a pull request of the repository itself, checked out as GitHub merged it.
func pull(change func(*Facts)) Facts {
	f := Facts{
		System: GitHub, Event: "pull_request", Ref: "refs/pull/7/merge", Default: "main", Proposal: true, Author: Own,
		Named: "merge", Tip: "tip", Head: "merge", Parents: []string{"base", "tip"}, Base: "base",
	}
	if change != nil {
		change(&f)
	}
	return f
}

func push(change func(*Facts)) Facts {
	f := Facts{System: GitHub, Event: "push", Ref: "refs/heads/main", Default: "main", Author: Own, Named: "main", Head: "main"}
	if change != nil {
		change(&f)
	}
	return f
}

func TestDecide(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		facts Facts
		// want is class, policy, comparison, and "strict" where it is.
		want string
	}{
		"local":                   {Facts{}, "trusted, own tree, nothing"},
		"pull request":            {pull(nil), "proposal, base commit, first parent"},
		"fork":                    {pull(func(f *Facts) { f.Author = Fork }), "proposal, base commit, first parent, strict"},
		"dependabot":              {pull(func(f *Facts) { f.Author = Bot }), "proposal, base commit, first parent, strict"},
		"nobody's":                {pull(func(f *Facts) { f.Author = Unknown }), "proposal, base commit, first parent, strict"},
		"review":                  {pull(func(f *Facts) { f.Event = "pull_request_review" }), "proposal, base commit, first parent"},
		"tip":                     {pull(func(f *Facts) { f.Head = "tip" }), "proposal, base commit, merge base"},
		"the author's merge":      {pull(func(f *Facts) { f.Head = "evil" }), "proposal, base commit, merge base, strict"},
		"named, by the author":    {pull(func(f *Facts) { f.Named, f.Head, f.Tip = "evil", "evil", "evil" }), "proposal, base commit, merge base"},
		"merge of another tip":    {pull(func(f *Facts) { f.Parents[1] = "other" }), "proposal, base commit, merge base"},
		"three parents":           {pull(func(f *Facts) { f.Parents = append(f.Parents, "x") }), "proposal, base commit, merge base"},
		"one parent":              {pull(func(f *Facts) { f.Parents = f.Parents[:1] }), "proposal, base commit, merge base"},
		"head ref":                {pull(func(f *Facts) { f.Ref = "refs/pull/7/head" }), "proposal, base commit, merge base"},
		"branch called merge":     {pull(func(f *Facts) { f.Ref = "refs/heads/refs/pull/7/merge" }), "proposal, base commit, merge base"},
		"merged":                  {pull(func(f *Facts) { f.Ref = "refs/heads/main" }), "proposal, base commit, merge base"},
		"retargeted, old merge":   {pull(func(f *Facts) { f.Retargeted, f.Base = true, "new" }), "proposal, base commit, merge base"},
		"retargeted, new merge":   {pull(func(f *Facts) { f.Retargeted = true }), "proposal, base commit, first parent"},
		"no repository":           {pull(func(f *Facts) { f.Head, f.Parents = "", nil }), "proposal, base commit, merge base, strict"},
		"base is missing":         {pull(func(f *Facts) { f.Missing = true }), "proposal, built-in, nothing"},
		"target":                  {pull(func(f *Facts) { f.Event = "pull_request_target" }), "refused, built-in, nothing, strict"},
		"workflow run":            {push(func(f *Facts) { f.Event = "workflow_run" }), "refused, built-in, nothing, strict"},
		"merge group":             {push(func(f *Facts) { f.Event, f.Base = "merge_group", "base" }), "proposal, base commit, event's base"},
		"merge group, moved":      {push(func(f *Facts) { f.Event, f.Base, f.Head = "merge_group", "base", "x" }), "proposal, base commit, merge base, strict"},
		"push":                    {push(nil), "trusted, own tree, nothing"},
		"push, missing":           {push(func(f *Facts) { f.Missing = true }), "trusted, own tree, nothing"},
		"push of a branch":        {push(func(f *Facts) { f.Ref = "refs/heads/x" }), "trusted, default branch, merge base"},
		"push of main/x":          {push(func(f *Facts) { f.Ref = "refs/heads/main/x" }), "trusted, default branch, merge base"},
		"push of a tag":           {push(func(f *Facts) { f.Ref = "refs/tags/main" }), "trusted, default branch, merge base"},
		"push by dependabot":      {push(func(f *Facts) { f.Ref, f.Author = "refs/heads/x", Bot }), "trusted, default branch, merge base, strict"},
		"merged by dependabot":    {push(func(f *Facts) { f.Author = Bot }), "trusted, own tree, nothing"},
		"push, default unknown":   {push(func(f *Facts) { f.Default = "" }), "trusted, default branch, merge base"},
		"push, commit on top":     {push(func(f *Facts) { f.Head = "x" }), "proposal, default branch, merge base, strict"},
		"push, no repository":     {push(func(f *Facts) { f.Head = "" }), "proposal, default branch, merge base, strict"},
		"push about a pull":       {push(func(f *Facts) { f.Proposal, f.Author = true, Unknown }), "proposal, default branch, merge base, strict"},
		"push, odd ref":           {push(func(f *Facts) { f.Ref = "refs/pull/7/merge" }), "proposal, default branch, merge base, strict"},
		"schedule":                {push(func(f *Facts) { f.Event, f.Default = "schedule", "" }), "trusted, own tree, nothing"},
		"schedule elsewhere":      {push(func(f *Facts) { f.Event, f.Ref = "schedule", "refs/heads/x" }), "trusted, default branch, merge base"},
		"dispatch on a branch":    {push(func(f *Facts) { f.Event, f.Ref = "workflow_dispatch", "refs/heads/x" }), "trusted, default branch, merge base"},
		"comment":                 {push(func(f *Facts) { f.Event = "issue_comment" }), "proposal, default branch, merge base"},
		"unheard of":              {push(func(f *Facts) { f.Event = "Push" }), "proposal, default branch, merge base"},
		"no event":                {push(func(f *Facts) { f.Event = "" }), "proposal, default branch, merge base"},
		"unheard-of system":       {push(func(f *Facts) { f.System = "Other" }), "proposal, default branch, merge base"},
		"gitlab's merge":          {pull(func(f *Facts) { f.System, f.Event = GitLab, "merge_request_event" }), "proposal, base commit, merge base"},
		"azure's merge":           {pull(func(f *Facts) { f.System, f.Event = Azure, "PullRequest" }), "proposal, base commit, first parent"},
		"azure, tip unknown":      {pull(func(f *Facts) { f.System, f.Event, f.Tip = Azure, "PullRequest", "" }), "proposal, base commit, merge base"},
		"tip unknown":             {pull(func(f *Facts) { f.Tip = "" }), "proposal, base commit, first parent"},
		"merge group, no base":    {push(func(f *Facts) { f.Event = "merge_group" }), "proposal, default branch, merge base"},
		"gitlab's schedule":       {push(func(f *Facts) { f.System, f.Event, f.Default = GitLab, "schedule", "" }), "trusted, default branch, merge base"},
		"push by nobody":          {push(func(f *Facts) { f.Ref, f.Author = "refs/heads/x", Unknown }), "trusted, default branch, merge base"},
		"foreign: pull requests":  {push(func(f *Facts) { f.Ref = "refs/pull-requests/7/from" }), "proposal, default branch, merge base, strict"},
		"foreign: merge_request":  {push(func(f *Facts) { f.Ref = "refs/merge_requests/7/head" }), "proposal, default branch, merge base, strict"},
		"foreign: changes":        {push(func(f *Facts) { f.Ref = "refs/changes/1/1/1" }), "proposal, default branch, merge base, strict"},
		"branch refs/pull/7":      {push(func(f *Facts) { f.Ref = "refs/heads/refs/pull/7" }), "trusted, default branch, merge base"},
		"target alone":            {pull(func(f *Facts) { f.System, f.Event, f.Ref, f.Base, f.Target = Jenkins, "change", "", "", "release" }), "proposal, base commit, merge base"},
		"neither base nor target": {pull(func(f *Facts) { f.System, f.Event, f.Ref, f.Base = Jenkins, "change", "", "" }), "proposal, default branch, merge base"},
		"jenkins names nothing":   {push(func(f *Facts) { f.System, f.Event, f.Named = Jenkins, "branch", "" }), "trusted, own tree, nothing"},
		"circleci names nothing":  {push(func(f *Facts) { f.System, f.Event, f.Named = CircleCI, "branch", "" }), "proposal, default branch, merge base, strict"},
	} {
		d := Decide(tc.facts)
		got := strings.Join([]string{string(d.Class), string(d.Policy), string(d.Compare)}, ", ")
		if d.Strict {
			got += ", strict"
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if d.Strict != (d.NoStack != "") {
			t.Errorf("%s: strict %v, no stack %q", name, d.Strict, d.NoStack)
		}
	}
}

// TestAccepted: each system's own words for what is merged, and no other's.
func TestAccepted(t *testing.T) {
	t.Parallel()
	words := map[System][]string{
		GitHub: {"push", "schedule", "workflow_dispatch", "repository_dispatch", "release"},
		GitLab: {"push", "schedule", "web", "api", "trigger", "pipeline", "parent_pipeline"},
		Azure:  {"IndividualCI", "BatchedCI", "Schedule", "Manual"}, Jenkins: {"branch", "tag"}, CircleCI: {"branch", "tag"},
		"Other": {"issue_comment", "merge_request_event", "PullRequest", "change", "chat", "external_pull_request_event", "ResourceTrigger"},
	}
	for system, own := range words {
		for _, all := range words {
			for _, word := range all {
				d := Decide(push(func(f *Facts) { f.System, f.Event = system, word }))
				if trusted := system != "Other" && slices.Contains(own, word); (d.Policy == OwnTree) != trusted {
					t.Errorf("%s, event %s: policy of the %s", system, word, d.Policy)
				}
			}
		}
	}
}

// TestRefuseReporting: the second workflow of the README may publish.
func TestRefuseReporting(t *testing.T) {
	t.Parallel()
	if why := Refuse(GitHub, "workflow_run", true); why != "" {
		t.Error(why)
	}
}

// TestNoStack says to each stranger why.
func TestNoStack(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Facts{
		"a pull request from a fork": pull(func(f *Facts) { f.Author = Fork }),
		"a change of Dependabot":     pull(func(f *Facts) { f.Author = Bot }),
		"nobody says whose code":     pull(func(f *Facts) { f.Author = Unknown }),
	} {
		if got := Decide(f).NoStack; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	queue := push(func(f *Facts) { f.Event, f.Base = "merge_group", "base" })
	if d := Decide(queue); d.Reason != "" || d.NoStack != "" {
		t.Errorf("a merge queue needs words: %q, %q", d.Reason, d.NoStack)
	}
	queue.System = GitLab
	if d := Decide(queue); d.Reason == "" {
		t.Error("another system's event of that name needs none")
	}
}

// TestReasons: the plain cases need no words, all others do.
func TestReasons(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Facts{
		"":                                     pull(nil),
		"judged as a proposal: the tip":        pull(func(f *Facts) { f.Head = "tip" }),
		"judged as a proposal: the commit":     push(func(f *Facts) { f.Head = "x" }),
		"judged as a proposal: the event x":    push(func(f *Facts) { f.Event = "x" }),
		"judged as a proposal: it cannot be":   push(func(f *Facts) { f.Head = "" }),
		"judged as a proposal: the ref":        push(func(f *Facts) { f.Ref = "refs/merge-requests/1/head" }),
		"judged by the policy of the default":  push(func(f *Facts) { f.Ref = "refs/tags/v1" }),
		"judged by the policy of the default ": push(func(f *Facts) { f.Default = "" }),
	} {
		if got := Decide(f).Reason; !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestNothingUnknownIsTrusted goes through every combination: its own policy is for the
// default branch's named commit alone, and a stack for nobody's change.
func TestNothingUnknownIsTrusted(t *testing.T) {
	t.Parallel()
	n := 0
	each(func(f Facts) {
		n++
		d := Decide(f)
		main := f.Ref == "refs/heads/main" && f.Default == "main" || strings.HasPrefix(f.Ref, "refs/heads/") && f.Default == "" && f.Event == "schedule"
		plain := f.Head != "" && f.Head == f.Named && !f.Proposal && main
		if d.Policy == OwnTree && !plain {
			t.Errorf("%+v chooses its own policy", f)
		}
		if d.Class == Trusted && f.Proposal {
			t.Errorf("%+v is trusted", f)
		}
		if f.Proposal && f.Author != Own && (d.NoStack == "" || !d.Strict) {
			t.Errorf("%+v may start a stack", f)
		}
		if d.Compare == FirstParent && (f.Head != f.Named || f.Ref != "refs/pull/7/merge" || f.Tip != "" && f.Parents[1] != f.Tip) {
			t.Errorf("%+v chooses its base", f)
		}
		if f.Missing && d.Policy != OwnTree && d.Policy != BuiltIn {
			t.Errorf("%+v has a policy that nobody can read", f)
		}
	})
	if n < 10_000 {
		t.Errorf("only %d combinations", n)
	}
}

func each(do func(Facts)) {
	bools := []bool{false, true}
	for _, event := range []string{"push", "schedule", "pull_request", "pull_request_review", "issue_comment", "merge_group", "workflow_dispatch", "release", "x", ""} {
		for _, ref := range []string{"refs/heads/main", "refs/heads/x", "refs/tags/main", "refs/pull/7/merge", "refs/pull/7/head", ""} {
			for _, name := range []string{"main", ""} {
				for _, author := range []Author{Own, Fork, Bot, Unknown} {
					for _, head := range []string{"named", "tip", "other", ""} {
						for _, proposal := range bools {
							for _, missing := range bools {
								for _, tip := range []string{"tip", "", "named"} {
									do(Facts{
										System: GitHub, Event: event, Ref: ref, Default: name, Author: author, Head: head, Named: "named", Tip: tip,
										Proposal: proposal, Missing: missing, Base: "base", Parents: []string{"first", "tip"},
									})
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestSelfHosted(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"pull_request", "pull_request_review", "issue_comment", "workflow_dispatch"} {
		d := Decide(pull(func(f *Facts) { f.Event, f.Author, f.SelfHosted = event, Fork, true }))
		if !strings.Contains(d.NoStack, "outlives the job") {
			t.Errorf("%s: %q", event, d.NoStack)
		}
	}
	if d := Decide(pull(func(f *Facts) { f.SelfHosted = true })); d.NoStack != "" {
		t.Errorf("the repository's own change: %q", d.NoStack)
	}
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	list := Scenarios()
	if len(list) < 90 {
		t.Errorf("%d scenarios", len(list))
	}
	for _, s := range list {
		d := Decide(s.Facts)
		if s.Checkout != "named commit" && d.Policy == OwnTree {
			t.Errorf("%+v chooses its own policy", s)
		}
		if strings.Contains(s.Event, "|") || s.Author == "" {
			t.Errorf("%+v breaks the table", s)
		}
	}
	if text := Matrix(); strings.Count(text, "\n") < 60 || strings.Contains(text, "||") {
		t.Error(text)
	}
}
