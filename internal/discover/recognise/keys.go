package recognise

import "bytes"

// maxKey is how far apart a key and its colon may stand (YAML 1.2.2, 7.4).
const maxKey = 1024

// hasKey reports whether the text could have the key at the top of one of its YAML or
// JSON documents. It does not parse: a hit is a line of the least indentation that
// starts with the key, or a key within the outermost braces.
func hasKey(text []byte, key string) bool {
	if !bytes.Contains(text, []byte(key)) {
		return false
	}
	for doc := range documents(text) {
		if bytes.Contains(doc, []byte(key)) && atTop(doc, key) {
			return true
		}
	}
	return false
}

// documents yields the parts of a stream.
func documents(text []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for {
			i := bytes.Index(text, []byte("\n---"))
			if i < 0 {
				yield(text)
				return
			}
			if !yield(text[:i+1]) {
				return
			}
			text = text[i+4:]
		}
	}
}

func atTop(doc []byte, key string) bool {
	open, least := shape(doc)
	if open != 0 {
		return flowKey(doc, key, open)
	}
	for at := 0; ; {
		i := bytes.Index(doc[at:], []byte(key))
		if i < 0 {
			return false
		}
		start := at + i
		at = start + len(key)
		if !endsKey(doc[at:]) {
			continue
		}
		if in := indentation(doc[:start]); in >= 0 && in <= least {
			return true
		}
	}
}

// endsKey reports whether a colon follows, after a closing quote and blanks.
func endsKey(rest []byte) bool {
	rest = bytes.TrimLeft(bytes.TrimLeft(rest[:min(len(rest), maxKey)], `"'`), " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// indentation is that of a key which only blanks, quotes, list dashes, a tag or an anchor
// and template marks precede on its line; -1 for any other.
func indentation(before []byte) int {
	before = before[max(0, len(before)-maxKey):]
	line := before[bytes.LastIndexAny(before, "\n\r")+1:]
	for _, mark := range [...]string{"}}", "%}", "%>"} {
		if cut := bytes.LastIndex(line, []byte(mark)); cut >= 0 {
			line = line[cut+2:]
		}
	}
	line = bytes.TrimPrefix(line, []byte("---"))
	inner := bytes.TrimLeft(line, " \t-")
	rest := bytes.TrimLeft(inner, "? \t")
	if len(bytes.TrimLeft(rest, `"'`)) > 0 && rest[0] != '&' && rest[0] != '!' {
		return -1
	}
	return len(line) - len(inner)
}

// shape is the bracket that a document starts with, 0 in block style, and the least
// indentation of its lines.
func shape(doc []byte) (open byte, least int) {
	least = 1 << 20
	for first := true; len(doc) > 0; {
		line := doc
		if i := bytes.IndexByte(doc, '\n'); i >= 0 {
			line, doc = doc[:i], doc[i+1:]
		} else {
			doc = nil
		}
		line = bytes.TrimPrefix(line, []byte("---"))
		rest := bytes.TrimLeft(line, " \t-")
		if blank := bytes.TrimSpace(rest); len(blank) == 0 || rest[0] == '#' || rest[0] == '%' || markLine(rest) {
			continue
		}
		if first {
			if inner := untagged(rest); len(inner) > 0 && (inner[0] == '{' || inner[0] == '[') {
				return inner[0], 0
			}
		}
		first = false
		if least = min(least, len(line)-len(rest)); least == 0 {
			break
		}
	}
	return 0, least
}

// untagged is a line without the tag and the anchor that it starts with.
func untagged(line []byte) []byte {
	for len(line) > 0 && (line[0] == '!' || line[0] == '&') {
		_, after, _ := bytes.Cut(line, []byte(" "))
		line = bytes.TrimLeft(after, " \t")
	}
	return line
}

// markLine reports whether a line begins with what a template engine takes away.
func markLine(line []byte) bool {
	for _, mark := range [...]string{"{{", "{%", "<%", "{#", "@@", "__"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return false
}

// flowKey reports whether a document in braces has the key in its outermost mapping, or
// in those of its outermost list.
func flowKey(doc []byte, key string, open byte) bool {
	deepest := 1
	if open == '[' {
		deepest = 2
	}
	depth, last := 0, byte('{')
	for i := 0; i < len(doc); i++ {
		c := doc[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case (c == '"' || c == '\'') && starts(last):
			word := quoted(doc[i+1:], c)
			end := i + 1 + len(word)
			if depth <= deepest && string(word) == key && endsKey(doc[min(end, len(doc)):]) {
				return true
			}
			i = end
		case starts(last) && depth <= deepest && bytes.HasPrefix(doc[i:], []byte(key)) && endsKey(doc[i+len(key):]):
			return true
		}
		last = c
	}
	return false
}

// starts reports whether a new word may follow on a character.
func starts(last byte) bool { return bytes.IndexByte([]byte("{[,:?"), last) >= 0 }

// quoted is the text up to the closing quote.
func quoted(text []byte, quote byte) []byte {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote:
			return text[:i]
		}
	}
	return text
}
