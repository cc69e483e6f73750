package hardening

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// comparison is one comparison of an expression with a number, turned so that what is
// measured stands on the left and is as plain as arithmetic allows: (a / b) * 100 > 75
// is a / b > 0.75.
type comparison struct {
	// Metrics are the names that are measured, recording rules resolved; Divisors are
	// those among them that stand below a fraction line.
	Metrics  []string `json:"metrics"`
	Divisors []string `json:"divisors"`
	// Functions are the names of functions and aggregations, in lower case.
	Functions []string `json:"functions"`
	// Quantile is the first one of histogram_quantile or of a quantile label, 0 to 1.
	Quantile *float64 `json:"quantile,omitempty"`
	// Labels are the label conditions of all selectors.
	Labels []condition `json:"labels"`
	// Op is >, >=, <, <=, == or !=.
	Op string `json:"op"`
	// Threshold is the number; Seconds the same where the metric's name or a subtraction
	// from the clock says that it is a time.
	Threshold float64  `json:"threshold"`
	Seconds   *float64 `json:"seconds,omitempty"`
	// Guarded is true unless a divisor may be zero: none is compared with zero elsewhere.
	Guarded bool `json:"guarded"`
	// Path leads to the comparison's own text.
	Path []any `json:"path"`
}

// condition is one condition on a field of an event or a label of a series.
type condition struct {
	Field string `json:"field"`
	// Op is =, !=, =~ or !~.
	Op    string `json:"op"`
	Value string `json:"value"`
}

// maxExpression bounds an expression: the parser recurses over it.
const maxExpression = 16 << 10

func parsePromQL(text string) (parser.Expr, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("expression is longer than %d bytes", maxExpression)
	}
	return parser.ParseExpr(text)
}

// comparer collects the comparisons of one expression.
type comparer struct {
	recorded records
	found    []comparison
	// guards are metrics known to be above zero wherever the expression yields a value.
	guards []string
}

// comparisons are those whose truth can make the expression yield a value.
func comparisons(e parser.Expr, recorded records) []comparison {
	c := &comparer{recorded: recorded, found: []comparison{}}
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

// positive tells whether the comparison keeps only values other than zero.
func (f comparison) positive(negated bool) bool {
	if negated {
		return f.Threshold == 0 && (f.Op == "==" || f.Op == "<=")
	}
	return f.Threshold >= 0 && f.Op == ">" || f.Threshold > 0 && f.Op == ">=" || f.Threshold == 0 && f.Op == "!="
}

// turned are the operators with their sides exchanged.
var turned = map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}

func (c *comparer) compare(b *parser.BinaryExpr) (comparison, bool) {
	left, right, op := b.LHS, b.RHS, b.Op.String()
	if _, ok := constant(left); ok {
		left, right, op = right, left, turned[op]
	}
	threshold, ok := constant(right)
	clock := false
	if !ok { // last < time() - 3600 is time() - last > 3600
		if threshold, ok = beforeNow(right); !ok {
			return comparison{}, false
		}
		op, clock = turned[op], true
	}
	f := comparison{Op: op, Metrics: []string{}, Divisors: []string{}, Functions: []string{}, Labels: []condition{}}
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

// measure notes what one side of a comparison measures.
type measure struct {
	recorded records
	out      *comparison
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

func (m *measure) selector(x *parser.VectorSelector, below bool, depth int) {
	m.labels(x.LabelMatchers)
	if r := m.recorded[x.Name]; r != nil && depth < maxRecorded {
		m.note(r, below, depth+1)
		return
	}
	name := metricName(x)
	if name == "" {
		return
	}
	m.out.Metrics = append(m.out.Metrics, name)
	if below {
		m.out.Divisors = append(m.out.Divisors, name)
	}
}

func metricName(x *parser.VectorSelector) string {
	for _, l := range x.LabelMatchers {
		if l.Name == labels.MetricName && (l.Type == labels.MatchEqual || l.Type == labels.MatchRegexp) {
			return l.Value
		}
	}
	return x.Name
}

func (m *measure) labels(all []*labels.Matcher) {
	for _, l := range all {
		if l.Name == labels.MetricName {
			continue
		}
		m.out.Labels = append(m.out.Labels, condition{l.Name, l.Type.String(), l.Value})
		if q, ok := number(l.Value); ok && l.Name == "quantile" && l.Type == labels.MatchEqual && m.out.Quantile == nil {
			m.out.Quantile = &q
		}
	}
}

func quantile(c *parser.Call) (float64, bool) {
	if c.Func.Name != "histogram_quantile" && c.Func.Name != "quantile_over_time" || len(c.Args) == 0 {
		return 0, false
	}
	return constant(c.Args[0])
}

// constant computes an expression that holds only numbers.
func constant(e parser.Expr) (float64, bool) {
	switch x := e.(type) {
	case *parser.NumberLiteral:
		return x.Val, finite(x.Val)
	case *parser.ParenExpr:
		return constant(x.Expr)
	case *parser.UnaryExpr:
		v, ok := constant(x.Expr)
		if x.Op == parser.SUB {
			v = -v
		}
		return v, ok
	case *parser.Call:
		if (x.Func.Name == "vector" || x.Func.Name == "scalar") && len(x.Args) == 1 {
			return constant(x.Args[0])
		}
	case *parser.BinaryExpr:
		l, okL := constant(x.LHS)
		r, okR := constant(x.RHS)
		if okL && okR {
			return arithmetic(x.Op, l, r)
		}
	}
	return 0, false
}

func arithmetic(op parser.ItemType, l, r float64) (float64, bool) {
	v := 0.0
	switch op {
	case parser.ADD:
		v = l + r
	case parser.SUB:
		v = l - r
	case parser.MUL:
		v = l * r
	case parser.DIV:
		v = l / r
	default:
		return 0, false
	}
	return v, finite(v)
}

// beforeNow knows time() - c.
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
