package zap

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// method is a call of the client library.
type method = func() (map[string]any, error)

// object is a JSON object of ZAP, which writes most numbers as text and some as
// numbers. A field that is absent or of another type reads as empty.
type object map[string]any

// call makes one API call and expects a key in its answer. What the proxy knows about
// a failure is better than what the library does.
func (s *scan) call(key string, f method) (object, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	m, err := f()
	if known := s.proxy.taken(); known != nil {
		return nil, known
	}
	if err != nil {
		return nil, s.proxy.mask(fmt.Errorf("read ZAP's answer: %w", err))
	}
	if _, ok := m[key]; !ok {
		return nil, s.proxy.mask(fmt.Errorf("ZAP's answer has no %q but %s", key, object(m).excerpt()))
	}
	return m, nil
}

func (o object) excerpt() string {
	data, err := json.Marshal(o)
	if err != nil {
		return "something unreadable"
	}
	return rules.Clip(string(data))
}

func asObject(v any) object {
	m, _ := v.(map[string]any)
	return m
}

func (o object) text(key string) string {
	switch v := o[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// number reads a whole number; anything else is -1.
func (o object) number(key string) int {
	n, err := strconv.Atoi(o.text(key))
	if err != nil {
		return -1
	}
	return n
}

func (o object) list(key string) []any {
	l, _ := o[key].([]any)
	return l
}
