package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
)

// Bounds of what is read of a log.
const (
	maxLogLines = 500
	maxLogBytes = 1 << 20
	judgedLines = 50
)

// Logs judges what the containers wrote: whether the service under test writes JSON,
// and whether anybody wrote a secret. It is asked last, so that the questions of the
// test are in the logs. Leaks tells whether a text holds a secret of the stack.
func Logs(ctx context.Context, api API, subjects []Subject, leaks func(string) bool) []probe.Outcome {
	var out []probe.Outcome
	for _, s := range subjects {
		f := view{Subject: s}
		text, err := read(ctx, api, s.Container)
		if err != nil {
			out = append(out, f.outcome(LeakRule, probe.Unknown, "", "keeps its log from us: %v", err))
			continue
		}
		if s.Backend {
			out = append(out, f.structured(text))
		}
		o := f.outcome(LeakRule, probe.Pass, "", "wrote no secret to its log")
		if leaks(text) {
			o = f.outcome(LeakRule, probe.Fail, "", "wrote a secret of the stack to its log")
		}
		out = append(out, o)
	}
	return out
}

func read(ctx context.Context, api API, id string) (string, error) {
	r, err := api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return "", err
	}
	logs, err := api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: fmt.Sprint(maxLogLines)})
	if err != nil {
		return "", err
	}
	defer logs.Close()
	var b bytes.Buffer
	in := io.LimitReader(logs, maxLogBytes)
	if r.Container.Config != nil && r.Container.Config.Tty {
		_, err = io.Copy(&b, in)
	} else {
		_, err = stdcopy.StdCopy(&b, &b, in)
	}
	if b.Len() > 0 {
		err = nil // what arrived is what is judged; the bound may have cut the rest off
	}
	return b.String(), err
}

// structured judges the last lines of a log.
func (f *view) structured(text string) probe.Outcome {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	lines = lines[max(0, len(lines)-judgedLines):]
	var odd []string
	for _, line := range lines {
		if !entry(line) {
			odd = append(odd, line)
		}
	}
	evidence := fmt.Sprintf("%d of %d lines are JSON entries", len(lines)-len(odd), len(lines))
	switch {
	case len(lines) == 0:
		return f.outcome(LogsRule, probe.NotApplicable, "", "wrote nothing to its log")
	case len(odd) == 0:
		return f.outcome(LogsRule, probe.Pass, evidence, "writes its log as JSON")
	case len(odd) < len(lines):
		return f.outcome(LogsRule, probe.Warn, evidence, "writes some lines of its log as JSON and others not")
	}
	return f.outcome(LogsRule, probe.Fail, evidence, "does not write its log as JSON")
}

// entry tells whether a line is an object with a time and a message or level, by the
// names that Serilog, logstash, zap, slog and Docker use.
func entry(line string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(line), &object) != nil {
		return false
	}
	has := func(names ...string) bool {
		for key := range object {
			if slices.Contains(names, strings.ToLower(strings.TrimPrefix(key, "@"))) {
				return true
			}
		}
		return false
	}
	return has("t", "timestamp", "time", "ts", "datetime") && has("m", "mt", "message", "msg", "messagetemplate", "renderedmessage", "l", "level", "severity", "loglevel")
}
