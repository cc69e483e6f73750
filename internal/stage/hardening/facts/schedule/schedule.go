// Package schedule reads cron expressions.
package schedule

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when something starts again and again.
type Schedule struct {
	Cron string `json:"cron"`
	// Hours is the longest time between two starts, 0 when unknown.
	Hours int   `json:"hours"`
	Path  []any `json:"path"`
}

// MaxSchedules bounds how many schedules of a workflow are looked at.
const MaxSchedules = 50

// Bounds of looking at a schedule: its starts in ten weeks, no more than a number.
const (
	starts = 3000
	weeks  = 10 * 7 * 24 * time.Hour
)

var monday = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// LongestGap is the longest time between two starts in hours, rounded up; 0 for what is
// no schedule.
func LongestGap(expression string) int {
	expression = strings.TrimSpace(expression)
	if strings.Contains(expression, "TZ=") && !strings.Contains(expression, " ") {
		return 0 // the parser panics on a zone alone
	}
	fields := cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor
	s, err := cron.NewParser(fields | cron.SecondOptional).Parse(expression)
	if err != nil {
		return 0
	}
	longest, last := time.Duration(0), s.Next(monday)
	for i := 0; i < starts && last.Before(monday.Add(weeks)); i++ {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		longest, last = max(longest, next.Sub(last)), next
	}
	return int((longest + time.Hour - 1) / time.Hour)
}
