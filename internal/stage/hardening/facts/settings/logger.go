package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// logger is a level that settings give to a category of log events.
type logger struct {
	// Category is in lower case, default for all others.
	Category string `json:"category"`
	// Level is one of levels.
	Level string `json:"level"`
	Path  []any  `json:"path"`
}

// levels are .NET's, lowest first; Serilog's other words follow.
var (
	levels  = []string{"trace", "debug", "information", "warning", "error", "critical", "none"}
	serilog = map[string]string{"verbose": "trace", "fatal": "critical", "off": "none"}
)

var loggerName = regexp.MustCompile(`^(?:logging\.(?:console\.)?loglevel\.|serilog\.minimumlevel\.override\.|serilog\.minimumlevel\.(default)$)(.*)$`)

// loggers are the levels that the settings give.
func loggers(list []setting) []logger {
	out := []logger{}
	for _, s := range list {
		if l := newLogger(s); l != nil && !s.Overridden {
			out = append(out, *l)
		}
	}
	return out
}

func newLogger(s setting) *logger {
	category := ""
	if m := loggerName.FindStringSubmatch(s.Name); m != nil {
		category = m[1] + m[2]
	} else if s.Name == "serilog.minimumlevel" || s.Name == "concelier.telemetry.minimumloglevel" {
		category = "default"
	}
	level := strings.ToLower(value.Text(s.Value))
	if other := serilog[level]; other != "" {
		level = other
	}
	if category == "" || !slices.Contains(levels, level) {
		return nil
	}
	return &logger{Category: category, Level: level, Path: s.Path}
}

// auditCategories are the category of the audit log and those it inherits from.
var auditCategories = []string{"concelier.authorization.audit", "concelier.authorization", "concelier", "default"}

// auditLoggers are the levels that decide about the audit log, one for each source of
// settings and each logging library.
func auditLoggers(list []setting) []logger {
	type source struct{ place, library string }
	best := map[source]int{}
	out := []logger{}
	found := map[source]int{}
	for _, s := range list {
		l := newLogger(s)
		if l == nil || s.Overridden {
			continue
		}
		rank := slices.Index(auditCategories, l.Category)
		if rank < 0 || l.Category == "default" && s.Application != "concelier" {
			continue
		}
		from := source{placeOf(s), strings.SplitN(s.Name, ".", 2)[0]}
		switch i, seen := found[from]; {
		case !seen:
			found[from], best[from] = len(out), rank
			out = append(out, *l)
		case rank < best[from]:
			best[from], out[i] = rank, *l
		}
	}
	return out
}

// placeOf names the file or the service that settings belong to.
func placeOf(s setting) string {
	return value.Text(s.Path[0]) + "\x00" + value.Text(s.Path[1]) + "\x00" + s.Service
}
