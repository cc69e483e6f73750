package container

import (
	"path"
	"strings"
)

// ImageName is the last component of a reference, without tag and digest.
func ImageName(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	ref = path.Base(ref)
	ref, _, _ = strings.Cut(ref, ":")
	return strings.ToLower(ref)
}

// WordsOf are the words of a name.
func WordsOf(name string) []string { return strings.FieldsFunc(name, isHyphen) }

func isHyphen(r rune) bool { return r == '-' || r == '_' || r == '.' }

func firstWord(s string) string {
	if words := WordsOf(s); len(words) > 0 {
		return words[0]
	}
	return ""
}

// program is the last component of a path.
func program(word string) string { return word[strings.LastIndex(word, "/")+1:] }
