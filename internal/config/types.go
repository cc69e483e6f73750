package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Threshold is a severity, or never.
type Threshold struct {
	Severity finding.Severity
	// Never is true for the word none: no finding fails the gate.
	Never bool
}

// UnmarshalText reads a severity or the word none.
func (t *Threshold) UnmarshalText(text []byte) error {
	if strings.EqualFold(strings.TrimSpace(string(text)), "none") {
		*t = Threshold{Never: true}
		return nil
	}
	s, err := finding.ParseSeverity(string(text))
	if err != nil {
		return fmt.Errorf("%w, or none", err)
	}
	*t = Threshold{Severity: s}
	return nil
}

// MarshalText writes the word that UnmarshalText reads.
func (t Threshold) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// String returns the word.
func (t Threshold) String() string {
	if t.Never {
		return "none"
	}
	return t.Severity.String()
}

// Meets reports whether a finding of the given severity reaches the threshold.
func (t Threshold) Meets(s finding.Severity) bool { return !t.Never && s >= t.Severity }

// Date is a calendar day in UTC. The time is a named field so that its own JSON form,
// which has hours, is not promoted.
type Date struct{ day time.Time }

// Equal reports whether both are the same day.
func (d Date) Equal(o Date) bool { return d.day.Equal(o.day) }

// IsZero reports whether no day was given.
func (d Date) IsZero() bool { return d.day.IsZero() }

// UnmarshalText reads a day as 2027-01-31.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("%q is not a day: write it as 2027-01-31", text)
	}
	d.day = t
	return nil
}

// MarshalText writes the day as 2027-01-31.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the day as 2027-01-31, no day as nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.day.Format(time.DateOnly)
}

// Passed reports whether the whole day lies before now. No day never passes.
func (d Date) Passed(now time.Time) bool {
	return !d.IsZero() && now.UTC().After(d.day.AddDate(0, 0, 1))
}

// DateOf is the day of a time, in UTC.
func DateOf(t time.Time) Date { return Date{t.UTC().Truncate(24 * time.Hour)} }
