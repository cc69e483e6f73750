package deps

import (
	"context"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/image"
)

// openJava opens the Java index, which is pulled when the first Java archive turns up.
func (s *Stage) openJava(ctx context.Context, p *plan.Plan, say func(string), set *finding.Set) (image.Index, error) {
	index, info, err := database.OpenJava(ctx, database.NewJava(s.cfg, s.databaseOptions(p, say)))
	if err != nil {
		return nil, err
	}
	set.Notes = append(set.Notes, info.Notes...)
	return index, nil
}
