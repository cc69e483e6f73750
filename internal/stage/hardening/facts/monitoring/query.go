package monitoring

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

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

// queriesOf are the expressions of an alert; Grafana keeps them apart from the
// threshold, which is put behind them here.
func queriesOf(rule map[string]any, path []any) []query {
	if name := value.Text(rule["alert"]); name != "" {
		return []query{{rule, name, value.Text(rule["expr"]), value.Under(path, "expr"), 0}}
	}
	name := value.Text(rule["title"])
	if name == "" {
		return nil
	}
	data := value.List(rule["data"])
	limit := threshold(data)
	var out []query
	for i, d := range data {
		if expr := value.Text(value.Lookup(d, []any{"model", "expr"})); expr != "" {
			q := query{rule, name, expr, value.Under(path, "data", i, "model", "expr"), 0}
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
		for _, c := range value.List(value.Lookup(d, []any{"model", "conditions"})) {
			e := value.Object(value.Object(c)["evaluator"])
			op := map[string]string{"gt": ">", "lt": "<", "gte": ">=", "lte": "<="}[value.Text(e["type"])]
			if params := value.List(e["params"]); op != "" && len(params) > 0 {
				return op + " " + value.Text(params[0])
			}
		}
	}
	return ""
}

// place is the path of a part of the expression, given as start and end in its text.
func (q query) place(part []any) []any {
	if q.shift > 0 {
		return q.path
	}
	return value.Under(q.path, part...)
}
