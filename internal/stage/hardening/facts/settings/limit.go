package settings

import (
	"strconv"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// rate is a limit on requests.
type rate struct {
	// PerSecond is how many requests a second are let in.
	PerSecond float64 `json:"per_second"`
	Path      []any   `json:"path"`
}

// limitAnnotations of ingress-nginx, with the seconds that they count in.
var limitAnnotations = []struct {
	name    string
	seconds float64
}{{"nginx.ingress.kubernetes.io/limit-rps", 1}, {"nginx.ingress.kubernetes.io/limit-rpm", 60}}

// limits are the rate limits of ingresses and of Traefik's middlewares.
func limits(p *plan.Plan) []rate {
	out := []rate{}
	add := func(v any, seconds float64, at ...any) {
		if n, err := strconv.ParseFloat(value.Text(v), 64); err == nil && n > 0 {
			out = append(out, rate{n / seconds, at})
		}
	}
	for i, d := range p.Documents {
		if d.Kind != plan.Kubernetes {
			continue
		}
		notes := value.Object(value.Object(d.Model["metadata"])["annotations"])
		for _, a := range limitAnnotations {
			add(notes[a.name], a.seconds, "documents", i, "metadata", "annotations", a.name)
		}
		if limit := value.Object(value.Object(d.Model["spec"])["rateLimit"]); d.Model["kind"] == "Middleware" {
			seconds := 1.0
			if period := value.Duration("period", limit["period"]); period != nil && *period > 0 {
				seconds = *period
			}
			add(limit["average"], seconds, "documents", i, "spec", "rateLimit", "average")
		}
	}
	return out
}
