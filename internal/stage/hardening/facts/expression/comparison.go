// Package expression reads the expressions of alerts, in PromQL and LogQL.
package expression

// Comparison is one comparison of an expression with a number, turned so that what is
// measured stands on the left and is as plain as arithmetic allows: (a / b) * 100 > 75
// is a / b > 0.75.
type Comparison struct {
	// Metrics are the names that are measured, recording rules resolved; Divisors are
	// those among them that stand below a fraction line.
	Metrics  []string `json:"metrics"`
	Divisors []string `json:"divisors"`
	// Functions are the names of functions and aggregations, in lower case.
	Functions []string `json:"functions"`
	// Quantile is the first one of histogram_quantile or of a quantile label, 0 to 1.
	Quantile *float64 `json:"quantile,omitempty"`
	// Labels are the label conditions of all selectors.
	Labels []Condition `json:"labels"`
	// Op is >, >=, <, <=, == or !=.
	Op string `json:"op"`
	// Threshold is the number; Seconds the same where the metric's name or a subtraction
	// from the clock shows that it is a time.
	Threshold float64  `json:"threshold"`
	Seconds   *float64 `json:"seconds,omitempty"`
	// Guarded is true unless a divisor may be zero: none is compared with zero elsewhere.
	Guarded bool `json:"guarded"`
	// Path leads to the comparison's own text.
	Path []any `json:"path"`
}
