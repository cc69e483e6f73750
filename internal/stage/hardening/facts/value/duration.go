package value

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	// timeSpan is .NET's [d.]hh:mm[:ss[.fff]].
	timeSpan = regexp.MustCompile(`^(?:(\d{1,8})\.)?(\d{1,4}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?$`)
	// isoDuration is the part of ISO 8601 that has no months.
	isoDuration = regexp.MustCompile(`^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$`)
	dayDuration = regexp.MustCompile(`^(\d{1,6})d$`)
	wholeNumber = regexp.MustCompile(`^\d{1,12}$`)
)

// lasting are the endings of names whose bare numbers are a duration.
var lasting = regexp.MustCompile(`(lifetime|ttl|interval|period|expir(y|ation|es(in)?))(in)?_?(ms|milliseconds|secs?|seconds?|mins?|minutes?|hours?|days?)?$`)

// durationUnits are the seconds of a unit by the ending of the setting's name.
var durationUnits = []struct {
	ending  *regexp.Regexp
	seconds float64
}{
	{regexp.MustCompile(`(ms|milliseconds)$`), 0.001},
	{regexp.MustCompile(`(mins?|minutes?)$`), 60},
	{regexp.MustCompile(`hours?$`), 3600},
	{regexp.MustCompile(`days?$`), 86400},
}

// Duration reads a value in the spellings of .NET, ISO 8601 and Go. A bare number counts
// in the unit at the end of the setting's name, else in seconds, as OAuth servers do.
func Duration(name string, v any) *float64 {
	s := strings.TrimSpace(Text(v))
	switch {
	case wholeNumber.MatchString(s):
		return bareDuration(name, s)
	case timeSpan.MatchString(s):
		return sum(timeSpan.FindStringSubmatch(s)[1:], 86400, 3600, 60, 1)
	case len(s) > 1 && isoDuration.MatchString(s) && !strings.HasSuffix(s, "T"):
		return sum(isoDuration.FindStringSubmatch(s)[1:], 7*86400, 86400, 3600, 60, 1)
	case dayDuration.MatchString(s):
		return sum(dayDuration.FindStringSubmatch(s)[1:], 86400)
	}
	d, err := time.ParseDuration(s)
	if err != nil || s == "" {
		return nil
	}
	seconds := d.Seconds()
	return &seconds
}

func bareDuration(name, s string) *float64 {
	if !lasting.MatchString(name) {
		return nil
	}
	for _, u := range durationUnits {
		if u.ending.MatchString(name) {
			return sum([]string{s}, u.seconds)
		}
	}
	return sum([]string{s}, 1)
}

// sum adds counts of units; an empty count is none.
func sum(counts []string, seconds ...float64) *float64 {
	total := 0.0
	for i, c := range counts {
		n, _ := strconv.ParseFloat("0"+c, 64)
		total += n * seconds[i]
	}
	return &total
}
