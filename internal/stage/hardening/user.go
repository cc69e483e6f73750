package hardening

import (
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
}

func (s scope) user() user {
	u := parseUser(text(s.svc["user"]))
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
