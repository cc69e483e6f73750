package helm

import (
	"maps"
	"strings"

	"github.com/stella-ops/assure/internal/discover/render"
)

// enable drops the dependencies that conditions and tags switch off, and gives those
// with an alias their name. vals are the chart's values, the parents' included.
func (c *chart) enable(vals map[string]any) {
	seen := map[*chart]bool{}
	var kept []*chart
	for _, n := range c.needs {
		for _, s := range c.subs {
			if s.name != n.name {
				continue
			}
			seen[s] = true
			if n.enabled(vals) {
				kept = append(kept, s.as(n.call(), c))
			}
			break
		}
	}
	for _, s := range c.subs {
		if !seen[s] {
			kept = append(kept, s)
		}
	}
	c.subs = kept
	for _, s := range c.subs {
		s.enable(merged(render.Map(vals[s.name]), s.values))
	}
}

// as is the subchart under another name.
func (c *chart) as(name string, parent *chart) *chart {
	out := *c
	out.name, out.parent = name, parent
	out.path = strings.TrimSuffix(c.path, c.name) + name
	out.meta = maps.Clone(c.meta)
	out.meta["Name"] = name
	out.templates = nil
	for _, f := range c.templates {
		copied := *f
		copied.chart, copied.name = &out, out.path+strings.TrimPrefix(f.name, c.path)
		out.templates = append(out.templates, &copied)
	}
	out.subs = nil
	for _, s := range c.subs {
		under := *s
		under.path = out.path + strings.TrimPrefix(s.path, c.path)
		sub := (&under).as(s.name, &out)
		for i, f := range s.templates {
			sub.templates[i].name = sub.path + strings.TrimPrefix(f.name, s.path)
		}
		out.subs = append(out.subs, sub)
	}
	return &out
}

// enabled decides as Helm does: tags first, the first condition that exists wins.
func (n need) enabled(vals map[string]any) bool {
	on, off := false, false
	tags := render.Map(vals["tags"])
	for _, t := range n.tags {
		if b, ok := tags[t].(bool); ok {
			on, off = on || b, off || !b
		}
	}
	enabled := on || !off
	for c := range strings.SplitSeq(n.condition, ",") {
		if b, ok := at(vals, strings.Split(strings.TrimSpace(c), ".")).(bool); ok {
			return b
		}
	}
	return enabled
}

// at follows keys through mappings.
func at(v any, keys []string) any {
	for _, k := range keys {
		v = render.Map(v)[k]
	}
	return v
}

// imports takes over values that subcharts export (import-values).
func (c *chart) imports() {
	for _, s := range c.subs {
		s.imports()
	}
	for _, n := range c.needs {
		for _, s := range c.subs {
			if s.name != n.call() {
				continue
			}
			for _, v := range n.imports {
				c.importFrom(s, v)
			}
		}
	}
}

func (c *chart) importFrom(s *chart, v any) {
	from, to := []string{"exports", render.Text(v)}, []string(nil)
	if m := render.Map(v); m != nil {
		from = strings.Split(render.Text(m["child"]), ".")
		if p := render.Text(m["parent"]); p != "." {
			to = strings.Split(p, ".")
		}
	}
	given := render.Map(at(s.values, from))
	if given == nil {
		return
	}
	for i := len(to) - 1; i >= 0; i-- {
		given = map[string]any{to[i]: given}
	}
	c.values = merged(c.values, given)
}

// coalesce lays vals over the chart's own values and does the same for its subcharts,
// whose values lie below their name. A null takes a default away.
func (c *chart) coalesce(vals map[string]any) map[string]any {
	out := merged(vals, c.values)
	global := render.Map(out["global"])
	for _, s := range c.subs {
		own := merged(nil, render.Map(out[s.name]))
		if g := merged(global, render.Map(own["global"])); len(g) > 0 || own["global"] != nil {
			own["global"] = g
		}
		out[s.name] = s.coalesce(own)
	}
	return out
}

// merged copies strong laid over weak; maps merge, everything else is replaced, and a
// null in strong takes the key away.
func merged(strong, weak map[string]any) map[string]any {
	out := make(map[string]any, len(strong)+len(weak))
	for k, w := range weak {
		s, ok := strong[k]
		if !ok {
			out[k] = copied(w)
			continue
		}
		if sm, wm := render.Map(s), render.Map(w); sm != nil && wm != nil {
			out[k] = merged(sm, wm)
		}
	}
	for k, s := range strong {
		if _, done := out[k]; !done && (s != nil || weak == nil) {
			out[k] = copied(s)
		}
	}
	return out
}

func copied(v any) any {
	switch x := v.(type) {
	case map[string]any:
		return merged(x, nil)
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = copied(e)
		}
		return out
	}
	return v
}
