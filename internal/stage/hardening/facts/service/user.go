package service

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// nonRootImages are images that are published with a user other than root.
var nonRootImages = []string{
	"dpage/pgadmin4", "grafana/grafana", "grafana/loki", "jenkins/jenkins", "keycloak/keycloak", "nginxinc/nginx-unprivileged",
	"prom/alertmanager", "prom/prometheus", "redpandadata/redpanda", "vectorized/redpanda",
}

// isNonRootImage recognizes an image by its repository, or by what its name promises.
func isNonRootImage(ref string) bool {
	name, _, _ := strings.Cut(ref, "@")
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name = name[:colon]
	}
	return strings.Contains(ref, "nonroot") || strings.Contains(ref, "unprivileged") ||
		slices.ContainsFunc(nonRootImages, func(known string) bool { return name == known || strings.HasSuffix(name, "/"+known) })
}

func (s scope) user() container.User {
	u := container.ParseUser(value.Text(s.svc["user"]))
	u.ImageNonRoot = !u.Set && isNonRootImage(value.Text(s.svc["image"]))
	for _, v := range s.vars.at(s.at("user")) {
		u.Unknown = u.Unknown || !v.Set && v.Default == nil
	}
	return u
}
