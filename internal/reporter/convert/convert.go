// Package convert holds what the machine-readable formats share: lists that are never
// null, texts that are UTF-8, paths as URIs and complete regions.
package convert

import "strings"

// List converts a list and never returns nil, because null is not an empty array.
func List[From, To any](in []From, f func(From) To) []To {
	out := make([]To, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

// Texts copies a list of strings, replacing bytes that are not UTF-8.
func Texts(in []string) []string { return List(in, Text) }

// Text replaces each byte that is not UTF-8 by U+FFFD.
func Text(s string) string { return strings.Map(func(r rune) rune { return r }, s) }
