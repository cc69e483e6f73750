package container

import "strings"

// Capability is a Linux capability in upper case without CAP_.
type Capability struct {
	Name string `json:"name"`
	Path []any  `json:"path"`
}

// CapabilityName is the name of a capability in upper case without CAP_.
func CapabilityName(s string) string {
	return strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "CAP_")
}
