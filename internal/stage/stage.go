// Package stage runs the stages side by side and records how each ended.
package stage

import (
	"context"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
)

// Stage judges one aspect of a plan.
type Stage interface {
	// Name is one of config.StageNames.
	Name() string
	// Skip returns the reason why the stage must not run for this plan, or "". It is
	// asked before any stage starts.
	Skip(*plan.Plan) string
	// Run judges the plan. An error means that the stage could not do its work; the
	// set may hold what it found before. Findings are never errors. Long work calls
	// say with a short line about what it does now; it must return soon after ctx
	// ends and leave nothing behind.
	Run(ctx context.Context, p *plan.Plan, say func(string)) (finding.Set, error)
}
