package service

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

func (s scope) capabilities(key string) []container.Capability {
	out := []container.Capability{}
	for i, v := range value.List(s.svc[key]) {
		name := value.Text(v)
		if name != "" && container.CapabilityName(s.inForce(name)) == "" {
			continue // what a variable without a value becomes is not known
		}
		out = append(out, container.Capability{Name: container.CapabilityName(name), Path: s.at(key, i)})
	}
	return out
}
