package probe

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// metricsPath is where the guide has metrics.
const metricsPath = "/metrics"

// DefaultMetrics are the metrics that the guide names.
func DefaultMetrics() []string { return []string{"stella_quota_token_days_remaining"} }

// soon is how many remaining days are a warning.
const soon = 5

// Metrics asks for the metrics of the target and looks for the required ones. One
// whose name ends in days_remaining must not have run out.
func Metrics(ctx context.Context, t Target, required []string) []Outcome {
	r, err := t.ask(ctx, question{method: "GET", path: metricsPath})
	if err != nil {
		return []Outcome{t.outcome(MetricsRule, Unknown, metricsPath, "The metrics could not be asked for: %v.", plain(err))}
	}
	o := t.outcome(MetricsRule, Pass, metricsPath, "The metrics are there, with every required one.")
	o.Evidence = r.line()
	values, bad := exposition(r.body)
	switch {
	case r.status == 401 || r.status == 403:
		o.Verdict, o.Message = Unknown, "The metrics are protected, so nothing shows what they hold."
	case r.status == 404:
		o.Verdict, o.Message = Warn, "The service has no metrics."
	case !r.ok():
		o.Verdict, o.Message = Fail, "The metrics are not answered with success."
	case !isExposition(r, values, bad):
		o.Verdict, o.Message = Fail, "What is answered is not the Prometheus text format."
	default:
		for _, name := range required {
			v, message, seen := metric(name, values[name])
			if severity(v) > severity(o.Verdict) {
				o.Verdict, o.Message = v, message
			}
			o.Evidence += "; " + seen
		}
	}
	return []Outcome{o}
}

// isExposition tells metrics from a page that is served for every path. A body that
// was cut off at our bound may end in a broken line.
func isExposition(r reply, values map[string][]float64, bad int) bool {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/json" {
		return false
	}
	return bad == 0 || len(values) > 0 && bad == 1 && len(r.body) >= maxBody
}

// metric judges one required metric.
func metric(name string, values []float64) (v Verdict, message, seen string) {
	if len(values) == 0 {
		return Fail, "The metric " + name + " is missing.", name + " missing"
	}
	least := slices.MinFunc(values, func(a, b float64) int {
		switch {
		case math.IsNaN(a) || !math.IsNaN(b) && a < b:
			return -1
		case math.IsNaN(b) || b < a:
			return 1
		}
		return 0
	})
	seen = fmt.Sprintf("%s %v", name, least)
	days := strings.HasSuffix(name, "days_remaining")
	switch {
	case math.IsNaN(least) || math.IsInf(least, 0):
		return Fail, fmt.Sprintf("The metric %s is %v, which says nothing.", name, least), seen
	case days && least <= 0:
		return Fail, fmt.Sprintf("The metric %s says that the time has run out.", name), seen
	case days && least <= soon:
		return Warn, fmt.Sprintf("The metric %s says that %v days remain.", name, least), seen
	}
	return Pass, "", seen
}

// exposition reads the Prometheus text format: the values of each metric by its name,
// and how many lines are none.
func exposition(body []byte) (values map[string][]float64, bad int) {
	values = map[string][]float64{}
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, maxBody+1)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, v, ok := sample(line)
		if !ok {
			bad++
			continue
		}
		values[name] = append(values[name], v)
	}
	if lines.Err() != nil {
		bad++
	}
	return values, bad
}

// sample reads one line: a name, labels in braces, a value, perhaps a time and, in
// OpenMetrics, an exemplar after a number sign.
func sample(line string) (name string, v float64, ok bool) {
	end := strings.IndexAny(line, "{ \t")
	if end <= 0 || !metricName(line[:end]) {
		return "", 0, false
	}
	name, rest := line[:end], line[end:]
	if rest[0] == '{' {
		if rest, ok = afterLabels(rest); !ok {
			return "", 0, false
		}
	}
	rest, _, _ = strings.Cut(rest, " # ")
	fields := strings.Fields(rest)
	if len(fields) < 1 || len(fields) > 2 {
		return "", 0, false
	}
	v, err := strconv.ParseFloat(fields[0], 64)
	return name, v, err == nil
}

// afterLabels skips a block of labels; a brace in a quoted value does not end it.
func afterLabels(text string) (rest string, ok bool) {
	quoted := false
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '}' && !quoted:
			return text[i+1:], true
		}
	}
	return "", false
}

func metricName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c == ':' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
