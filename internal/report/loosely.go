package report

import (
	"regexp"
	"slices"
	"strings"
)

// The identities in this file leave something out that says nothing about what is wrong.
// They match only what nothing else does, in one file.

// unpinnedKinds are the findings about how an image is named, not about which one it is.
var unpinnedKinds = [...]string{"image/latest", "image/unpinned"}

var digits = regexp.MustCompile(`[0-9.]+`)

// anyVersion is the identity of a finding about the name of an image without the versions
// that the name itself may hold, such as debian11.
func anyVersion(f Finding) (string, bool) {
	f.Subject = digits.ReplaceAllString(f.Subject, "0")
	return "version\x00" + f.Finding.Fingerprint(), slices.Contains(unpinnedKinds[:], f.Rule)
}

// anyUser is that of a finding about an image without who uses it: a job or a stage with a
// new name runs the same one.
func anyUser(f Finding) (string, bool) {
	f.Key = ""
	return "user\x00" + f.Finding.Fingerprint(), strings.HasPrefix(f.Rule, "image/")
}

// ofImage are the findings about the image that a Dockerfile makes, which say themselves
// what they are about: in a stage of any name.
var ofImage = [...]string{"dockerfile/user", "dockerfile/secret"}

// anyStage is that of a finding about an image without the name of its stage.
func anyStage(f Finding) (string, bool) {
	f.Subject = ""
	return "stage\x00" + f.Finding.Fingerprint(), slices.Contains(ofImage[:], f.Rule)
}
