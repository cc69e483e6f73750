package settings

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/schedule"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// refresh is how often the vulnerability database is refreshed.
type refresh struct {
	// Hours is the longest time between two refreshes.
	Hours float64 `json:"hours"`
	Text  string  `json:"text"`
	Path  []any   `json:"path"`
}

var (
	databaseName = regexp.MustCompile(`trivy|vuln(erability)?-?(db|database)`)
	scheduleName = regexp.MustCompile(`(^|[._-])(cron|cron_?expression|schedule|(refresh|update|export|poll)?_?(interval|period|every|schedule)(seconds|minutes|hours|days)?)$`)
)

// refreshes are the schedules of jobs that are named after the database, by the setting's own
// name or by the kind beside it.
func refreshes(list []setting) []refresh {
	out, jobs := []refresh{}, map[string]bool{}
	for _, s := range list {
		if at, ok := strings.CutSuffix(s.Name, ".kind"); ok && databaseName.MatchString(strings.ToLower(value.Text(s.Value))) {
			jobs[placeOf(s)+at] = true
		}
	}
	for _, s := range list {
		parent := s.Name[:max(0, strings.LastIndex(s.Name, "."))]
		if s.Overridden || !scheduleName.MatchString(s.Name) || !databaseName.MatchString(s.Name) && !jobs[placeOf(s)+parent] {
			continue
		}
		if hours := hoursBetween(s); hours > 0 {
			out = append(out, refresh{hours, value.Text(s.Value), s.Path})
		}
	}
	return out
}

// hoursBetween reads a duration or a cron expression; 0 for anything else.
func hoursBetween(s setting) float64 {
	if s.Seconds != nil {
		return *s.Seconds / 3600
	}
	return float64(schedule.LongestGap(value.Text(s.Value)))
}
