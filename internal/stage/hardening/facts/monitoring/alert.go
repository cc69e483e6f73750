package monitoring

import (
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
	Language    string                  `json:"language"`
	Comparisons []expression.Comparison `json:"comparisons"`
	Conditions  []expression.Condition  `json:"conditions"`
	Labels      map[string]string       `json:"labels"`
	// For is how long the expression must hold before the alert fires, in seconds.
	For  float64 `json:"for"`
	Path []any   `json:"path"`
	// Problem says why the expression was not understood.
	Problem string `json:"problem,omitempty"`
}

// newAlerts reads the rule files and the objects of kind PrometheusRule.
func newAlerts(p *plan.Plan) alerts {
	facts := alerts{Anchor: []any{}, Rules: []alert{}}
	var queries []query
	recorded := expression.Records{}
	for _, base := range ruleGroups(p) {
		if len(facts.Anchor) == 0 {
			facts.Anchor = base.path
		}
		for i, group := range value.List(base.value) {
			for j, rule := range value.List(value.Object(group)["rules"]) {
				if r := value.Object(rule); r != nil {
					queries = append(queries, queriesOf(r, value.Under(base.path, i, "rules", j))...)
					recorded.Add(r)
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

func (q query) alert(recorded expression.Records) alert {
	a := alert{
		Name: q.name, Language: "promql", Comparisons: []expression.Comparison{}, Conditions: []expression.Condition{},
		Labels: map[string]string{}, For: expression.Seconds(q.rule["for"]), Path: q.path,
	}
	for k, v := range value.Object(q.rule["labels"]) {
		a.Labels[k] = value.Text(v)
	}
	e, err := expression.Parse(q.text)
	if err != nil {
		return a.foreign(q.text, err)
	}
	a.Comparisons = expression.Comparisons(e, recorded)
	for i := range a.Comparisons {
		a.Comparisons[i].Path = q.place(a.Comparisons[i].Path)
	}
	a.Conditions = expression.Conditions(e)
	return a
}

// foreign completes an alert whose expression is not PromQL.
func (a alert) foreign(text string, err error) alert {
	a.Language, a.Problem = "unknown", firstLine(err.Error())
	if strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$__") {
		a.Language, a.Problem = "template", ""
	} else if conditions, ok := expression.LogQL(text); ok {
		a.Language, a.Problem, a.Conditions = "logql", "", conditions
	}
	return a
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
