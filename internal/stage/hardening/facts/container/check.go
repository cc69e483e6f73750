package container

import (
	"regexp"
	"strings"
)

// Insecure are the words that switch the check of certificates off, by program.
func Insecure(words []string) []string {
	out := []string{}
	curl := false
	for _, w := range words {
		curl = curl || program(w) == "curl"
		switch {
		case w == "--no-check-certificate", w == "--insecure":
			out = append(out, w)
		case curl && shortFlags.MatchString(w) && strings.Contains(w, "k"):
			out = append(out, w)
		}
	}
	return out
}

var shortFlags = regexp.MustCompile(`^-[a-zA-Z]+$`)
