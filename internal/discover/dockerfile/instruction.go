package dockerfile

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// instruction is one instruction of a Dockerfile with the places of its words.
type instruction struct {
	name string
	// word is the name as written.
	word     string
	args     []string
	flags    []string
	original string
	heredocs []string
	// exec is true for the JSON form of a command.
	exec bool
	// region spans its lines, heredocs included.
	region finding.Region
	// offsets maps each byte of original to its line and column; nil when the
	// logical line could not be rebuilt from the source.
	offsets []position
	// trigger is the instruction after ONBUILD.
	trigger *instruction
}

type position struct{ line, column int }

func (d *Doc) instruction(n *parser.Node) *instruction {
	in := newInstruction(n)
	in.region = wholeLines(d.lines, n.StartLine, n.EndLine)
	in.offsets = logicalLine(d.lines[n.StartLine-1:n.EndLine], n.StartLine, n.Original, d.escape)
	if in.trigger != nil {
		in.trigger.region = in.region
		if at := strings.LastIndex(in.original, in.trigger.original); at >= 0 && in.offsets != nil {
			in.trigger.offsets = in.offsets[at:]
		}
	}
	return in
}

func newInstruction(n *parser.Node) *instruction {
	in := &instruction{
		name: strings.ToUpper(n.Value), word: n.Value, flags: n.Flags, original: n.Original, exec: n.Attributes["json"],
	}
	for _, h := range n.Heredocs {
		in.heredocs = append(in.heredocs, h.Content)
	}
	switch in.name {
	case "ENV", "LABEL":
		for v := n.Next; v != nil && v.Next != nil; v = v.Next {
			in.args = append(in.args, v.Value+"="+v.Next.Value)
			if v = v.Next; v.Next != nil {
				v = v.Next // the separator, = or a blank
			}
		}
	case "ONBUILD":
		if n.Next != nil && len(n.Next.Children) > 0 {
			in.trigger = newInstruction(n.Next.Children[0])
			in.args = []string{in.trigger.original}
		}
	default:
		for v := n.Next; v != nil; v = v.Next {
			in.args = append(in.args, v.Value)
		}
	}
	return in
}

func (in *instruction) model() map[string]any {
	return map[string]any{
		"name": in.name, "args": anyList(in.args), "flags": anyList(in.flags), "original": in.original,
		"exec": in.exec, "heredocs": anyList(in.heredocs),
	}
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// locate finds a part of the instruction; words that were assembled from several
// places yield the whole instruction with grade Item.
func (in *instruction) locate(path []any) (finding.Region, source.Grade) {
	if len(path) == 0 || len(path) == 1 && (path[0] == "name" || path[0] == "original" || path[0] == "exec") {
		return in.region, source.Exact
	}
	i, ok := source.Index(path[min(1, len(path)-1)])
	switch {
	case len(path) == 1 && (path[0] == "args" && len(in.args) > 0 || path[0] == "flags" && len(in.flags) > 0):
		return in.region, source.Exact
	case path[0] == "args" && ok && i >= 0 && i < len(in.args):
		if r, ok := in.find(in.words(i)); ok {
			return r, source.Exact
		}
		return in.region, source.Item
	case path[0] == "flags" && ok && i >= 0 && i < len(in.flags):
		if r, ok := in.find(in.flags[:i+1]); ok {
			return r, source.Exact
		}
		return in.region, source.Item
	case path[0] == "heredocs" && ok && i >= 0 && i < len(in.heredocs):
		return in.region, source.Item
	}
	return in.region, source.Parent
}

// words are the texts to pass, in order, on the way to argument i.
func (in *instruction) words(i int) []string {
	return append(append([]string{}, in.flags...), in.args[:i+1]...)
}

// token is the region of argument i, or the whole instruction.
func (in *instruction) token(i int) finding.Region {
	r, ok := in.find(in.words(i))
	if !ok {
		return in.region
	}
	return r
}

// flag is the region of the value of a flag such as --from=.
func (in *instruction) flag(prefix string) (finding.Region, bool) {
	for i, f := range in.flags {
		v, ok := strings.CutPrefix(f, prefix)
		if !ok {
			continue
		}
		r, ok := in.find(append(append([]string{}, in.flags[:i]...), v))
		return r, ok
	}
	return finding.Region{}, false
}

// find walks the words through the logical line and returns the place of the last.
func (in *instruction) find(words []string) (finding.Region, bool) {
	if in.offsets == nil {
		return finding.Region{}, false
	}
	start, end := 0, len(in.word)
	for _, w := range words {
		i := strings.Index(in.original[end:], w)
		if i < 0 || w == "" {
			return finding.Region{}, false
		}
		start, end = end+i, end+i+len(w)
	}
	return in.span(start, end), true
}

// span is the region of original[start:end].
func (in *instruction) span(start, end int) finding.Region {
	first, last := in.offsets[start], in.offsets[end-1]
	return finding.Region{StartLine: first.line, StartColumn: first.column, EndLine: last.line, EndColumn: last.column + 1}
}

// continuations are the ends of lines that the next line continues, by escape character.
var continuations = map[rune]*regexp.Regexp{'\\': continued('\\'), '`': continued('`')}

func continued(escape rune) *regexp.Regexp {
	token := regexp.QuoteMeta(string(escape))
	return regexp.MustCompile(`([^` + token + `])` + token + `[ \t]*$|^` + token + `[ \t]*$`)
}

// logicalLine rebuilds the line that the parser assembled from continued lines, and
// returns where each of its bytes stands; nil when the result is another text.
func logicalLine(lines []string, first int, original string, escape rune) []position {
	continuation := continuations[escape]
	if continuation == nil {
		continuation = continuations['\\']
	}
	var text strings.Builder
	var at []position
	for i, raw := range lines {
		if text.Len() >= len(original) && i > 0 {
			break
		}
		line, column := strings.TrimRight(raw, "\r\n"), 1
		if i == 0 {
			line, column = trimLeft(line)
		}
		if t := strings.TrimLeftFunc(line, unicode.IsSpace); i > 0 && (t == "" || t[0] == '#') {
			continue
		}
		line = continuation.ReplaceAllString(line, "$1")
		text.WriteString(line)
		at = append(at, positions(line, first+i, column)...)
	}
	if text.String() != original {
		return nil
	}
	return at
}

// textLines are the lines of a file with their breaks; a byte order mark at its start is
// not part of the first.
func textLines(data []byte) []string {
	return strings.SplitAfter(strings.TrimPrefix(string(data), "\uFEFF"), "\n")
}

func trimLeft(line string) (string, int) {
	t := strings.TrimLeftFunc(line, unicode.IsSpace)
	return t, 1 + utf8.RuneCountInString(line[:len(line)-len(t)])
}

func positions(s string, line, column int) []position {
	at := make([]position, 0, len(s))
	for _, r := range s {
		for range max(1, utf8.RuneLen(r)) {
			at = append(at, position{line, column})
		}
		column++
	}
	return at
}

// wholeLines is the region from the first word of one line to the last of another;
// end 0 means the same line.
func wholeLines(lines []string, start, end int) finding.Region {
	start = min(start, len(lines))
	end = min(max(start, end), len(lines))
	_, column := trimLeft(lines[start-1])
	last := strings.TrimRightFunc(lines[end-1], unicode.IsSpace)
	return finding.Region{StartLine: start, StartColumn: column, EndLine: end, EndColumn: utf8.RuneCountInString(last) + 1}
}
