package finding

import (
	"fmt"
	"strings"
)

// Severity says how bad a finding is. The zero value is Info, the mildest.
type Severity uint8

// The severities, mildest first, so that they compare with < and >.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

// Severities lists every severity, worst first: the order in which people read them.
var Severities = [...]Severity{Critical, High, Medium, Low, Info}

// String returns the lower-case word used in every output.
func (s Severity) String() string {
	switch s {
	case Critical:
		return "critical"
	case High:
		return "high"
	case Medium:
		return "medium"
	case Low:
		return "low"
	default:
		return "info"
	}
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with the words of ParseSeverity.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSeverity reads one of the five words in any case, and the words other
// scanners use for them: moderate, negligible, unknown.
func ParseSeverity(word string) (Severity, error) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "critical":
		return Critical, nil
	case "high":
		return High, nil
	case "medium", "moderate":
		return Medium, nil
	case "low":
		return Low, nil
	case "info", "negligible", "unknown":
		return Info, nil
	}
	return Info, fmt.Errorf("unknown severity %q: use critical, high, medium, low or info", word)
}

// Score is the default number for SARIF's security-severity: the middle of the
// band that GitHub code scanning gives the word (critical > 9.0, high 7.0-8.9,
// medium 4.0-6.9, low 0.1-3.9). Info has none and scores 0.
func (s Severity) Score() float64 {
	switch s {
	case Critical:
		return 9.5
	case High:
		return 8.0
	case Medium:
		return 5.5
	case Low:
		return 2.0
	default:
		return 0
	}
}

// Level is SARIF's result level (SARIF 2.1.0, 3.27.10).
type Level string

// The levels that a finding can have.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
	LevelNote    Level = "note"
)

// Level returns the SARIF level of the severity.
func (s Severity) Level() Level {
	switch s {
	case Critical, High:
		return LevelError
	case Medium:
		return LevelWarning
	default:
		return LevelNote
	}
}
