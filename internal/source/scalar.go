package source

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// skipProperties moves from a node's start over its tag and anchor to its content; no
// scalar begins with their marks. An empty one ends where they end.
func (t *text) skipProperties(at int, n *yaml.Node) int {
	end := at
	for at < len(t.data) && (t.data[at] == '&' || t.data[at] == '!') {
		if t.data[at] == '&' {
			end = at + 1 + len(n.Anchor)
		} else {
			end = at + tagLength(t.data[at:])
		}
		at = t.skipSpace(end)
	}
	if n.Value == "" && n.Style&quoted == 0 {
		return end
	}
	return at
}

// tagLength is the length of the tag that b begins with.
func tagLength(b []byte) int {
	if bytes.HasPrefix(b, []byte("!<")) {
		return bytes.IndexByte(b, '>') + 1
	}
	for i := range b {
		if bytes.IndexByte([]byte(" \t,[]{}"), b[i]) >= 0 || breakWidth(b[i:]) > 0 {
			return i
		}
	}
	return len(b)
}

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// skipSpace moves over blanks, line breaks and comments.
func (t *text) skipSpace(at int) int {
	for at < len(t.data) {
		if t.data[at] == '#' {
			for at < len(t.data) && breakWidth(t.data[at:]) == 0 {
				at++
			}
			continue
		}
		w := breakWidth(t.data[at:])
		if w == 0 && (t.data[at] == ' ' || t.data[at] == '\t') {
			w = 1
		}
		if w == 0 {
			break
		}
		at += w
	}
	return at
}

// scalarEnd is the offset one past the text of a scalar that begins at start.
func (t *text) scalarEnd(start int, n *yaml.Node) int {
	rest := t.data[start:]
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return start + doubleQuoted(rest)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return start + singleQuoted(rest)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return start + block(rest, n.Value)
	}
	return start + plain(rest, n.Value)
}

func doubleQuoted(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func singleQuoted(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] != '\'' {
			continue
		}
		if i+1 < len(b) && b[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return len(b)
}

// plain follows the value through the text: a plain scalar has no escapes, so only
// folded line breaks differ (YAML 1.2.2 section 7.3.3).
func plain(b []byte, value string) int {
	at := 0
	for value != "" && at < len(b) {
		if next, ok := fold(b, at); ok && strings.IndexAny(value, folded) == 0 {
			at = next
			value = strings.TrimLeft(value, folded)
			continue
		}
		_, w := utf8.DecodeRuneInString(value)
		if !bytes.HasPrefix(b[at:], []byte(value[:w])) {
			break
		}
		at, value = at+w, value[w:]
	}
	return at
}

// folded are what folded line breaks become in a value.
const folded = " \n\u2028\u2029"

// fold skips a line break with the blanks around it and any empty lines.
func fold(b []byte, at int) (int, bool) {
	broke := false
	for at < len(b) {
		w := breakWidth(b[at:])
		switch {
		case w > 0:
			broke = true
		case b[at] == ' ' || b[at] == '\t':
			w = 1
		default:
			return at, broke
		}
		at += w
	}
	return at, broke
}

// block finds the last line of a literal or folded scalar. Its indentation is the
// difference between the first line in the text and the first line of the value.
func block(b []byte, value string) int {
	next, end := lineAt(b, 0)
	header := end
	indent := -1
	for at := next; at < len(b); at = next {
		next, end = lineAt(b, at)
		line := string(b[at:end])
		blank := strings.Trim(line, " ") == ""
		if indent < 0 && !blank {
			first := strings.TrimLeft(value, "\n")
			if indent = spaces(line) - spaces(first); first == "" {
				return header
			}
		}
		if !blank && (spaces(line) < indent || indent == 0 && marker(line)) {
			break
		}
		if len(line) > max(indent, 0) && indent >= 0 {
			header = end
		}
	}
	return header
}

// lineAt is the end of the line at an offset, without and with its line break.
func lineAt(b []byte, at int) (next, end int) {
	for end = at; end < len(b); end++ {
		if w := breakWidth(b[end:]); w > 0 {
			return end + w, end
		}
	}
	return end, end
}

func spaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// marker tells a line that ends a document.
func marker(line string) bool {
	return strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")
}
