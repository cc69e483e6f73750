package reporter

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

const redacted = "[redacted]"

// The runner masks secrets in logs and summaries only; comments, SARIF and files are
// ours to keep clean. No value class matches a quote or a backslash, so that JSON stays
// JSON.
var (
	privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)
	tokenShape = regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}|[rs]k_live_[A-Za-z0-9]{16,}|hvs\.[\w-]{20,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)`)
	userinfo   = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@"'<>\\:]*:[^\s/?#@"'<>\\]+|[^\s/?#@"'<>\\:]{20,})@`)
	credential = regexp.MustCompile(`(?i)(\b(?:proxy-)?authorization"?\s*[:=]\s*"?(?:(?:bearer|basic|token|digest|negotiate)\s+)?|\b(?:bearer|basic)\s+)([^\s"'<>\\,;]{6,})`)
	cookie     = regexp.MustCompile(`(?i)(\b(?:set-)?cookie\s*:\s*[^=\s;"'<>\\]{1,64}=)([^\s;"'<>\\]+)`)
	assignment = regexp.MustCompile(`(?i)([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|[_-]pass|requirepass)(?:\s*=\s*["']?|\\?"\s*:\s*\\?"|\s*:\s+|\s*:\s*["'])|\brequirepass\s+)([^\s"'<>\\,;&]{4,})`)
)

// redactText takes out of s what has the shape of a secret. The plain searches in front
// spare most text the expressions.
func redactText(s string) string {
	low := strings.ToLower(s)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(low, w) })
	}
	if has("private key-----") {
		s = privateKey.ReplaceAllLiteralString(s, redacted)
	}
	if has("gh", "github_pat_", "glpat-", "xox", "akia", "asia", "aiza", "npm_", "pypi-", "dckr_pat_", "k_live_", "hvs.", "eyj") {
		s = tokenShape.ReplaceAllLiteralString(s, redacted)
	}
	if has("://") {
		s = userinfo.ReplaceAllString(s, "${1}"+redacted+"@")
	}
	if has("authorization", "bearer", "basic") {
		s = replaceValue(credential, s, isCredential)
	}
	if has("cookie") {
		s = cookie.ReplaceAllString(s, "${1}"+redacted)
	}
	if has("pass", "secret", "token", "key") {
		s = replaceValue(assignment, s, isAssigned)
	}
	return s
}

func isCredential(lead, v string) bool { return strings.ContainsAny(lead, ":=") || looksRandom(v) }

// isAssigned leaves references, paths and placeholders alone.
func isAssigned(lead, v string) bool {
	return !strings.ContainsAny(v[:1], "${[*/<%(") && (strings.ContainsAny(lead, `="'`) || looksRandom(v))
}

// replaceValue replaces the second group of each match whose value is a secret.
func replaceValue(re *regexp.Regexp, s string, secret func(lead, value string) bool) string {
	return re.ReplaceAllStringFunc(s, func(m string) string {
		g := re.FindStringSubmatch(m)
		if g == nil || strings.HasPrefix(g[2], redacted) || !secret(g[1], g[2]) {
			return m
		}
		return g[1] + redacted
	})
}

// looksRandom tells a made-up value from a word of a sentence.
func looksRandom(v string) bool {
	return len(v) >= 8 && strings.ContainsAny(v, "0123456789") && strings.ContainsFunc(v, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	})
}

// Redact returns a copy of the report, evidence files included, without the given
// secrets, in plain, URL or base64 form, and without anything shaped like one. Rules
// and controls are catalogue text and stay.
func Redact(r *report.Report, secrets ...string) *report.Report {
	exact := strings.NewReplacer(forms(secrets)...)
	return redactReport(r, func(s string) string { return redactText(exact.Replace(s)) })
}

// forms pairs every spelling of every secret with its replacement, longest first.
func forms(secrets []string) []string {
	var all []string
	for _, s := range secrets {
		if len(s) < 6 {
			continue // a shorter one would take ordinary words out
		}
		all = append(all, s, url.QueryEscape(s), url.PathEscape(s))
		for shift := range 3 {
			all = append(all, base64Core(base64.StdEncoding, s, shift), base64Core(base64.URLEncoding, s, shift))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, f := range all {
		pairs = append(pairs, f, redacted)
	}
	return pairs
}

// base64Core is the part of the encoding that depends on s alone when s stands at the
// given offset (modulo three) of a longer text.
func base64Core(enc *base64.Encoding, s string, shift int) string {
	full := enc.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, shift), s...))
	start := (shift*8 + 5) / 6
	end := (shift + len(s)) * 8 / 6
	return full[start:end]
}

