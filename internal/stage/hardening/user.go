package hardening

import (
	"slices"
	"strconv"
	"strings"
)

// user is who a container runs as.
type user struct {
	// Set is false when the image decides.
	Set bool `json:"set"`
	// Value is the user as written.
	Value string `json:"value"`
	// Root is true for user 0, RootGroup for group 0.
	Root      bool `json:"root"`
	RootGroup bool `json:"root_group"`
	// Unknown is true when a variable without a value decides.
	Unknown bool `json:"unknown"`
	// ImageNonRoot is true when nothing is set and the image is known to name a user
	// that is not root.
	ImageNonRoot bool `json:"image_nonroot"`
}

// nonRootImages are images that are published with a user other than root.
var nonRootImages = []string{
	"dpage/pgadmin4", "grafana/grafana", "grafana/loki", "jenkins/jenkins", "keycloak/keycloak", "nginxinc/nginx-unprivileged",
	"prom/alertmanager", "prom/prometheus", "redpandadata/redpanda", "vectorized/redpanda",
}

// isNonRootImage tells an image by its repository, or by what its name promises.
func isNonRootImage(ref string) bool {
	name, _, _ := strings.Cut(ref, "@")
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name = name[:colon]
	}
	return strings.Contains(ref, "nonroot") || strings.Contains(ref, "unprivileged") ||
		slices.ContainsFunc(nonRootImages, func(known string) bool { return name == known || strings.HasSuffix(name, "/"+known) })
}

func (s scope) user() user {
	u := parseUser(text(s.svc["user"]))
	u.ImageNonRoot = !u.Set && isNonRootImage(text(s.svc["image"]))
	for _, v := range s.vars.at(s.at("user")) {
		u.Unknown = u.Unknown || !v.Set && v.Default == nil
	}
	return u
}

// parseUser reads user[:group], each a name or a number.
func parseUser(v string) user {
	v = strings.TrimSpace(v)
	name, group, _ := strings.Cut(v, ":")
	return user{Set: name != "", Value: v, Root: isRoot(name), RootGroup: isRoot(group)}
}

func isRoot(v string) bool {
	n, err := strconv.ParseUint(v, 10, 32)
	return v == "root" || err == nil && n == 0
}
