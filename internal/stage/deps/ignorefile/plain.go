package ignorefile

import (
	"regexp"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
)

// plain reads .trivyignore: an id a line, perhaps exp:YYYY-MM-DD, comments behind #. The
// comment on the line, or else the block of comments above, is the reason.
func (f *file) plain(data []byte) {
	var above []string
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		text, comment, commented := strings.Cut(strings.TrimSpace(line), "#")
		switch fields := strings.Fields(text); {
		case len(fields) > 0:
			f.entry(n, fields, reason(strings.TrimSpace(comment), above))
		case commented:
			above = append(above, strings.TrimSpace(comment))
			continue
		default:
			above = nil
		}
	}
}

func reason(own string, above []string) string {
	if own != "" {
		return own
	}
	return strings.Join(above, " ")
}

// advisory is the form of ids of vulnerabilities. The file also lists checks, secrets
// and licences, which are none of ours.
var advisory = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9._-]*\d`)

// entry adds one line. A bad day ends the exception rather than making it endless.
func (f *file) entry(line int, fields []string, reason string) {
	if !advisory.MatchString(fields[0]) || strings.HasPrefix(fields[0], "AVD-") {
		return
	}
	e := config.Exception{Rule: fields[0], Reason: reason, Location: f.at(line)}
	for _, word := range fields[1:] {
		day, ok := strings.CutPrefix(word, "exp:")
		if !ok {
			continue
		}
		end, err := time.Parse(time.DateOnly, day)
		if err != nil {
			f.problem(line, "%s is not accepted: %q is not a day; write it as exp:2027-01-31", cut(fields[0], maxID), cut(day, maxID))
			return
		}
		e.Expires = lastDay(end)
		break
	}
	f.add(e)
}
