package hardening

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// alerts are the facts about the alert rules of the repository.
type alerts struct {
	// Anchor is the path of the first groups, empty without any alert rule file.
	Anchor []any `json:"anchor"`
	// Rules are all alerts, in the order of their files.
	Rules []alert `json:"rules"`
	// Recorded counts the recording rules.
	Recorded int `json:"recorded"`
}

// alert is one alert of Prometheus, Loki or Grafana.
type alert struct {
	Name string `json:"name"`
	// Language is promql, logql, template (filled in elsewhere) or unknown.
	Language    string            `json:"language"`
	Comparisons []comparison      `json:"comparisons"`
	Conditions  []condition       `json:"conditions"`
	Labels      map[string]string `json:"labels"`
	// For is how long the expression must hold before the alert fires, in seconds.
	For  float64 `json:"for"`
	Path []any   `json:"path"`
	// Problem says why the expression was not understood.
	Problem string `json:"problem,omitempty"`
}

// query is one expression of a rule with what is needed to understand it.
type query struct {
	rule map[string]any
	name string
	// text is what is compared, path where it stands.
	text string
	path []any
	// shift is how many bytes of text were put before the one in the file.
	shift int
}

// alertFacts reads the rule files and the objects of kind PrometheusRule.
func alertFacts(p *plan.Plan) alerts {
	facts := alerts{Anchor: []any{}, Rules: []alert{}}
	var queries []query
	recorded := records{}
	for _, base := range ruleGroups(p) {
		if len(facts.Anchor) == 0 {
			facts.Anchor = base.path
		}
		for i, group := range list(base.value) {
			for j, rule := range list(object(group)["rules"]) {
				if r := object(rule); r != nil {
					queries = append(queries, queriesOf(r, under(base.path, i, "rules", j))...)
					recorded.add(r)
				}
			}
		}
	}
	for _, q := range queries {
		facts.Rules = append(facts.Rules, q.alert(recorded))
	}
	facts.Recorded = len(recorded)
	return facts
}

// placed is a value with its path.
type placed struct {
	path  []any
	value any
}

// ruleGroups are the lists of groups, files before objects.
func ruleGroups(p *plan.Plan) []placed {
	var out []placed
	for _, f := range filesOf(p, configfile.AlertRules) {
		out = append(out, placed{under(f.path, "groups"), object(f.value)["groups"]})
	}
	for i, d := range p.Documents {
		if groups := lookup(d.Model, []any{"spec", "groups"}); d.Kind == plan.Kubernetes && d.Model["kind"] == "PrometheusRule" && groups != nil {
			out = append(out, placed{[]any{"documents", i, "spec", "groups"}, groups})
		}
	}
	return out
}

// filesOf are the contents of the files of a family, by name.
func filesOf(p *plan.Plan, family configfile.Family) []placed {
	if p.Config == nil {
		return nil
	}
	var out []placed
	files := object(p.Config.Model["files"])
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := object(files[name]); f["family"] == string(family) {
			out = append(out, placed{[]any{"files", name, "content"}, f["content"]})
		}
	}
	return out
}

// records are the expressions of recording rules by name.
type records map[string]parser.Expr

// add notes a recording rule, so that alerts on its name are understood.
func (r records) add(rule map[string]any) {
	if name := text(rule["record"]); name != "" {
		if e, err := parsePromQL(text(rule["expr"])); err == nil {
			r[name] = e
		}
	}
}

// queriesOf are the expressions of an alert; Grafana keeps them apart from the
// threshold, which is put behind them here.
func queriesOf(rule map[string]any, path []any) []query {
	if name := text(rule["alert"]); name != "" {
		return []query{{rule, name, text(rule["expr"]), under(path, "expr"), 0}}
	}
	name := text(rule["title"])
	if name == "" {
		return nil
	}
	data := list(rule["data"])
	limit := threshold(data)
	var out []query
	for i, d := range data {
		if expr := text(lookup(d, []any{"model", "expr"})); expr != "" {
			q := query{rule, name, expr, under(path, "data", i, "model", "expr"), 0}
			if limit != "" {
				q.text, q.shift = "("+expr+") "+limit, 1
			}
			out = append(out, q)
		}
	}
	return out
}

// threshold is the first threshold of Grafana's conditions, such as "> 5".
func threshold(data []any) string {
	for _, d := range data {
		for _, c := range list(lookup(d, []any{"model", "conditions"})) {
			e := object(object(c)["evaluator"])
			op := map[string]string{"gt": ">", "lt": "<", "gte": ">=", "lte": "<="}[text(e["type"])]
			if params := list(e["params"]); op != "" && len(params) > 0 {
				return op + " " + text(params[0])
			}
		}
	}
	return ""
}

func (q query) alert(recorded records) alert {
	a := alert{
		Name: q.name, Language: "promql", Comparisons: []comparison{}, Conditions: []condition{},
		Labels: map[string]string{}, For: promSeconds(q.rule["for"]), Path: q.path,
	}
	for k, v := range object(q.rule["labels"]) {
		a.Labels[k] = text(v)
	}
	e, err := parsePromQL(q.text)
	if err != nil {
		return a.foreign(q.text, err)
	}
	a.Comparisons = comparisons(e, recorded)
	for i := range a.Comparisons {
		a.Comparisons[i].Path = q.place(a.Comparisons[i].Path)
	}
	a.Conditions = conditions(e)
	return a
}

// foreign completes an alert whose expression is not PromQL.
func (a alert) foreign(text string, err error) alert {
	a.Language, a.Problem = "unknown", firstLine(err.Error())
	if strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$__") {
		a.Language, a.Problem = "template", ""
	} else if conditions, ok := logQL(text); ok {
		a.Language, a.Problem, a.Conditions = "logql", "", conditions
	}
	return a
}

// place is the path of a part of the expression, given as start and end in its text.
func (q query) place(part []any) []any {
	if q.shift > 0 {
		return q.path
	}
	return under(q.path, part...)
}

// conditions are the label conditions of a whole expression.
func conditions(e parser.Expr) []condition {
	f := comparison{Labels: []condition{}}
	m := &measure{out: &f}
	m.note(e, false, 0)
	return f.Labels
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
