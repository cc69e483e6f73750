package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

// Grace is how long a stage may take to clean up after its deadline or after an
// interrupt before it is given up.
const Grace = 30 * time.Second

// Options steer a run.
type Options struct {
	// Timeout bounds each stage; zero means no bound.
	Timeout time.Duration
	// Grace replaces the package's Grace when positive.
	Grace time.Duration
	// Skip returns the reason why the named stage was not asked for, or "".
	Skip func(name string) string
	// Progress hears what each stage does now, and once that it is done. It may be
	// called from several goroutines; nil means nobody listens.
	Progress func(stage, doing string, done bool)
	// Debug receives the stack of a panic; nil drops it.
	Debug func(text string)
}

// Run starts every stage that does not skip, side by side, and returns how each ended
// in the order of the list. It returns when all have ended; a stage that ignores its
// deadline for longer than the grace is reported as an error and abandoned.
func Run(ctx context.Context, stages []Stage, p *plan.Plan, o Options) []report.StageRun {
	runs := make([]report.StageRun, len(stages))
	var wg sync.WaitGroup
	for i, s := range stages {
		if reason := skip(s, p, o); reason != "" {
			runs[i] = report.StageRun{Name: s.Name(), State: report.Skipped, Reason: reason}
			continue
		}
		wg.Go(func() { runs[i] = o.one(ctx, s, p) })
	}
	wg.Wait()
	return runs
}

func skip(s Stage, p *plan.Plan, o Options) string {
	if o.Skip != nil {
		if reason := o.Skip(s.Name()); reason != "" {
			return reason
		}
	}
	return s.Skip(p)
}

// one runs a stage under its deadline.
func (o Options) one(ctx context.Context, s Stage, p *plan.Plan) report.StageRun {
	start := time.Now() //nolint:forbidigo // measures a duration, tells no time
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("the stage took longer than %s; see --timeout", o.Timeout))
		defer cancel()
	}
	results := make(chan report.StageRun, 1)
	go func() { results <- o.guarded(ctx, s, p) }()
	run := o.await(ctx, s.Name(), results)
	run.Duration = time.Since(start)
	o.say(s.Name(), string(run.State), true)
	return run
}

// await returns the stage's result, or gives the stage up when it outlives the grace.
func (o Options) await(ctx context.Context, name string, results <-chan report.StageRun) report.StageRun {
	select {
	case run := <-results:
		return run
	case <-ctx.Done():
	}
	grace := o.Grace
	if grace <= 0 {
		grace = Grace
	}
	select {
	case run := <-results:
		return run
	case <-time.After(grace):
		return report.StageRun{Name: name, State: report.Failed, Reason: fmt.Sprintf("%v, and it did not stop within %s", context.Cause(ctx), grace)}
	}
}

// guarded runs the stage and turns a panic of any library below it into its error.
func (o Options) guarded(ctx context.Context, s Stage, p *plan.Plan) (run report.StageRun) {
	run.Name = s.Name()
	defer func() {
		if r := recover(); r != nil {
			if o.Debug != nil {
				o.Debug(fmt.Sprintf("stage %s: %v\n%s", s.Name(), r, debug.Stack()))
			}
			run.State, run.Reason = report.Failed, fmt.Sprintf("the stage crashed: %v; run with --debug and report it", r)
		}
	}()
	set, err := s.Run(ctx, p, func(doing string) { o.say(s.Name(), doing, false) })
	run.Set = set
	run.State, run.Reason = judge(ctx, run, err)
	return run
}

// judge derives the state from what the stage returned.
func judge(ctx context.Context, run report.StageRun, err error) (report.State, string) {
	cause := context.Cause(ctx)
	switch {
	case err != nil && cause != nil && errors.Is(err, ctx.Err()):
		return report.Failed, cause.Error()
	case err != nil:
		return report.Failed, err.Error()
	case cause != nil:
		return report.Failed, cause.Error()
	default:
		return report.StateOf(run.Set, run.Set.Gaps)
	}
}

func (o Options) say(stage, doing string, done bool) {
	if o.Progress != nil {
		o.Progress(stage, doing, done)
	}
}
