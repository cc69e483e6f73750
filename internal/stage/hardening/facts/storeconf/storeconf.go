// Package storeconf reads the configuration files of data stores as far as they decide
// who is let in and what a client may do. It reads text and touches no file.
package storeconf

import "strings"

// State says whether a store demands authentication, empty when a file leaves that open.
type State string

// The states of a store.
const (
	Closed  State = "closed"
	Open    State = "open"
	Unknown State = "unknown"
)

// Access is what a file says about who is let in.
type Access struct {
	State State
	// Why explains an open or unknown state, Line is where it stands, 0 for nowhere.
	Why  string
	Line int
	// Literal is the line of a password in clear text, 0 without one.
	Literal int
	// Restricted is true when destructive commands are out of the clients' reach.
	Restricted bool
	// Memory is true when the store's memory is limited.
	Memory bool
	// ACL names the file of users that decides instead, empty for none.
	ACL string
}

// line is one line's words with its number.
type line struct {
	number int
	words  []string
}

// lines splits a text into lines of words. Quotes hold a word together, # begins a
// comment at the start of a line or, where trailing is true, of a word.
func lines(data []byte, trailing bool) []line {
	var out []line
	for i, text := range strings.Split(string(data), "\n") {
		if words := words(strings.TrimSuffix(text, "\r"), trailing); len(words) > 0 {
			out = append(out, line{i + 1, words})
		}
	}
	return out
}

func words(text string, trailing bool) []string {
	var out []string
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] == '#' && (trailing || len(out) == 0) {
			break
		}
		var word string
		word, rest = next(rest)
		out = append(out, word)
	}
	return out
}

// next cuts the first word off; an unclosed quote reaches to the end of the line.
func next(text string) (word, rest string) {
	if quote := text[0]; quote == '"' || quote == '\'' {
		word, rest, _ = strings.Cut(text[1:], string(quote))
		return word, rest
	}
	if end := strings.IndexAny(text, " \t"); end >= 0 {
		return text[:end], text[end:]
	}
	return text, ""
}
