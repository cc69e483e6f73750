package hardening

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// sights are the rules that judged something in each file.
type sights map[string]map[string]bool

func (s sights) note(file, rule string) {
	if s[file] == nil {
		s[file] = map[string]bool{}
	}
	s[file][rule] = true
}

func (s sights) add(more sights) {
	for file, rules := range more {
		for rule := range rules {
			s.note(file, rule)
		}
	}
}

// tell counts the rules of each file.
func (s sights) tell(set *finding.Set) {
	for file, rules := range s {
		by := fmt.Sprintf("%d rules", len(rules))
		if len(rules) == 1 {
			by = "1 rule"
		}
		set.See(file, by)
	}
}

// look notes what rules judged in the files of a document.
func look(doc *plan.Document, out policy.Outcome, judged map[string]int) sights {
	s := sights{}
	if doc.Kind == plan.Config {
		return s.configuration(value.Object(doc.Model["files"]), out)
	}
	for rule, n := range judged {
		for _, file := range append([]string{doc.Name}, doc.Files...) {
			if n > 0 && file != "" {
				s.note(file, rule)
			}
		}
	}
	return s
}

// configuration notes the files that a rule decided about: what it calls by name, and
// what it read to judge something else.
func (s sights) configuration(files map[string]any, out policy.Outcome) sights {
	for rule, subjects := range out.Subjects {
		for _, subject := range subjects {
			if file := fileOf(subject); files[file] != nil {
				s.note(file, rule)
			}
		}
		if len(subjects) > 0 {
			s.families(files, rule)
		}
	}
	for _, r := range out.Results {
		if file := fileOf(r.Path); files[file] != nil {
			s.note(file, r.Rule)
		}
		if r.Whole || theRepository(r.Path) {
			s.families(files, r.Rule)
		}
	}
	return s
}

// fileOf is the file that a subject or a path is or lies in.
func fileOf(subject any) string {
	if path, ok := subject.([]any); ok && len(path) > 1 && path[0] == "files" {
		subject = path[1]
	}
	return value.Text(subject)
}

// readers are the rules that judge something as a whole from files of these families.
var readers = map[string][]string{
	"config/alert-feed-age":     {"alert-rules"},
	"config/alert-store-memory": {"alert-rules"},
	"config/alert-token-expiry": {"alert-rules"},
	"config/alert-wall-time":    {"alert-rules"},
	"config/audit-export":       {"workflow", "script", "crontab"},
	"config/audit-watch":        {"host"},
	"config/backup":             {"workflow", "script", "crontab"},
	"config/change-log":         {"version"},
	"config/dashboard":          {"dashboard", "prometheus"},
	"config/dependency-scan":    {"workflow", "action", "script"},
	"config/dependency-updates": {"dependabot", "renovate"},
	"config/dynamic-scan":       {"workflow", "action", "script"},
	"config/log-input":          {"fluent-bit"},
	"config/log-sink":           {"fluent-bit"},
	"config/post-mortem":        {"document"},
	"config/runbook-contain":    {"document"},
	"config/runbook-eradicate":  {"document"},
	"config/temporary-mount":    {"host"},
	"config/token-reminder":     {"workflow", "script", "crontab"},
}

func (s sights) families(files map[string]any, rule string) {
	for file, body := range files {
		if slices.Contains(readers[rule], value.Text(value.Object(body)["family"])) {
			s.note(file, rule)
		}
	}
}
