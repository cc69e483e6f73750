package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// Baseline says how the lines and the exit code of ZAP's baseline scan come about.
type Baseline struct {
	// ExitCodes replaces the program's exit codes by those of ZAP's baseline scan.
	ExitCodes bool
	// Info makes INFO the level of rules that the rules file does not name (-i).
	Info bool
	// IgnoreWarnings lets warnings pass (-I).
	IgnoreWarnings bool
	// Level is the mildest level whose lines are written: PASS, IGNORE, INFO, WARN or
	// FAIL; empty writes all. It changes no count (-l).
	Level string
	// Short leaves out the rules that passed and the example URLs (-s).
	Short bool
}

// levelWords are the words of a rules file, the mildest first, which is also the order
// of the lines.
func levelWords() []string { return []string{"PASS", "IGNORE", "INFO", "WARN", "FAIL"} }

// maxExamples is how many URLs stand below a rule.
const maxExamples = 5

// Counts are the rules by what became of them.
type Counts struct{ Fail, Warn, Info, Ignore, Pass int }

// line is the last line, which scripts read.
func (c Counts) line() string {
	return fmt.Sprintf("FAIL-NEW: %d\tFAIL-INPROG: 0\tWARN-NEW: %d\tWARN-INPROG: 0\tINFO: %d\tIGNORE: %d\tPASS: %d", c.Fail, c.Warn, c.Info, c.Ignore, c.Pass)
}

// ReadCounts reads them from the last line of a summary.
func ReadCounts(summary []byte) (Counts, error) {
	lines := bytes.Split(bytes.TrimRight(summary, "\n"), []byte("\n"))
	var c Counts
	_, err := fmt.Sscanf(string(lines[len(lines)-1]), "FAIL-NEW: %d\tFAIL-INPROG: 0\tWARN-NEW: %d\tWARN-INPROG: 0\tINFO: %d\tIGNORE: %d\tPASS: %d", &c.Fail, &c.Warn, &c.Info, &c.Ignore, &c.Pass)
	if err != nil {
		return c, errors.New("the summary of the scan has no last line with counts")
	}
	return c, nil
}

// ExitCode is what ZAP's baseline scan ends with: 1 for failures, 2 for warnings, 0
// when something passed, and 3 when nothing was judged.
func (c Counts) ExitCode(b Baseline) int {
	switch {
	case c.Fail > 0:
		return 1
	case c.Warn > 0 && !b.IgnoreWarnings:
		return 2
	case c.Pass > 0:
		return 0
	}
	return 3
}

// outcome is a rule with its alerts, the first of which gives the name.
type outcome struct {
	id, name, level, message string
	alerts                   []rules.Alert
}

// Summary writes the lines of ZAP's baseline scan: each rule with its level, and the
// counts last. Alerts of rules that nobody named warn, guesses and what is only
// information inform.
func Summary(r web.Result, b Baseline) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "Total of %d URLs\n", len(r.URLs))
	all := outcomes(r, b)
	var c Counts
	for _, level := range levelWords() {
		for _, o := range all {
			if o.level != level {
				continue
			}
			c.add(level)
			if slices.Index(levelWords(), level) >= slices.Index(levelWords(), b.Level) && !(b.Short && level == "PASS") {
				o.write(&out, b)
			}
		}
	}
	fmt.Fprintln(&out, c.line())
	return out.Bytes()
}

func (c *Counts) add(level string) {
	*map[string]*int{"PASS": &c.Pass, "IGNORE": &c.Ignore, "INFO": &c.Info, "WARN": &c.Warn, "FAIL": &c.Fail}[level]++
}

// outcomes are all rules that were applied, sorted by their ids as texts. Where one
// rule has alerts of several levels, the strictest counts. A rule whose alerts the
// rules file passes over counts as none.
func outcomes(r web.Result, b Baseline) []outcome {
	byID := map[string]*outcome{}
	for _, rule := range r.Rules {
		id := strings.TrimPrefix(rule.ID, "zap/")
		byID[id] = &outcome{id: id, name: rule.Title, level: "PASS"}
	}
	for _, a := range r.Passed {
		delete(byID, strconv.Itoa(a.PluginID))
	}
	for _, a := range slices.Concat(r.Ignored, r.Alerts) {
		id := strconv.Itoa(a.PluginID)
		o := byID[id]
		if o == nil || len(o.alerts) == 0 {
			o = &outcome{id: id, name: a.Name}
			byID[id] = o
		}
		if level := counted(a, b); slices.Index(levelWords(), level) > slices.Index(levelWords(), o.level) {
			o.level, o.name, o.message = level, a.Name, a.Message
		}
		o.alerts = append(o.alerts, a)
	}
	list := make([]outcome, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		list = append(list, *byID[id])
	}
	return list
}

// counted is the level that an alert counts with.
func counted(a rules.Alert, b Baseline) string {
	switch {
	case a.Level != "":
		return a.Level
	case b.Info || a.Heuristic || a.Risk == "Informational":
		return "INFO"
	}
	return "WARN"
}

func (o outcome) write(out *bytes.Buffer, b Baseline) {
	word := o.level
	if word == "WARN" || word == "FAIL" {
		word += "-NEW"
	}
	if o.level == "PASS" {
		fmt.Fprintf(out, "PASS: %s [%s]\n", oneLine(o.name), o.id)
		return
	}
	fmt.Fprintf(out, "%s: %s [%s] x %d %s\n", word, oneLine(o.name), o.id, len(o.alerts), oneLine(o.message))
	for i, a := range o.alerts {
		if i < maxExamples && !b.Short {
			fmt.Fprintf(out, "\t%s (%s)\n", oneLine(a.URL), oneLine(cmp.Or(a.Status, "no status")))
		}
	}
}

// oneLine keeps foreign text from starting a line of its own, which the runner could
// read as a command.
func oneLine(s string) string { return strings.Join(strings.Fields(rules.Clip(s)), " ") }
