package expression

import "github.com/prometheus/prometheus/promql/parser"

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
