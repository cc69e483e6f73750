package reporter

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// annotationsMax is how many annotations of each kind the runner keeps in a step
// (actions/runner, ExecutionContext); there may be 50 in a job.
const annotationsMax = 10

// renderAnnotations writes workflow commands that the runner turns into marks on the
// changed lines: broken stages first, then the worst findings. Where only new findings
// count, the older ones have none.
func renderAnnotations(r *report.Report, _ Options) ([]byte, error) {
	byKind := map[finding.Level][]string{}
	for _, s := range r.Stages {
		if s.State == report.Failed || s.State == report.Degraded {
			byKind[finding.LevelError] = append(byKind[finding.LevelError],
				command("error", "title="+commandProperty("stage "+s.Name+": "+string(s.State)), s.Reason))
		}
	}
	lines, _ := rollUp(counted(r))
	for _, f := range lines {
		if f.Class == report.Existing && r.FailOn == "new" {
			continue
		}
		kind := f.Severity.Level()
		byKind[kind] = append(byKind[kind], annotation(f))
	}
	var b strings.Builder
	for _, kind := range [...]finding.Level{finding.LevelError, finding.LevelWarning, finding.LevelNote} {
		writeAnnotations(&b, kind, byKind[kind])
	}
	return []byte(b.String()), nil
}

func writeAnnotations(b *strings.Builder, kind finding.Level, lines []string) {
	shown := lines[:min(len(lines), annotationsMax)]
	for _, l := range shown {
		b.WriteString(l)
	}
	if rest := len(lines) - len(shown); rest > 0 {
		fmt.Fprintf(b, "%d more of level %s have no annotation; the job summary and the report files list them.\n", rest, kind)
	}
}

// annotation is the command for one finding.
func annotation(f report.Finding) string {
	name := map[finding.Level]string{finding.LevelError: "error", finding.LevelWarning: "warning", finding.LevelNote: "notice"}[f.Severity.Level()]
	g := convert.Region(f.Location.Region)
	place := fmt.Sprintf("file=%s,line=%d,endLine=%d", commandProperty(f.Location.URI), g.StartLine, g.EndLine)
	if g.StartLine == g.EndLine {
		place += fmt.Sprintf(",col=%d,endColumn=%d", g.StartColumn, g.EndColumn)
	}
	message := f.Message
	if m := remedy(f); m != "" {
		message += " Fix: " + m
	}
	return command(name, place+",title="+commandProperty(short(f.Severity.String()+" "+f.Rule, 200)), message)
}

// command is a whole line; properties are escaped already.
func command(name, properties, message string) string {
	return "::" + name + " " + properties + "::" + commandData(short(message, commandMax/4)) + "\n"
}
