package expression

import (
	"fmt"

	"github.com/prometheus/prometheus/promql/parser"
)

// maxExpression bounds an expression: the parser recurses over it.
const maxExpression = 16 << 10

// Parse reads an expression in PromQL of bounded length.
func Parse(text string) (parser.Expr, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("expression is longer than %d bytes", maxExpression)
	}
	return parser.ParseExpr(text)
}
