package gate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// events are those on which a gate has to run.
var events = [...]string{"pull_request", "merge_group", "push", "schedule", "workflow_call", "pull_request_target"}

// usualTypes are the activities of a pull request when a workflow names none.
var usualTypes = [...]string{"opened", "synchronize", "reopened"}

// narrowing are the filters that name what a workflow runs on, widening those that name
// what it does not run on.
var (
	narrowing = [...]string{"branches", "tags", "paths", "types"}
	widening  = [...]string{"branches-ignore", "tags-ignore", "paths-ignore"}
)

// triggers compares when a workflow runs.
func (c *comparison) triggers(before, after *document) {
	was, now := triggersOf(before), triggersOf(after)
	for _, name := range events {
		b, had := was[name]
		h, has := now[name]
		switch {
		case had && !has:
			c.note(after, []any{"on"}, true, "the workflow does not run on "+name+" any more")
		case had:
			c.filters(after, name, object(b), object(h))
		}
	}
}

// triggersOf are the events with their filters.
func triggersOf(d *document) map[string]any {
	out := map[string]any{}
	switch on := d.model["on"].(type) {
	case string:
		out[on] = nil
	case []any:
		for _, name := range on {
			out[fmt.Sprint(name)] = nil
		}
	case map[string]any:
		return on
	}
	return out
}

func (c *comparison) filters(after *document, event string, was, now map[string]any) {
	at := func(filter string) []any { return []any{"on", event, filter} }
	for _, f := range narrowing {
		b, h := list(was[f]), list(now[f])
		_, had := was[f]
		_, has := now[f]
		if f == "types" && strings.HasPrefix(event, "pull_request") {
			b, h = orUsual(b, had), orUsual(h, has)
			had, has = true, true
		}
		gone := without(b, h)
		switch {
		case has && !had:
			c.note(after, at(f), true, fmt.Sprintf("%s runs only for %s %s", event, f, quoted(h)))
		case has && len(positive(gone)) > 0:
			c.note(after, at(f), true, fmt.Sprintf("%s does not run for %s %s any more", event, f, quoted(gone)))
		case has && len(negative(without(h, b))) > 0:
			c.note(after, at(f), true, fmt.Sprintf("%s does not run for %s %s", event, f, quoted(negative(without(h, b)))))
		case has && had && !reflect.DeepEqual(b, h) && len(negative(h)) > 0 && len(gone) == 0 && len(without(h, b)) == 0:
			c.note(after, at(f), true, fmt.Sprintf("%s has its %s in another order, and the last that matches decides", event, f))
		}
	}
	for _, f := range widening {
		if more := without(list(now[f]), list(was[f])); len(more) > 0 {
			c.note(after, at(f), true, fmt.Sprintf("%s does not run for %s", event, strings.TrimSuffix(f, "-ignore")+" "+quoted(more)))
		}
	}
}

func orUsual(types []string, given bool) []string {
	if !given {
		return usualTypes[:]
	}
	return types
}

func negative(patterns []string) []string {
	return slices.DeleteFunc(slices.Clone(patterns), func(s string) bool { return !strings.HasPrefix(s, "!") })
}

func positive(patterns []string) []string { return without(patterns, negative(patterns)) }

// list is a scalar or a list as texts.
func list(v any) (out []string) {
	switch x := v.(type) {
	case nil:
	case []any:
		for _, item := range x {
			out = append(out, fmt.Sprint(item))
		}
	default:
		out = append(out, fmt.Sprint(x))
	}
	return out
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// maxShown bounds the items of a list in a message.
const maxShown = 6

func quoted(words []string) string {
	var out []string
	for _, w := range words[:min(len(words), maxShown)] {
		out = append(out, fmt.Sprintf("%q", cut(w, 80)))
	}
	if rest := len(words) - maxShown; rest > 0 {
		out = append(out, fmt.Sprintf("and %d more", rest))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}
