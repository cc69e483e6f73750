package monitoring

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/bradleyjkemp/sigma-go"
	"github.com/bradleyjkemp/sigma-go/evaluator"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// maxSigma bounds a rule in bytes: its reader backtracks.
const maxSigma = 64 << 10

// sigmaRule tries the incidents on a rule in the Sigma format.
func sigmaRule(f placed) (d detection) {
	d = detection{Name: value.Text(value.Object(f.value)["title"]), Path: value.Under(f.path, "detection", "condition"), Catches: []string{}}
	defer func() { // its reader panics on what it does not know
		if r := recover(); r != nil {
			d.Problem = firstLine(fmt.Sprint(r))
		}
	}()
	data, err := json.Marshal(f.value)
	if err != nil || len(data) > maxSigma {
		d.Problem = fmt.Sprintf("rule is longer than %d bytes", maxSigma)
		return d
	}
	rule, err := sigma.ParseRule(data)
	if err != nil {
		d.Problem = firstLine(err.Error())
		return d
	}
	for i := range rule.Detection.Conditions {
		rule.Detection.Conditions[i].Aggregation = nil // how often does not matter here, only what
	}
	for _, i := range incidents {
		if i.seenBy(rule) {
			d.Catches = append(d.Catches, i.name)
		}
	}
	return d
}

// seenBy runs the rule on the incident and its twins. Fields that the incident leaves
// open take the values that the rule asks for, apart from those of one search in turn,
// which may be there to exclude.
func (i incident) seenBy(rule sigma.Rule) bool {
	names := append([]string{""}, slices.Sorted(maps.Keys(rule.Detection.Searches))...)
	return slices.ContainsFunc(names, func(without string) bool {
		event, known := i.fill(rule, without)
		if !known || !sees(rule, event) {
			return false
		}
		for _, twin := range append(i.twins, i.allowed(rule)...) {
			if sees(rule, merged(rule, event, twin)) {
				return false
			}
		}
		return true
	})
}

// allowed are twins made of the values that the rule itself lists for the incident's
// fields, for an incident that has no twins of its own.
func (i incident) allowed(rule sigma.Rule) (twins []map[string]string) {
	if len(i.twins) > 0 {
		return nil
	}
	eachField(rule, func(_, field string, values []any) {
		if i.event[plainField(field)] != "" {
			twins = append(twins, map[string]string{plainField(field): sample(values)})
		}
	})
	return twins
}

// fill is the incident with the rule's own field names; known is false when the rule
// looks at none of its fields.
func (i incident) fill(rule sigma.Rule, without string) (event map[string]any, known bool) {
	event = map[string]any{}
	eachField(rule, func(search, field string, values []any) {
		if v, ok := i.event[plainField(field)]; ok {
			event[field], known = v, true
		} else if search != without && event[field] == nil {
			event[field] = sample(values)
		}
	})
	return event, known
}

func merged(rule sigma.Rule, event map[string]any, with map[string]string) map[string]any {
	out := maps.Clone(event)
	eachField(rule, func(_, field string, _ []any) {
		if v, ok := with[plainField(field)]; ok {
			out[field] = v
		}
	})
	return out
}

func eachField(rule sigma.Rule, visit func(search, field string, values []any)) {
	for _, name := range slices.Sorted(maps.Keys(rule.Detection.Searches)) {
		for _, m := range rule.Detection.Searches[name].EventMatchers {
			for _, f := range m {
				visit(name, f.Field, f.Values)
			}
		}
	}
}

// sample is a value that meets the first of a field's values.
func sample(values []any) string {
	if len(values) == 0 {
		return ""
	}
	return value.Text(values[0]) // the evaluator compares * and ? as they stand
}

func sees(rule sigma.Rule, event map[string]any) bool {
	result, err := evaluator.ForRule(rule).Matches(context.Background(), event)
	return err == nil && result.Match
}
