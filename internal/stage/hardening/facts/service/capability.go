package service

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

func (s scope) capabilities(key string) []container.Capability {
	out := []container.Capability{}
	for i, v := range value.List(s.svc[key]) {
		out = append(out, container.Capability{Name: container.CapabilityName(value.Text(v)), Path: s.at(key, i)})
	}
	return out
}
