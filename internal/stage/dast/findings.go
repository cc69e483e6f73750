package dast

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
)

// Bounds of what a finding quotes.
const (
	maxURLs  = 20
	maxQuote = 300
)

// at finds the place of a path in the Compose model.
func (t *test) at(path ...any) finding.Location {
	if t.doc.Locator == nil {
		return finding.Top(t.doc.Name)
	}
	loc, _ := t.doc.Locator.Locate(path)
	return loc
}

// gap notes something that could not be seen; its place is the service that its subject
// begins with.
func (t *test) gap(g finding.Gap) {
	service, _, _ := strings.Cut(g.Subject, " ")
	g.Location, g.Message = t.at("services", service), t.stack.Mask(g.Message)
	t.set.Gaps = append(t.set.Gaps, g)
}

// key is where the file says what a rule judges.
func key(rule string) string {
	return map[string]string{
		runtime.RootRule: "user", runtime.WritableRule: "read_only", runtime.CapsRule: "cap_drop",
		runtime.PrivsRule: "security_opt", runtime.SeccompRule: "security_opt", runtime.ProfileRule: "security_opt",
		runtime.ExposedRule: "ports", runtime.HostRule: "privileged", runtime.TmpfsRule: "tmpfs", runtime.NetworkRule: "networks",
		runtime.LimitsRule: "mem_limit", runtime.DigestRule: "image", runtime.VisibleRule: "environment", runtime.FilesRule: "volumes",
		runtime.FallbackRule: "environment", runtime.LogsRule: "logging", probe.HealthRule: "healthcheck", probe.CommandsRule: "command", probe.MemoryRule: "command",
	}[rule]
}

// verdicts are the outcomes of one rule on one service.
type verdicts struct {
	rule, service string
	outcomes      []probe.Outcome
}

// outcomes turns what probes saw into findings, gaps and counts. A rule with an answer
// that is missing counts as judged only when another answer fails it.
func (t *test) outcomes(all []probe.Outcome) {
	for _, v := range grouped(all) {
		var failed, warned, passed, open []probe.Outcome
		for _, o := range v.outcomes {
			switch o.Verdict {
			case probe.Fail:
				failed = append(failed, o)
			case probe.Warn:
				warned = append(warned, o)
			case probe.Pass:
				passed = append(passed, o)
			case probe.Unknown:
				open = append(open, o)
			}
		}
		t.set.Cover("probes", len(v.outcomes))
		if len(failed)+len(warned) > 0 || len(passed) > 0 && len(open) == 0 {
			t.set.Judge(v.rule, 1)
		}
		if len(failed) > 0 {
			t.set.Findings = append(t.set.Findings, t.probed(v, failed))
		} else if len(warned) > 0 {
			f := t.probed(v, warned)
			f.Severity = min(f.Severity, finding.Low)
			t.set.Findings = append(t.set.Findings, f)
		}
		for _, o := range open {
			t.open(o)
		}
	}
}

// open notes an answer that is missing. An answer that came but shows nothing either
// way blinds nobody; no answer at all does.
func (t *test) open(o probe.Outcome) {
	inconclusive := o.Evidence != "" && slices.Contains([]string{probe.MethodsRule, probe.BearerRule, probe.MetricsRule, probe.RateRule, probe.CommandsRule, probe.MemoryRule}, o.Rule)
	msg := fmt.Sprintf("%s is not settled for service %s: %s", o.Rule, o.Service, o.Message)
	if inconclusive {
		t.set.Notes = append(t.set.Notes, t.stack.Mask(fmt.Sprintf("%s (%s: %s)", msg, o.URL, quote(o.Evidence))))
		return
	}
	t.gap(finding.Gap{Rule: gap.ServiceNotTested, Subject: o.Service + " " + o.Rule, Message: msg})
}

func grouped(all []probe.Outcome) []verdicts {
	var groups []verdicts
	for _, o := range all {
		i := slices.IndexFunc(groups, func(v verdicts) bool { return v.rule == o.Rule && v.service == o.Service })
		if i < 0 {
			groups = append(groups, verdicts{rule: o.Rule, service: o.Service})
			i = len(groups) - 1
		}
		groups[i].outcomes = append(groups[i].outcomes, o)
	}
	return groups
}

// probed is the one finding of a rule on a service.
func (t *test) probed(v verdicts, failed []probe.Outcome) finding.Finding {
	var messages, evidence, urls []string
	for _, o := range failed {
		messages, evidence, urls = append(messages, o.Message), append(evidence, quote(o.Evidence)), append(urls, o.URL)
	}
	path := []any{"services", v.service}
	if k := cmp.Or(failed[0].Key, key(v.rule)); k != "" {
		path = append(path, k)
	}
	messages = unique(messages)
	message := strings.Join(messages[:min(len(messages), 3)], " ")
	if n := len(messages) - 3; n > 0 {
		message += fmt.Sprintf(" (and %d more)", n)
	}
	if !strings.HasPrefix(message, "service ") {
		message = "service " + v.service + ": " + message
	}
	f := finding.Finding{
		Rule: v.rule, Severity: t.severity(v.rule), Message: t.stack.Mask(message), Location: t.at(path...), Subject: v.service,
		Properties: map[string]string{"evidence": t.stack.Mask(strings.Join(unique(evidence), "\n"))},
	}
	if list := unique(urls); len(list) > 0 {
		f.Properties["url"], f.Properties["urls"] = list[0], strings.Join(list, "\n")
	}
	return f
}

func (t *test) severity(rule string) finding.Severity {
	for _, r := range t.set.Rules {
		if r.ID == rule {
			return r.Severity
		}
	}
	return finding.High
}

func quote(text string) string {
	runes := []rune(strings.ToValidUTF8(text, ""))
	if len(runes) > maxQuote {
		return string(runes[:maxQuote]) + "…"
	}
	return string(runes)
}

// unique drops empty and repeated texts and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
