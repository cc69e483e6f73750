package hardening

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// delivery is where one Alertmanager sends alerts.
type delivery struct {
	// Path leads to its route.
	Path []any `json:"path"`
	// Critical are the receivers of critical alerts.
	Critical []receiver `json:"critical"`
}

// receiver is one receiver of Alertmanager.
type receiver struct {
	Name string `json:"name"`
	// Channels are the kinds that it sends by: pagerduty, email, webhook ...
	Channels []string `json:"channels"`
	// Addresses are those that it mails to.
	Addresses []address `json:"addresses"`
	Path      []any     `json:"path"`
}

type address struct {
	Text string `json:"text"`
	Path []any  `json:"path"`
}

// deliveries reads the files and the objects of kind AlertmanagerConfig.
func deliveries(p *plan.Plan) []delivery {
	out := []delivery{}
	for _, f := range filesOf(p, configfile.Alertmanager) {
		out = append(out, deliver(object(f.value), f.path))
	}
	for i, d := range p.Documents {
		if spec := object(d.Model["spec"]); d.Kind == plan.Kubernetes && d.Model["kind"] == "AlertmanagerConfig" && spec != nil {
			out = append(out, deliver(spec, []any{"documents", i, "spec"}))
		}
	}
	return out
}

// urgent are values of labels that stand for an alert which must wake somebody.
var urgent = regexp.MustCompile(`(?i)^(critical|crit|page|emergency|disaster|fatal|p1|p0|sev-?[01])$`)

// deliver follows a critical alert through the routes. The label that marks one is
// severity=critical, or what the routes themselves look for.
func deliver(config map[string]any, path []any) delivery {
	d := delivery{Path: under(path, "route"), Critical: []receiver{}}
	marks := append([]map[string]string{{"severity": "critical"}}, marksOf(config["route"], map[string]string{}, 0)...)
	for _, mark := range marks {
		for _, name := range route(object(config["route"]), mark, 0) {
			if r, ok := receiverOf(config, path, name); ok && !slices.ContainsFunc(d.Critical, r.same) {
				d.Critical = append(d.Critical, r)
			}
		}
	}
	return d
}

func (r receiver) same(other receiver) bool { return r.Name == other.Name }

// maxRoutes bounds how deep routes are followed; the YAML reader bounds their number.
const maxRoutes = 32

// route returns the receivers of an alert with these labels, as Alertmanager does: the
// first child that matches takes it, unless it says continue.
func route(r map[string]any, alert map[string]string, depth int) []string {
	var out []string
	if depth < maxRoutes {
		for _, c := range list(r["routes"]) {
			child := object(c)
			if child == nil || !takes(child, alert) {
				continue
			}
			if text(child["receiver"]) == "" {
				child = maps.Clone(child)
				child["receiver"] = r["receiver"]
			}
			out = append(out, route(child, alert, depth+1)...)
			if child["continue"] != true {
				return out
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return []string{text(r["receiver"])}
}

// takes tells whether a route takes an alert. A matcher that is not understood takes none.
func takes(r map[string]any, alert map[string]string) bool {
	conditions, ok := matchersOf(r)
	return ok && !slices.ContainsFunc(conditions, func(c condition) bool { return !c.meets(alert[c.Field]) })
}

func (c condition) meets(value string) bool {
	types := map[string]labels.MatchType{"=": labels.MatchEqual, "!=": labels.MatchNotEqual, "=~": labels.MatchRegexp, "!~": labels.MatchNotRegexp}
	m, err := labels.NewMatcher(types[c.Op], c.Field, c.Value)
	return err == nil && m.Matches(value)
}

// matcher is one condition of a route: name="value", with or without quotes.
var matcher = regexp.MustCompile(`^\s*"?([A-Za-z_][A-Za-z0-9_]*)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*?))\s*$`)

// matchersOf are the conditions of a route in all three spellings, and those of the
// operator's objects.
func matchersOf(r map[string]any) ([]condition, bool) {
	var out []condition
	for _, key := range []string{"match", "match_re"} {
		op := map[string]string{"match": "=", "match_re": "=~"}[key]
		values := object(r[key])
		for _, name := range sortedKeys(values) {
			out = append(out, condition{Field: name, Op: op, Value: text(values[name])})
		}
	}
	for _, m := range list(r["matchers"]) {
		if o := object(m); o != nil {
			op := text(o["matchType"])
			if op == "" {
				op = map[bool]string{true: "=~", false: "="}[o["regex"] == true]
			}
			out = append(out, condition{Field: text(o["name"]), Op: op, Value: text(o["value"])})
			continue
		}
		found := matcher.FindStringSubmatch(strings.Trim(text(m), "{}"))
		if found == nil {
			return nil, false
		}
		out = append(out, condition{Field: found[1], Op: found[2], Value: found[3] + found[4]})
	}
	return out, true
}

// marksOf are the label sets by which routes pick out urgent alerts, with what the
// routes above them ask for.
func marksOf(r any, above map[string]string, depth int) (marks []map[string]string) {
	if depth >= maxRoutes {
		return nil
	}
	for _, c := range list(object(r)["routes"]) {
		mark, isUrgent := maps.Clone(above), false
		conditions, _ := matchersOf(object(c))
		for _, cond := range conditions {
			value, urgent := exampleOf(cond)
			mark[cond.Field], isUrgent = value, isUrgent || urgent
		}
		if isUrgent {
			marks = append(marks, mark)
		}
		marks = append(marks, marksOf(c, mark, depth+1)...)
	}
	return marks
}

// exampleOf is a value that meets the condition, an urgent one if there is one.
func exampleOf(c condition) (value string, isUrgent bool) {
	if c.Op != "=" && c.Op != "=~" {
		return "", false
	}
	for i, v := range strings.Split(c.Value, "|") {
		v = strings.Trim(v, "()^$")
		if urgent.MatchString(v) {
			return v, true
		}
		if i == 0 {
			value = v
		}
	}
	return value, false
}

// receiverOf finds a receiver and the ways it sends by.
func receiverOf(config map[string]any, path []any, name string) (receiver, bool) {
	for i, item := range list(config["receivers"]) {
		r := object(item)
		if r == nil || text(r["name"]) != name {
			continue
		}
		out := receiver{Name: name, Channels: []string{}, Addresses: []address{}, Path: under(path, "receivers", i, "name")}
		for _, key := range slices.Sorted(maps.Keys(r)) {
			kind, ok := channel(key)
			if !ok || len(list(r[key])) == 0 {
				continue
			}
			out.Channels = append(out.Channels, kind)
			if kind == "email" {
				out.Addresses = append(out.Addresses, addresses(r[key], under(path, "receivers", i, key))...)
			}
		}
		return out, true
	}
	return receiver{}, false
}

// channel is the kind in pagerduty_configs, or pagerdutyConfigs in the operator's objects.
func channel(key string) (string, bool) {
	if kind, ok := strings.CutSuffix(key, "_configs"); ok {
		return kind, true
	}
	return strings.CutSuffix(key, "Configs")
}

func addresses(configs any, path []any) (out []address) {
	for i, c := range list(configs) {
		if to := text(object(c)["to"]); to != "" {
			out = append(out, address{to, under(path, i, "to")})
		}
	}
	return out
}
