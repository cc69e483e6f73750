package expression

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// measure notes what one side of a comparison measures.
type measure struct {
	recorded Records
	out      *Comparison
	// seen counts nodes: recording rules that use each other multiply.
	seen int
}

// Bounds on recording rules: how many are followed into each other, and how many nodes
// are looked at for one comparison.
const (
	maxRecorded = 4
	maxSeen     = 10_000
)

// plain moves constants of the expression over to the threshold, which it returns, and
// notes the rest.
func (m *measure) plain(e parser.Expr, threshold float64, depth int) float64 {
	switch x := e.(type) {
	case *parser.ParenExpr:
		return m.plain(x.Expr, threshold, depth)
	case *parser.VectorSelector:
		if r := m.recorded[x.Name]; r != nil && depth < maxRecorded {
			m.labels(x.LabelMatchers)
			return m.plain(r, threshold, depth+1)
		}
	case *parser.BinaryExpr:
		if inner, moved, ok := move(x, threshold); ok {
			return m.plain(inner, moved, depth)
		}
	}
	m.note(e, false, depth)
	return threshold / factor(e)
}

// factor is the constant by which a product or fraction is multiplied: 100 for
// 100 * a / b.
func factor(e parser.Expr) float64 {
	if c, ok := constant(e); ok && c > 0 {
		return c
	}
	switch x := e.(type) {
	case *parser.ParenExpr:
		return factor(x.Expr)
	case *parser.BinaryExpr:
		switch x.Op {
		case parser.MUL:
			return factor(x.LHS) * factor(x.RHS)
		case parser.DIV:
			return factor(x.LHS) / factor(x.RHS)
		}
	}
	return 1
}

// move takes a constant operand away from an expression that is compared.
func move(b *parser.BinaryExpr, threshold float64) (parser.Expr, float64, bool) {
	if c, ok := constant(b.RHS); ok {
		switch {
		case b.Op == parser.MUL && c > 0:
			return b.LHS, threshold / c, true
		case b.Op == parser.DIV && c > 0:
			return b.LHS, threshold * c, true
		case b.Op == parser.ADD:
			return b.LHS, threshold - c, true
		case b.Op == parser.SUB:
			return b.LHS, threshold + c, true
		}
	}
	if c, ok := constant(b.LHS); ok {
		switch {
		case b.Op == parser.MUL && c > 0:
			return b.RHS, threshold / c, true
		case b.Op == parser.ADD:
			return b.RHS, threshold - c, true
		}
	}
	return nil, 0, false
}

// note collects names, below is true under a fraction line.
func (m *measure) note(n parser.Node, below bool, depth int) {
	f := m.out
	if m.seen++; m.seen > maxSeen {
		return
	}
	switch x := n.(type) {
	case *parser.VectorSelector:
		m.selector(x, below, depth)
		return
	case *parser.Call:
		f.Functions = append(f.Functions, strings.ToLower(x.Func.Name))
		if q, ok := quantile(x); ok && f.Quantile == nil {
			f.Quantile = &q
		}
	case *parser.AggregateExpr:
		f.Functions = append(f.Functions, strings.ToLower(x.Op.String()))
	case *parser.BinaryExpr:
		m.note(x.LHS, below, depth)
		// A comparison or a set operation below the fraction line only filters.
		m.note(x.RHS, below || x.Op == parser.DIV, depth)
		return
	}
	for _, child := range parser.Children(n) {
		m.note(child, below, depth)
	}
}
