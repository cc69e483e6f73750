package trust

import (
	"fmt"
	"slices"
	"strings"
)

// Scenario is a run that the documentation explains.
type Scenario struct {
	// Event, Author and Checkout say in words what Facts say.
	Event, Author, Checkout string
	Facts                   Facts
}

// Names of commits in scenarios.
const (
	merge  = "merge"
	tip    = "tip"
	first  = "base"
	other  = "other"
	latest = "main"
)

// Scenarios are all events, by all authors, in every layout of a checkout that makes a
// difference.
func Scenarios() (all []Scenario) {
	for _, e := range events() {
		for _, author := range e.authors {
			f := e.facts
			f.Author = author
			all = append(all, layouts(e.name, f)...)
		}
	}
	return all
}

type event struct {
	name    string
	authors []Author
	facts   Facts
}

var (
	nobody  = []Author{Unknown}
	ourOwn  = []Author{Own}
	anybody = []Author{Own, Fork}
)

func events() []event {
	pull := func(name string) Facts {
		return Facts{System: GitHub, Event: name, Ref: "refs/pull/7/merge", Default: latest, Proposal: true, Named: merge, Tip: tip, Base: first}
	}
	at := func(s System, name, ref string) Facts {
		return Facts{System: s, Event: name, Ref: ref, Default: latest, Named: latest}
	}
	onPull := func(name string) Facts {
		f := at(GitHub, name, "refs/heads/main")
		f.Proposal = true
		return f
	}
	moved := pull("pull_request")
	moved.Retargeted = true
	queue := Facts{System: GitHub, Event: "merge_group", Ref: "refs/heads/gh-readonly-queue/main/pr-7-base", Default: latest, Named: merge, Base: first}
	list := []event{
		{"`pull_request`", []Author{Own, Fork, Bot}, pull("pull_request")},
		{"`pull_request` (`edited`: another base)", ourOwn, moved},
		{"`pull_request_review`, `pull_request_review_comment`", anybody, pull("pull_request_review")},
		{"`issue_comment` on a pull request", nobody, onPull("issue_comment")},
		{"`merge_group`", ourOwn, queue},
		{"`push` to the default branch", ourOwn, at(GitHub, "push", "refs/heads/main")},
		{"`push` to another branch", []Author{Own, Bot}, at(GitHub, "push", "refs/heads/x")},
		{"`push` of a tag", ourOwn, at(GitHub, "push", "refs/tags/v1")},
		{"`schedule`", ourOwn, at(GitHub, "schedule", "refs/heads/main")},
		{"`workflow_dispatch` on the default branch", ourOwn, at(GitHub, "workflow_dispatch", "refs/heads/main")},
		{"`workflow_dispatch` on another branch", ourOwn, at(GitHub, "workflow_dispatch", "refs/heads/x")},
		{"`repository_dispatch`", ourOwn, at(GitHub, "repository_dispatch", "refs/heads/main")},
		{"`repository_dispatch` with a pull request", nobody, onPull("repository_dispatch")},
		{"`release`", ourOwn, at(GitHub, "release", "refs/tags/v1")},
		{"`check_run`, `check_suite` of a pull request", nobody, onPull("check_suite")},
		{"any other, such as `deployment` or `issues`", nobody, at(GitHub, "deployment", "refs/heads/main")},
		{"`pull_request_target`", nobody, pull("pull_request_target")},
		{"`workflow_run`", nobody, at(GitHub, "workflow_run", "refs/heads/main")},
	}
	return append(list, elsewhere(at)...)
}

// elsewhere are the events of other systems.
func elsewhere(at func(System, string, string) Facts) (list []event) {
	change := func(s System, event, ref string) Facts {
		return Facts{System: s, Event: event, Ref: ref, Default: latest, Proposal: true, Named: merge, Tip: tip, Target: latest}
	}
	for _, c := range []struct {
		s                  System
		change, push, mref string
	}{
		{GitLab, "merge_request_event", "push", "refs/merge-requests/7/merge"}, {Azure, "PullRequest", "IndividualCI", "refs/pull/7/merge"},
		{Jenkins, "change", "branch", ""}, {CircleCI, "pull request", "branch", "refs/heads/x"},
	} {
		f := change(c.s, c.change, c.mref)
		if c.s == CircleCI {
			f.Target = ""
		}
		name := string(c.s)
		list = append(list, event{name + ": proposal", anybody, f},
			event{name + ": default branch", ourOwn, at(c.s, c.push, "refs/heads/main")},
			event{name + ": another branch or tag", ourOwn, at(c.s, c.push, "refs/heads/x")})
	}
	return list
}

// layouts are the ways in which a workflow may have checked out an event's code.
func layouts(name string, f Facts) (all []Scenario) {
	add := func(checkout string, change func(*Facts)) {
		g := f
		g.Head = g.Named
		if g.Named == merge {
			g.Parents = []string{first, g.Tip}
		}
		change(&g)
		all = append(all, Scenario{name, word(f.Author), checkout, g})
	}
	add("named commit", func(*Facts) {})
	if d := Decide(all[0].Facts); d.Class == Refused {
		all[0].Checkout = "any"
		return all
	} else if d.Policy != OwnTree {
		if f.System == GitHub {
			add("named commit, depth 1, token", func(*Facts) {})
		}
		add("named commit, depth 1, no token", func(g *Facts) { g.Missing = true })
	}
	if f.Tip != "" {
		add("tip of the change", func(g *Facts) { g.Head, g.Parents = tip, []string{first, other} })
	}
	add("another commit", func(g *Facts) { g.Head, g.Parents = other, []string{first, tip} })
	add("no git repository", func(g *Facts) { g.Head, g.Parents = "", nil })
	return all
}

func word(a Author) string {
	switch a {
	case Unknown:
		return "not told"
	case Bot:
		return "Dependabot"
	default:
		return string(a)
	}
}

// Gate says in words what fails the gate where the configuration does not say.
func (d Decision) Gate() string {
	switch {
	case d.Class == Refused:
		return "refused, exit 2"
	case d.Class == Proposal && d.Policy == BuiltIn:
		return "everything, as new"
	case d.Class == Proposal:
		return "what is new"
	default:
		return "everything"
	}
}

// Matrix is the decision on every scenario as a table in Markdown. Scenarios that differ
// in the checkout alone share a line where the decision is the same.
func Matrix() string {
	var b strings.Builder
	b.WriteString("\n| event | author | checked out | judged as | policy | compared with | what fails | stack |\n|---|---|---|---|---|---|---|---|\n")
	list := Scenarios()
	for len(list) > 0 {
		n := 1
		for n < len(list) && alike(list[0], list[n]) {
			n++
		}
		b.WriteString(row(list[:n]))
		list = list[n:]
	}
	return b.String() + "\n"
}

func alike(a, b Scenario) bool {
	x, y := Decide(a.Facts), Decide(b.Facts)
	x.Reason, y.Reason, x.NoStack, y.NoStack = "", "", "", ""
	return a.Event == b.Event && a.Author == b.Author && x == y
}

func row(same []Scenario) string {
	s, d := same[0], Decide(same[0].Facts)
	var checkouts []string
	for _, x := range same {
		checkouts = append(checkouts, x.Checkout)
	}
	stack := "may start"
	if d.NoStack != "" {
		stack = "never"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", s.Event, s.Author, strings.Join(slices.Compact(checkouts), "; "), d.Class, d.Policy, d.Compare, d.Gate(), stack)
}
