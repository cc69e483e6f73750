package dast

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// maxAuthorities bounds the file with authorities.
const maxAuthorities = 1 << 20

// step does something within a budget of its own and says how far it is. Its context
// names the budget when that is over.
func (t *test) step(ctx context.Context, name string, budget time.Duration, do func(context.Context) error) error {
	say, start := t.say, t.o.Now()
	t.say = func(text string) {
		say(fmt.Sprintf("%s %s/%s: %s", name, clock(t.o.Now().Sub(start)), clock(budget), text))
	}
	defer func() { t.say = say }()
	ctx, cancel := context.WithTimeoutCause(ctx, budget, overrun{name, budget})
	defer cancel()
	return do(ctx)
}

// overrun says that a step took too long.
type overrun struct {
	step   string
	budget time.Duration
}

func (o overrun) Error() string {
	return fmt.Sprintf("the step %s took longer than %s; see dast.budget.%s", o.step, o.budget, o.step)
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// question is a set of probes that belong together.
type question struct {
	name string
	ask  func(context.Context) []probe.Outcome
}

// ask puts the questions one after the other. When the time is over, the answers that
// came count, and what was not asked is a gap.
func (t *test) ask(ctx context.Context, questions ...question) error {
	err := t.step(ctx, "probes", t.cfg.Budget.Probes, func(step context.Context) error {
		for i, q := range questions {
			if step.Err() != nil {
				var names []string
				for _, left := range questions[i:] {
					names = append(names, left.name)
				}
				return fmt.Errorf("%w; not asked: %s", context.Cause(step), strings.Join(names, ", "))
			}
			t.say("asking for " + q.name)
			t.seen = append(t.seen, q.ask(step)...)
		}
		return nil
	})
	if over := (overrun{}); errors.As(err, &over) && ctx.Err() == nil {
		t.set.Gaps = append(t.set.Gaps, t.cut(over, err))
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// connection asks how the target speaks.
func (t *test) connection(at probe.Target) question {
	return question{"TLS", func(ctx context.Context) []probe.Outcome {
		roots, err := t.authorities()
		if err != nil {
			return []probe.Outcome{{Rule: probe.CertificateRule, Service: at.Service, Verdict: probe.Unknown, Message: err.Error()}}
		}
		trust := probe.Trust{Now: t.o.Now(), Roots: roots, Name: t.cfg.Target.URL != ""}
		if trust.Name && roots == nil {
			trust.Roots, _ = x509.SystemCertPool() // without one the authority is not judged
		}
		return append(append(probe.TLS(ctx, at), probe.Suites(ctx, at)...), probe.Certificate(ctx, at, trust)...)
	}}
}

// authorities are those that the configuration names, nil without any.
func (t *test) authorities() (*x509.CertPool, error) {
	name := t.cfg.Target.CAFile
	if name == "" {
		return nil, nil
	}
	data, err := t.plan.Tree.Read(name, maxAuthorities)
	if err != nil {
		return nil, fmt.Errorf("read dast.target.ca-file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("read dast.target.ca-file: %s holds no certificate in PEM form", name)
	}
	return pool, nil
}

// wellbeing asks how the target is doing.
func (t *test) wellbeing(e endpoint, at probe.Target) question {
	return question{"health and metrics", func(ctx context.Context) []probe.Outcome {
		return append(probe.Health(ctx, at, t.healthPaths(e)), probe.Metrics(ctx, at, t.cfg.Metrics)...)
	}}
}

// refusals asks for what the target must refuse.
func (t *test) refusals(at probe.Target) question {
	return question{"methods and tokens", func(ctx context.Context) []probe.Outcome {
		return append(probe.Methods(ctx, at, t.cfg.Methods), probe.Bearer(ctx, at, t.cfg.Protected)...)
	}}
}

// logs asks what the containers wrote about all this.
func (t *test) logs() question {
	return question{"logs", func(ctx context.Context) []probe.Outcome {
		return runtime.Logs(ctx, t.engine.API(), t.subjects, t.stack.Leaks)
	}}
}

// rate asks for the limit, last of all, because that uses up what one client may ask.
func (t *test) rate(e endpoint, at probe.Target) question {
	return question{"the rate limit", func(ctx context.Context) []probe.Outcome {
		if t.cfg.RateLimit == 0 {
			return nil
		}
		path := "/"
		if well := probe.Health(ctx, at, t.healthPaths(e))[0]; well.Verdict == probe.Pass {
			path = strings.TrimPrefix(well.URL, at.Base.Scheme+"://"+at.Base.Host)
		}
		return probe.Rate(ctx, at, path, t.cfg.RateLimit)
	}}
}

// scan looks at the target's pages. When its time is over, what it saw counts.
func (t *test) scan(ctx context.Context, e endpoint, scanner Scanner, target web.Target) error {
	var result web.Result
	err := t.step(ctx, "scan", t.cfg.Budget.Scan, func(step context.Context) (err error) {
		t.say("scanning " + e.base.String())
		if result, err = scanner.Scan(step, target, t.say); err != nil && step.Err() != nil {
			return context.Cause(step)
		}
		return err
	})
	var late overrun
	over := errors.As(err, &late)
	if over {
		result.Gaps = append(result.Gaps, t.cut(late, err).Message)
	}
	if err == nil || over || len(result.URLs) > 0 {
		t.result(e, result)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && !over:
		return fmt.Errorf("scan %s: %w", e.base, err)
	}
	return nil
}
