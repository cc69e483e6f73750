package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/limit"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// Limits of a YAML stream, after RFC 9512 section 4 (resource exhaustion). Real
// manifests stay two orders of magnitude below.
const (
	maxNodes    = 200_000
	maxDepth    = 64
	maxExpanded = 400_000
	// maxSeparators bounds what the parser may build before nodes can be counted:
	// every node needs a line break, a comma or a colon, a pair needs one.
	maxSeparators = 1 << 19
)

// Doc is one YAML document of a file. It is read-only and safe for concurrent use.
type Doc struct {
	// Name is the slash path of the file.
	Name string
	// Root is the content, nil for an empty document.
	Root *yaml.Node

	text *text
}

// Error is a mistake in a file with its place.
type Error struct {
	Location finding.Location
	Message  string
	// Rule is the kind of gap that the error leaves; empty means that the file does not parse.
	Rule string
	// Subject names what the error keeps from being seen; empty means the file itself.
	Subject string
}

// Error renders file:line:column: message.
func (e *Error) Error() string { return e.Location.String() + ": " + e.Message }

// Parse reads a YAML (or JSON) stream into its documents. Errors are *Error: bad
// syntax, a duplicate key, or a stream beyond the limits.
func Parse(name string, data []byte) (docs []*Doc, err error) {
	t := newText(data)
	if msg, at := unreadable(data); msg != "" {
		return nil, &Error{Location: finding.Location{URI: name, Region: t.region(at, at)}, Message: msg}
	}
	defer func() {
		if r := recover(); r != nil {
			docs, err = nil, &Error{Location: finding.Top(name), Message: fmt.Sprintf("not readable as YAML: %v", r), Rule: gap.Crashed}
		}
	}()
	load, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithV4Defaults(),
		yaml.WithPlugin(limit.New(limit.DepthValue(maxDepth))))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	c := &checker{name: name, text: t}
	for {
		var node yaml.Node
		if err := load.Load(&node); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, syntaxError(name, data, t, err)
		}
		d := &Doc{Name: name, text: t}
		if len(node.Content) > 0 && !absent(node.Content[0]) {
			d.Root = node.Content[0]
		}
		if err := c.document(d.Root); err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
}

// absent tells whether a document's only node was made up by the parser.
func absent(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "" && n.Anchor == ""
}

// unreadable says why the text is not even parsed, and at which byte; "" when it is.
func unreadable(data []byte) (string, int) {
	switch {
	case len(data) > MaxFileBytes:
		return fmt.Sprintf("file is too large (%d bytes, limit %d)", len(data), MaxFileBytes), 0
	case !utf8.Valid(data):
		return "file is not UTF-8 text; save it as UTF-8", invalid(data)
	case separators(data) > maxSeparators:
		return fmt.Sprintf("YAML has too many lines and items (limit %d); split the file", maxSeparators), 0
	}
	if at := bytes.IndexFunc(data, control); at >= 0 {
		return fmt.Sprintf("control character %U is not allowed; remove it", data[at]), at
	}
	return "", 0
}

// invalid is the first byte that is not UTF-8; both marks of UTF-16 are such bytes.
func invalid(data []byte) (at int) {
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// control tells the characters below a blank that YAML refuses (YAML 1.2.2, 5.1).
func control(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }

func separators(data []byte) (n int) {
	for _, b := range data {
		if b == '\n' || b == '\r' || b == ',' || b == ':' {
			n++
		}
	}
	return n
}

// conflict is the first line that git writes into a file that it could not merge.
var conflict = regexp.MustCompile(`(?m)^<{7} `)

// syntaxError gives a parser's error the place that the parser knows.
func syntaxError(name string, data []byte, t *text, err error) error {
	if at := conflict.FindIndex(data); at != nil {
		return &Error{
			Location: finding.Location{URI: name, Region: t.region(at[0], t.lineEnd(at[0]))}, Rule: gap.ConflictMarkers,
			Message: "holds the marks of a merge conflict; resolve it and commit the result",
		}
	}
	at, msg := finding.Top(name), strings.TrimPrefix(err.Error(), "yaml: ")
	if le, ok := errors.AsType[*yaml.LoadError](err); ok {
		msg = le.Message
		if le.ContextMsg != "" {
			msg = le.ContextMsg + ": " + msg
		}
		if le.Mark.Line > 0 {
			off := t.yamlOffset(le.Mark.Line, max(le.Mark.Column, 1))
			at.Region = t.region(off, t.lineEnd(off))
		}
	}
	return &Error{Location: at, Message: "not readable as YAML: " + msg}
}
