package workload

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// storeBehind finds the store that a Service leads to, by its ports, name and selector.
func storeBehind(obj map[string]any) string {
	spec := value.Object(obj["spec"])
	if value.Text(obj["kind"]) != "Service" {
		return ""
	}
	for _, v := range value.List(spec["ports"]) {
		for _, key := range []string{"targetPort", "port"} {
			first, last := container.PortRange(value.Text(value.Object(v)[key]))
			if p := container.StoreAt(first); p != "" && first == last {
				return p
			}
		}
	}
	names := []string{value.Text(value.Object(obj["metadata"])["name"])}
	for _, key := range slices.Sorted(maps.Keys(value.Object(spec["selector"]))) {
		names = append(names, value.Text(value.Object(spec["selector"])[key]))
	}
	for _, n := range names {
		if p := container.StoreOf(strings.ToLower(n)); p != "" {
			return p
		}
	}
	return ""
}
