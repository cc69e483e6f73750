// Package container holds the facts that a Compose service and a Kubernetes container
// share.
package container

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

var ingresses = []string{"nginx", "traefik", "caddy", "haproxy", "envoy", "kong", "apisix"}

// PortSpan is a range of a container's ports.
type PortSpan struct{ First, Last int }

// Evidence is what decides a container's role.
type Evidence struct {
	// Image is the reference as decoded, nil without one.
	Image       any
	Environment map[string]any
	// Words are those of what it runs.
	Words []Word
	Ports []PortSpan
}

// Role returns a container's part: the configured one, else the one that its name, image,
// command and ports show.
func (e Evidence) Role(name, configured string) (role, product string) {
	image := ImageName(value.Text(e.Image))
	product = e.product(image)
	switch {
	case configured != "":
		return configured, product
	case product != "":
		return "store", product
	case IsASPNET(e.Environment) || name == "backend" || slices.Contains(WordsOf(image), "backend"):
		return "backend", ""
	case slices.Contains(ingresses, firstWord(image)), e.Image == nil && isIngressName(name):
		return "ingress", ""
	}
	return "other", ""
}

// isIngressName reports whether a service that is built here has the name of an ingress.
func isIngressName(name string) bool {
	return slices.ContainsFunc(WordsOf(name), func(w string) bool {
		return slices.Contains(ingresses, w) || slices.Contains([]string{"proxy", "ingress", "loadbalancer"}, w)
	})
}

func (e Evidence) product(image string) string {
	if p := StoreOf(image); p != "" {
		return p
	}
	for _, w := range e.Words[:min(4, len(e.Words))] {
		if w.From != "healthcheck" && servers[path.Base(w.Text)] != "" {
			return servers[path.Base(w.Text)]
		}
	}
	for _, p := range e.Ports {
		if product := StoreAt(p.First); product != "" && p.First == p.Last {
			return product
		}
	}
	return ""
}

// IsASPNET reports whether the environment configures ASP.NET Core.
func IsASPNET(environment map[string]any) bool {
	for k := range environment {
		if strings.HasPrefix(strings.ToUpper(k), "ASPNETCORE_") {
			return true
		}
	}
	return false
}
