package expression

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// units are the times that the last word of a metric's name stands for, in seconds.
var units = map[string]float64{
	"milliseconds": 0.001, "ms": 0.001, "seconds": 1, "secs": 1, "sec": 1, "minutes": 60, "hours": 3600, "days": 86400,
}

// endings follow the unit in a metric's name.
var endings = []string{"_bucket", "_sum", "_count", "_total"}

// seconds is the threshold in seconds, nil when nothing shows that a time is measured.
func (f Comparison) seconds() *float64 {
	factor := 0.0
	if slices.Contains(f.Functions, "time") {
		factor = 1
	} else if len(f.Metrics) > 0 {
		name := f.Metrics[0]
		for _, e := range endings {
			name = strings.TrimSuffix(name, e)
		}
		factor = units[name[strings.LastIndex(name, "_")+1:]]
	}
	if factor == 0 {
		return nil
	}
	s := f.Threshold * factor
	return &s
}

// Seconds reads a duration as Prometheus writes it, 0 when it is none.
func Seconds(v any) float64 {
	d, err := model.ParseDuration(value.Text(v))
	if err != nil {
		return 0
	}
	return time.Duration(d).Seconds()
}

func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && finite(v)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
