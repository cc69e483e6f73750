package web

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// RuleLevels is a rules file in the grammar of ZAP's baseline (rules.tsv).
type RuleLevels struct {
	// Levels is the word for a rule id or alert reference: PASS, IGNORE, INFO, WARN
	// or FAIL.
	Levels map[string]string
	// Messages is the user's own remark for the same keys.
	Messages map[string]string
	// OutOfScope are URL patterns by rule id, or "*" for every rule. They match from
	// the start of an alert's URL.
	OutOfScope map[string][]*regexp.Regexp
}

// maxRulesFile is the largest rules file that is read, in bytes.
const maxRulesFile = 1 << 20

// ParseRules reads a rules file. Every error is one bad line and names its number.
func ParseRules(data []byte) (RuleLevels, []error) {
	l := RuleLevels{Levels: map[string]string{}, Messages: map[string]string{}, OutOfScope: map[string][]*regexp.Regexp{}}
	if len(data) > maxRulesFile {
		return l, []error{fmt.Errorf("line 1: the rules file is larger than %d bytes", maxRulesFile)}
	}
	var errs []error
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if err := l.line(line); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
		}
	}
	return l, errs
}

func (l RuleLevels) line(line string) error {
	line = strings.TrimRight(line, " \t\r\n\v\f")
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	f := strings.SplitN(line, "\t", 3)
	if len(f) < 3 {
		return fmt.Errorf("want id, level and text separated by TAB characters, found %d TAB", len(f)-1)
	}
	if f[1] == "OUTOFSCOPE" {
		return l.outOfScope(f[0], f[2])
	}
	return l.level(f[0], f[1], f[2])
}

func (l RuleLevels) level(id, level, text string) error {
	if err := checkID(id); err != nil {
		return err
	}
	if !slices.Contains([]string{"PASS", "IGNORE", "INFO", "WARN", "FAIL"}, level) {
		return fmt.Errorf("unknown level %q: use PASS, IGNORE, INFO, WARN, FAIL or OUTOFSCOPE", level)
	}
	_, message, _ := strings.Cut(text, "\t")
	if strings.Contains(message, "\t") {
		return fmt.Errorf("a TAB too many after the message of rule %s", id)
	}
	l.Levels[id], l.Messages[id] = level, message
	return nil
}

func (l RuleLevels) outOfScope(ids, pattern string) error {
	re, err := regexp.Compile(`^(?:` + pattern + `)`)
	if err != nil {
		return fmt.Errorf("read URL pattern %q: %w", pattern, err)
	}
	for id := range strings.SplitSeq(ids, ",") {
		if id != "*" {
			if err := checkID(id); err != nil {
				return err
			}
		}
		l.OutOfScope[id] = append(l.OutOfScope[id], re)
	}
	return nil
}

// checkID accepts a rule's number such as 10038, or an alert reference such as
// 10038-1. ZAP compares the text, so a leading zero would never match.
func checkID(id string) error {
	plugin, ref, dash := strings.Cut(id, "-")
	if !number(plugin) || dash && !number(ref) {
		return fmt.Errorf("rule id %q is not a number such as 10038, or a reference such as 10038-1", id)
	}
	return nil
}

func number(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && strconv.Itoa(n) == s
}

// Level returns the word for an alert and the user's remark; the reference is more
// specific than the id and wins. Both are empty when the file does not name it.
func (l RuleLevels) Level(a rules.Alert) (level, message string) {
	for _, key := range []string{a.Ref, strconv.Itoa(a.PluginID)} {
		if level := l.Levels[key]; level != "" {
			return level, l.Messages[key]
		}
	}
	return "", ""
}

// scoped reports whether the file leaves the alert in scope.
func (l RuleLevels) scoped(a rules.Alert) bool {
	for _, key := range []string{"*", a.Ref, strconv.Itoa(a.PluginID)} {
		for _, re := range l.OutOfScope[key] {
			if re.MatchString(a.URL) {
				return false
			}
		}
	}
	return true
}

// Apply sets the alerts aside that the file ignores, passes or puts out of scope, says
// so in the notes, and writes the level on all of them. An entry that names a rule
// which nobody applied is noted too: it is probably mistyped.
func (l RuleLevels) Apply(r Result) Result {
	dropped := map[string]int{}
	kept := make([]rules.Alert, 0, len(r.Alerts))
	for _, a := range r.Alerts {
		level, message := l.Level(a)
		a.Level, a.Message = level, message
		switch {
		case !l.scoped(a):
			dropped[fmt.Sprintf("OUTOFSCOPE: %s [%s]", a.Name, a.Ref)]++
		case level == "IGNORE" || level == "PASS":
			if level == "PASS" {
				r.Passed = append(r.Passed, a)
			} else {
				r.Ignored = append(r.Ignored, a)
			}
			dropped[strings.TrimSpace(fmt.Sprintf("%s: %s [%s] %s", level, a.Name, a.Ref, message))]++
		default:
			kept = append(kept, a)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(dropped)) {
		r.Notes = append(r.Notes, fmt.Sprintf("the rules file sets aside %s x %d", what, dropped[what]))
	}
	if unused := l.unused(r); len(unused) > 0 {
		r.Notes = append(r.Notes, "the rules file names rules that the scanner did not apply: "+strings.Join(unused, ", "))
	}
	r.Alerts = kept
	return r
}

// unused lists the entries whose rule was not applied.
func (l RuleLevels) unused(r Result) []string {
	applied := map[string]bool{}
	for _, rule := range r.Rules {
		applied[strings.TrimPrefix(rule.ID, "zap/")] = true
	}
	var list []string
	for _, id := range slices.Sorted(maps.Keys(l.Levels)) {
		if plugin, _, _ := strings.Cut(id, "-"); len(applied) > 0 && !applied[plugin] {
			list = append(list, id)
		}
	}
	return list[:min(len(list), 20)]
}
