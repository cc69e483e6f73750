package hostile

import (
	"fmt"
	"slices"
	"strings"
)

// check compares an outcome with what was expected, a line for each thing:
//
//	exit CODE            or "exit not 0"
//	CLASS RULE FILE:LINE such a finding is there
//	no CLASS RULE [FILE] no such finding is there; RULE may be *
//	gap KIND [FILE]      such a gap is there
//	trust, policy WORDS  how the run is judged
//	pending WORDS        a pending change says so
//	waits RULE           an exception of the change waits
//	says, silent WORDS   the output has, or has not, these words
func (o outcome) check(expected string) (problems []string) {
	if o.executed {
		problems = append(problems, "something of the repository was executed")
	}
	for line := range strings.Lines(expected) {
		line = strings.TrimSpace(line)
		if line != "" && !o.holds(line) {
			problems = append(problems, "does not hold: "+line)
		}
	}
	return problems
}

func (o outcome) holds(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "exit":
		return rest == fmt.Sprint(o.code) || rest == "not 0" && o.code != 0
	case "introduced", "existing", "excepted":
		return slices.ContainsFunc(o.report.Findings, func(f result) bool { return f.Class == word && rest == f.place() })
	case "no":
		return !slices.ContainsFunc(o.report.Findings, func(f result) bool { return f.matches(strings.Fields(rest)) })
	case "gap":
		return o.gap(strings.Fields(rest))
	case "trust":
		return o.report.Target.Trust == rest
	case "policy":
		return o.report.Target.Policy == rest
	case "pending":
		return slices.ContainsFunc(o.report.Pending, func(p pending) bool {
			return strings.Contains(p.Effect+" "+p.Setting+" "+p.Change, rest)
		})
	case "waits":
		return slices.ContainsFunc(o.report.Exceptions.Pending, func(e struct{ Rule string }) bool { return e.Rule == rest })
	case "says":
		return strings.Contains(o.log, rest)
	case "silent":
		return !strings.Contains("\n"+o.log, strings.NewReplacer(`\n`, "\n", `\e`, "\x1b").Replace(rest))
	}
	return false
}

func (f result) place() string {
	return fmt.Sprintf("%s %s:%d", f.Rule, f.Location.URI, f.Location.Region.StartLine)
}

// matches takes a class, a rule or *, and perhaps a file.
func (f result) matches(words []string) bool {
	return f.Class == words[0] && (words[1] == "*" || words[1] == f.Rule) && (len(words) < 3 || words[2] == f.Location.URI)
}

func (o outcome) gap(words []string) bool {
	for _, s := range o.report.Stages {
		for _, g := range s.Gaps {
			if g.Rule == words[0] && (len(words) < 2 || words[1] == g.Location.URI) {
				return true
			}
		}
	}
	return false
}
