package probe

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"
)

// Bounds of a health answer.
const (
	healthTime = 2 * time.Second
	healthBody = 4 << 10
)

// DefaultHealth is the path that the guide names.
const DefaultHealth = "/health"

// Health asks the target how it is doing. The first path that exists is the one that
// is judged: those of its health checks come before the guide's own.
func Health(ctx context.Context, t Target, paths []string) []Outcome {
	var last Outcome
	for _, path := range unique(append(slices.Clone(paths), DefaultHealth)) {
		last = t.health(ctx, path)
		if last.Verdict != Warn {
			break
		}
	}
	return []Outcome{last}
}

func (t Target) health(ctx context.Context, path string) Outcome {
	quick, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	r, err := t.ask(quick, question{method: "GET", path: path})
	o := t.outcome(HealthRule, Pass, path, "The service answers that it is well.")
	switch late := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded); {
	case late && ctx.Err() == nil:
		o.Verdict, o.Message = Fail, "The service does not tell its health within "+healthTime.String()+"."
	case err != nil:
		o.Verdict, o.Message = Unknown, "The service could not be asked for its health: "+plain(err).Error()+"."
	case r.status == 404:
		o.Verdict, o.Message = Warn, "The service has no such path to ask for its health."
	case r.status != 200:
		o.Verdict, o.Message = Fail, "The service does not answer that it is well."
	case len(r.body) > healthBody:
		o.Verdict, o.Message = Warn, "The answer about its health is long; it may show more than whether the service is well."
	}
	if err == nil {
		o.Evidence = r.line()
	}
	return o
}

// unique drops what is empty or repeated and keeps the order.
func unique(list []string) (out []string) {
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
