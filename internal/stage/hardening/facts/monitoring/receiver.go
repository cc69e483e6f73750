package monitoring

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// receiver is one receiver of Alertmanager.
type receiver struct {
	Name string `json:"name"`
	// Channels are the kinds that it sends by: pagerduty, email, webhook ...
	Channels []string `json:"channels"`
	// Addresses are those that it mails to.
	Addresses []address `json:"addresses"`
	Path      []any     `json:"path"`
}

type address struct {
	Text string `json:"text"`
	Path []any  `json:"path"`
}

func (r receiver) same(other receiver) bool { return r.Name == other.Name }

// receiverOf finds a receiver and the ways it sends by.
func receiverOf(config map[string]any, path []any, name string) (receiver, bool) {
	for i, item := range value.List(config["receivers"]) {
		r := value.Object(item)
		if r == nil || value.Text(r["name"]) != name {
			continue
		}
		out := receiver{Name: name, Channels: []string{}, Addresses: []address{}, Path: value.Under(path, "receivers", i, "name")}
		for _, key := range slices.Sorted(maps.Keys(r)) {
			kind, ok := channel(key)
			if !ok || len(value.List(r[key])) == 0 {
				continue
			}
			out.Channels = append(out.Channels, kind)
			if kind == "email" {
				out.Addresses = append(out.Addresses, addresses(r[key], value.Under(path, "receivers", i, key))...)
			}
		}
		return out, true
	}
	return receiver{}, false
}

// channel is the kind in pagerduty_configs, or pagerdutyConfigs in the operator's objects.
func channel(key string) (string, bool) {
	if kind, ok := strings.CutSuffix(key, "_configs"); ok {
		return kind, true
	}
	return strings.CutSuffix(key, "Configs")
}

func addresses(configs any, path []any) (out []address) {
	for i, c := range value.List(configs) {
		if to := value.Text(value.Object(c)["to"]); to != "" {
			out = append(out, address{to, value.Under(path, i, "to")})
		}
	}
	return out
}
