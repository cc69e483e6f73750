package expression

import (
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

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
		m.out.Labels = append(m.out.Labels, Condition{l.Name, l.Type.String(), l.Value})
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
