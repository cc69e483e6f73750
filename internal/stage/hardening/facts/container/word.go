package container

import (
	"path"
	"strings"

	"github.com/mattn/go-shellwords"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Word is one word of what a container runs.
type Word struct {
	Text string `json:"text"`
	// From is entrypoint, command or healthcheck.
	From string `json:"from"`
	// Variables are the Compose variables that the word is made of.
	Variables []string `json:"variables"`
	Path      []any    `json:"path"`
}

// Split returns the words of a command line or a list of them.
func Split(v any, from string, at []any) []Word {
	if line, ok := v.(string); ok {
		return splitLine(line, from, at)
	}
	var out []Word
	shell := false
	for i, item := range value.List(v) {
		w := value.Text(item)
		if shell {
			out = append(out, splitLine(w, from, value.Under(at, i))...)
		} else {
			out = append(out, Word{Text: w, From: from, Path: value.Under(at, i)})
		}
		shell = w == "CMD-SHELL" || w == "-c" && i > 0 && isShell(value.Text(value.List(v)[i-1]))
	}
	return out
}

func isShell(s string) bool {
	switch path.Base(s) {
	case "sh", "bash", "ash", "dash", "-e", "-ec":
		return true
	}
	return false
}

func splitLine(line, from string, at []any) []Word {
	p := shellwords.NewParser()
	parts, err := p.Parse(line)
	// The parser stops at a shell operator; the rest still holds words.
	if err != nil || p.Position > 0 && p.Position < len(line) {
		parts = strings.Fields(line)
	}
	out := make([]Word, 0, len(parts))
	for i, w := range parts {
		if i > 1 && parts[i-1] == "-c" && isShell(parts[i-2]) {
			out = append(out, splitLine(w, from, at)...)
			continue
		}
		out = append(out, Word{Text: w, From: from, Path: at})
	}
	return out
}
