package service

import (
	"math"
	"time"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// health is a service's health check.
type health struct {
	Set bool `json:"set"`
	// Off is true for disable: true and the test NONE.
	Off bool `json:"off"`
	// Interval, Timeout and StartPeriod are in seconds, 0 when the default holds.
	Interval    float64 `json:"interval"`
	Timeout     float64 `json:"timeout"`
	StartPeriod float64 `json:"start_period"`
	Retries     int     `json:"retries"`
}

func (s scope) health() health {
	m := value.Object(s.svc["healthcheck"])
	h := health{
		Interval: seconds(m["interval"]), Timeout: seconds(m["timeout"]), StartPeriod: seconds(m["start_period"]),
	}
	switch n := m["retries"].(type) {
	case int:
		h.Retries = n
	case int64:
		h.Retries = int(n)
	case uint64:
		h.Retries = int(min(n, math.MaxInt32))
	case float64:
		h.Retries = int(n)
	}
	off, _ := m["disable"].(bool)
	test := value.List(m["test"])
	h.Off = off || len(test) > 0 && value.Text(test[0]) == "NONE"
	h.Set = len(test) > 0 && !h.Off
	return h
}

// seconds reads a duration such as 1m30s; what is none counts as the default.
func seconds(v any) float64 {
	d, err := time.ParseDuration(value.Text(v))
	if err != nil {
		return 0
	}
	return d.Seconds()
}
