package repository

import (
	"slices"

	"github.com/stella-ops/assure/internal/plan"
)

// problem is a Compose file, or a part of one, that could not be read.
type problem struct {
	File    string `json:"file"`
	Message string `json:"message"`
	// Remote is true when it is fetched from elsewhere.
	Remote bool  `json:"remote"`
	Path   []any `json:"path"`
}

func problems(p *plan.Plan) []problem {
	out := []problem{}
	for i, pr := range p.Problems {
		if slices.Contains(pr.Stages, "hardening") && slices.Contains(pr.Stages, "dast") {
			out = append(out, problem{pr.Location.URI, pr.Message, pr.Remote, []any{"problems", i}})
		}
	}
	return out
}

// composeFiles are the files of Compose sets, and those that do not load.
func composeFiles(p *plan.Plan, failed []problem) map[string]bool {
	out := map[string]bool{}
	for _, d := range p.Documents {
		for _, f := range d.Files {
			if d.Kind == plan.Compose {
				out[f] = true
			}
		}
	}
	for _, pr := range failed {
		out[pr.File] = true
	}
	return out
}