// redactReport applies f to every foreign text of a copy of r.
func redactReport(r *report.Report, f func(string) string) *report.Report {
	c := *r
	c.Reasons = each(r.Reasons, f)
	c.BaselineReason, c.Target.Reason = f(r.BaselineReason), f(r.Target.Reason)
	c.Stages = each(r.Stages, func(s report.StageRun) report.StageRun { return redactStage(s, f) })
	clean := func(x report.Finding) report.Finding { return redactFinding(x, f) }
	c.Findings, c.Fixed = each(r.Findings, clean), each(r.Fixed, clean)
	c.Gaps = each(r.Gaps, func(g report.Gap) report.Gap { return redactGap(g, f) })
	c.Files.ExcludedBy, c.Ledger = each(r.Files.ExcludedBy, f), redactLedger(r.Ledger, f)
	c.Pending = each(r.Pending, func(x finding.Change) finding.Change { return redactChange(x, f) })
	exception := func(e config.Exception) config.Exception { return redactException(e, f) }
	c.Exceptions = report.Exceptions{
		Used: each(r.Exceptions.Used, exception), Expired: each(r.Exceptions.Expired, exception),
		Unused: each(r.Exceptions.Unused, exception), Pending: each(r.Exceptions.Pending, exception),
	}
	if r.Database != nil {
		db := *r.Database
		db.Source = f(db.Source)
		c.Database = &db
	}
	return &c
}

func redactStage(s report.StageRun, f func(string) string) report.StageRun {
	s.Reason = f(s.Reason)
	s.Set.Notes = each(s.Set.Notes, f)
	s.Set.Findings, s.Set.Gaps = nil, nil // the report's own lists are those that count
	s.Set.Files = each(s.Set.Files, func(e finding.File) finding.File {
		if clean := f(string(e.Data)); clean != string(e.Data) {
			e.Data = []byte(clean)
		}
		return e
	})
	return s
}

func redactGap(g report.Gap, f func(string) string) report.Gap {
	g.Message, g.Subject, g.Remediation = f(g.Message), f(g.Subject), f(g.Remediation)
	g.Exception = redactMaybe(g.Exception, f)
	return g
}

// redactLedger asks once for each reason: a large repository has few and many files.
func redactLedger(entries []finding.Entry, f func(string) string) []finding.Entry {
	clean := map[string]string{}
	return each(entries, func(e finding.Entry) finding.Entry {
		by, ok := clean[e.By]
		if !ok {
			by = f(e.By)
			clean[e.By] = by
		}
		e.By = by
		return e
	})
}

func redactFinding(x report.Finding, f func(string) string) report.Finding {
	x.Message, x.Subject, x.Remediation = f(x.Message), f(x.Subject), f(x.Remediation)
	x.Key, x.Alias = f(x.Key), f(x.Alias)
	x.Related = each(x.Related, func(r finding.Related) finding.Related { r.Message = f(r.Message); return r })
	if x.Properties != nil {
		p := make(map[string]string, len(x.Properties))
		for k, v := range x.Properties {
			p[f(k)] = redactProperty(k, v, f)
		}
		x.Properties = p
	}
	if x.Fix != nil {
		fix := *x.Fix
		fix.Description = f(fix.Description)
		fix.Edits = each(fix.Edits, func(e finding.Edit) finding.Edit { e.Text = f(e.Text); return e })
		x.Fix = &fix
	}
	x.Exception = redactMaybe(x.Exception, f)
	return x
}

// redactProperty lets the key speak for the value: {"password": "…"} is an assignment.
func redactProperty(k, v string, f func(string) string) string {
	if lead := k + "="; f(lead+v) == lead+redacted {
		return redacted
	}
	return f(v)
}

func redactMaybe(e *config.Exception, f func(string) string) *config.Exception {
	if e == nil {
		return nil
	}
	clean := redactException(*e, f)
	return &clean
}

func redactException(e config.Exception, f func(string) string) config.Exception {
	e.Subject, e.Reason, e.Owner, e.Packages = f(e.Subject), f(e.Reason), f(e.Owner), f(e.Packages)
	return e
}

// each maps a list, keeping nil.
func each[T any](in []T, f func(T) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
