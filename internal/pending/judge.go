package pending

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// difference is one way in which two values of a setting differ.
type difference struct {
	text   string
	effect finding.Effect
}

// judge says how two values of a setting differ; it is asked only when they do.
type judge func(base, head reflect.Value) []difference

// always is a setting whose changes all have one effect, or one that only people know.
func always(e finding.Effect) judge {
	return func(base, head reflect.Value) []difference { return arrow(base, head, e) }
}

// changed is a setting whose value nobody needs to see.
func changed(e finding.Effect) judge {
	return func(_, _ reflect.Value) []difference { return []difference{{"is another", e}} }
}

// on is a switch that has the effect when it is switched on.
func on(e finding.Effect) judge {
	return func(base, head reflect.Value) []difference {
		if !head.Bool() {
			return arrow(base, head, e.Reverse())
		}
		return arrow(base, head, e)
	}
}

// ranked is a setting with a few values, strictest first.
func ranked(words ...string) judge {
	return func(base, head reflect.Value) []difference {
		b, h := slices.Index(words, base.String()), slices.Index(words, head.String())
		if b < 0 || h < 0 {
			return arrow(base, head, finding.MayLoosen)
		}
		return arrow(base, head, order(b, h, finding.Loosens))
	}
}

// order is the effect e when the value grows, else its reverse.
func order[T cmp.Ordered](base, head T, e finding.Effect) finding.Effect {
	if head > base {
		return e
	}
	return e.Reverse()
}

// number is an amount of which more has the effect. Where zero stands for no bound it is
// more than any.
func number(more finding.Effect, zero zeroMeaning) judge {
	return func(base, head reflect.Value) []difference {
		b, h := amount(base), amount(head)
		if zero == unbounded && (b == 0 || h == 0) {
			b, h = -b, -h
		}
		return arrow(base, head, order(b, h, more))
	}
}

type zeroMeaning bool

const (
	nothing   zeroMeaning = false
	unbounded zeroMeaning = true
)

func amount(v reflect.Value) float64 {
	if v.CanFloat() {
		return v.Float()
	}
	return float64(v.Int())
}

// threshold is the severity that fails.
func threshold(base, head reflect.Value) []difference {
	b, h := base.Interface().(config.Threshold), head.Interface().(config.Threshold)
	if b.Never || h.Never {
		return arrow(base, head, order(strconv.FormatBool(b.Never), strconv.FormatBool(h.Never), finding.Loosens))
	}
	return arrow(base, head, order(int(b.Severity), int(h.Severity), finding.Loosens))
}

// list is a list of words to which an addition has the effect.
func list(added finding.Effect) judge {
	return func(base, head reflect.Value) []difference {
		b, h := words(base), words(head)
		all := slices.Concat(step("adds", without(h, b), added), step("drops", without(b, h), added.Reverse()))
		if all == nil {
			return []difference{{"is in another order", finding.Neutral}}
		}
		return all
	}
}

// emptyIsAll is a list that names everything when it is empty: what it lets in is allowed
// (an addition loosens) or done (an addition tightens).
func emptyIsAll(added finding.Effect) judge {
	return func(base, head reflect.Value) []difference {
		switch {
		case base.Len() == 0:
			return []difference{{"all → " + quoted(words(head)), added.Reverse()}}
		case head.Len() == 0:
			return []difference{{quoted(words(base)) + " → all", added}}
		default:
			return list(added)(base, head)
		}
	}
}

// emptyIsDefault is such a list whose default is not known here.
func emptyIsDefault(base, head reflect.Value) []difference {
	return arrow(base, head, finding.MayLoosen)
}

// step is one difference about words, none without any.
func step(verb string, words []string, e finding.Effect) []difference {
	if len(words) == 0 {
		return nil
	}
	return []difference{{verb + " " + quoted(words), e}}
}

func words(v reflect.Value) (out []string) {
	for i := range v.Len() {
		out = append(out, fmt.Sprint(v.Index(i).Interface()))
	}
	return out
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// maxShown bounds the items of a list, maxText a value.
const (
	maxShown = 8
	maxText  = 120
)

func quoted(words []string) string {
	var out []string
	for _, w := range words[:min(len(words), maxShown)] {
		out = append(out, strconv.Quote(cut(w)))
	}
	if rest := len(words) - maxShown; rest > 0 {
		out = append(out, fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(out, ", ")
}

func cut(s string) string {
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText]) + "…"
	}
	return s
}

func arrow(base, head reflect.Value, e finding.Effect) []difference {
	return []difference{{show(base) + " → " + show(head), e}}
}

// show writes a value: words as they are, nothing as "none".
func show(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return quoted(words(v))
	case v.IsZero() && (v.Kind() == reflect.String || v.Kind() == reflect.Slice || v.Kind() == reflect.Interface):
		return "not set"
	}
	return cut(fmt.Sprint(v.Interface()))
}

// keyed is a mapping whose changes have one effect; values are shown when they may be.
func keyed(e finding.Effect, secret bool) judge {
	return func(base, head reflect.Value) (all []difference) {
		for _, key := range slices.Sorted(maps.Keys(merged(base, head))) {
			b, h := base.MapIndex(reflect.ValueOf(key)), head.MapIndex(reflect.ValueOf(key))
			if b.IsValid() && h.IsValid() && reflect.DeepEqual(b.Interface(), h.Interface()) {
				continue
			}
			all = append(all, entry(key, b, h, e, secret)...)
		}
		return all
	}
}

func entry(key string, b, h reflect.Value, e finding.Effect, secret bool) []difference {
	switch {
	case b.IsValid() && h.IsValid() && b.Kind() == reflect.Map:
		return prefixed(key+".", keyed(e, secret)(b, h))
	case !b.IsValid():
		return []difference{{"adds " + pair(key, h, secret), e}}
	case !h.IsValid():
		return []difference{{"drops " + pair(key, b, secret), e}}
	case secret:
		return []difference{{"has another " + cut(key), e}}
	default:
		return prefixed(cut(key)+" ", arrow(b, h, e))
	}
}

func prefixed(prefix string, all []difference) []difference {
	for i := range all {
		all[i].text = prefix + all[i].text
	}
	return all
}

func pair(key string, v reflect.Value, secret bool) string {
	if secret {
		return cut(key)
	}
	return cut(key) + " = " + show(v)
}

func merged(maps ...reflect.Value) map[string]bool {
	all := map[string]bool{}
	for _, m := range maps {
		for _, k := range m.MapKeys() {
			all[k.String()] = true
		}
	}
	return all
}
