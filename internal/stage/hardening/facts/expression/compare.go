package expression

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// comparer collects the comparisons of one expression.
type comparer struct {
	recorded Records
	found    []Comparison
	// guards are metrics known to be above zero wherever the expression yields a value.
	guards []string
}

// Comparisons are those whose truth can make the expression yield a value.
func Comparisons(e parser.Expr, recorded Records) []Comparison {
	c := &comparer{recorded: recorded, found: []Comparison{}}
	c.walk(e, false)
	for i := range c.found {
		c.found[i].Guarded = !slices.ContainsFunc(c.found[i].Divisors, func(m string) bool { return !slices.Contains(c.guards, m) })
	}
	return c.found
}

// walk looks at a node and below. Negated is true on the right of unless: there a
// comparison takes values away.
func (c *comparer) walk(n parser.Node, negated bool) {
	b, ok := n.(*parser.BinaryExpr)
	if !ok {
		for _, child := range parser.Children(n) {
			c.walk(child, negated)
		}
		return
	}
	c.walk(b.LHS, negated)
	c.walk(b.RHS, negated != (b.Op == parser.LUNLESS))
	if !b.Op.IsComparisonOperator() || b.ReturnBool {
		return
	}
	found, ok := c.compare(b)
	if !ok {
		return
	}
	if len(found.Divisors) == 0 && found.positive(negated) {
		c.guards = append(c.guards, found.Metrics...)
	}
	if !negated {
		c.found = append(c.found, found)
	}
}

// positive reports whether the comparison keeps only values other than zero.
func (f Comparison) positive(negated bool) bool {
	if negated {
		return f.Threshold == 0 && (f.Op == "==" || f.Op == "<=")
	}
	return f.Threshold >= 0 && f.Op == ">" || f.Threshold > 0 && f.Op == ">=" || f.Threshold == 0 && f.Op == "!="
}

// turned are the operators with their sides exchanged.
var turned = map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}

func (c *comparer) compare(b *parser.BinaryExpr) (Comparison, bool) {
	left, right, op := b.LHS, b.RHS, b.Op.String()
	if _, ok := constant(left); ok {
		left, right, op = right, left, turned[op]
	}
	threshold, ok := constant(right)
	clock := false
	if !ok { // last < time() - 3600 is time() - last > 3600
		if threshold, ok = beforeNow(right); !ok {
			return Comparison{}, false
		}
		op, clock = turned[op], true
	}
	f := Comparison{Op: op, Metrics: []string{}, Divisors: []string{}, Functions: []string{}, Labels: []Condition{}}
	m := &measure{recorded: c.recorded, out: &f}
	f.Threshold = m.plain(left, threshold, 0)
	if clock {
		f.Functions = append(f.Functions, "time")
	}
	f.Seconds = f.seconds()
	at := b.PositionRange()
	f.Path = []any{int(at.Start), int(at.End)}
	return f, len(f.Metrics) > 0 && finite(f.Threshold)
}

// beforeNow returns the c of time() - c.
func beforeNow(e parser.Expr) (float64, bool) {
	for {
		p, ok := e.(*parser.ParenExpr)
		if !ok {
			break
		}
		e = p.Expr
	}
	b, ok := e.(*parser.BinaryExpr)
	if !ok || b.Op != parser.SUB {
		return 0, false
	}
	if c, ok := b.LHS.(*parser.Call); !ok || c.Func.Name != "time" {
		return 0, false
	}
	return constant(b.RHS)
}
