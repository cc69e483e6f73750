package source

import "bytes"

// quote is text in which brackets mean nothing: a string or a comment.
type quote struct {
	open, end string
	// escapes is true where a backslash takes the next byte's meaning, lines where the
	// text goes on over the end of a line.
	escapes, lines bool
}

// JSONDepth is the deepest nesting of brackets in JSON, which may have comments. Parsers
// that recurse would exhaust the stack, which no recover can catch: ask before.
func JSONDepth(text []byte) int {
	return deepest(text, []quote{{`"`, `"`, true, false}, {"//", "\n", false, true}, {"/*", "*/", false, true}})
}

// TOMLDepth is the deepest nesting of brackets in TOML.
func TOMLDepth(text []byte) int {
	return deepest(text, []quote{
		{`"""`, `"""`, true, true}, {"'''", "'''", false, true}, {`"`, `"`, true, false}, {"'", "'", false, false}, {"#", "\n", false, true},
	})
}

// MaxBraces is how deep the references of one text to variables may nest.
const MaxBraces = 64

// TooManyBraces reports whether references to variables nest deeper than MaxBraces: what
// expanding them takes grows with the square of that number.
func TooManyBraces(text string) bool {
	now := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			now++
		case '}':
			now = max(0, now-1)
		}
		if now > MaxBraces {
			return true
		}
	}
	return false
}

func deepest(text []byte, quotes []quote) (most int) {
	now := 0
	for i := 0; i < len(text); {
		if n := skipped(text[i:], quotes); n > 0 {
			i += n
			continue
		}
		switch text[i] {
		case '[', '{':
			now++
			most = max(most, now)
		case ']', '}':
			now = max(0, now-1)
		}
		i++
	}
	return most
}

// skipped is the length of the quote that the text starts with, or 0.
func skipped(text []byte, quotes []quote) int {
	for _, q := range quotes {
		if bytes.HasPrefix(text, []byte(q.open)) {
			return len(q.open) + q.length(text[len(q.open):])
		}
	}
	return 0
}

// length is that of a quote from behind its opening to behind its end. A string that is
// not closed ends with its line, where its parser gives up.
func (q quote) length(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case q.escapes && text[i] == '\\':
			i++
		case bytes.HasPrefix(text[i:], []byte(q.end)):
			return q.closed(text, i)
		case text[i] == '\n' && !q.lines:
			return i
		}
	}
	return len(text)
}

// closed is behind the end at i. Up to two more quotation marks before those that close
// a string of several lines belong to it (TOML 1.0, string).
func (q quote) closed(text []byte, i int) int {
	i += len(q.end)
	for n := 0; n < 2 && q.lines && q.open == q.end && i < len(text) && text[i] == q.end[0]; n++ {
		i++
	}
	return i
}
