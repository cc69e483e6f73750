package container

import (
	"strconv"
	"strings"
)

// User is who a container runs as.
type User struct {
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

// ParseUser reads user[:group], each a name or a number.
func ParseUser(v string) User {
	v = strings.TrimSpace(v)
	name, group, _ := strings.Cut(v, ":")
	return User{Set: name != "", Value: v, Root: isRoot(name), RootGroup: isRoot(group)}
}

func isRoot(v string) bool {
	n, err := strconv.ParseUint(v, 10, 32)
	return v == "root" || err == nil && n == 0
}
