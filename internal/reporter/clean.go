package reporter

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// strip makes one visible line of foreign text: any white space becomes a space,
// bytes that are not UTF-8 become U+FFFD, and characters without a shape of their own
// go: controls, escapes, text direction, zero width, variation selectors, tags. They
// can hide text from a reader, and the runner's culture-sensitive search ignores them.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Z, r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point,
			unicode.Variation_Selector, unicode.Noncharacter_Code_Point):
			return -1
		}
		return r
	}, s)
}

// short cuts s to at most n characters and marks the cut.
func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// plural joins a number and a noun: 1 finding, 2 findings.
func plural(n int, noun string) string {
	s := strconv.Itoa(n) + " " + noun
	if n != 1 {
		s += "s"
	}
	return s
}
