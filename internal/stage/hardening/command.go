package hardening

import (
	"path"
	"strings"

	"github.com/mattn/go-shellwords"
)

// word is one word of what a container runs.
type word struct {
	Text string `json:"text"`
	// From is entrypoint, command or healthcheck.
	From string `json:"from"`
	// Variables are the Compose variables that the word is made of.
	Variables []string `json:"variables"`
	Path      []any    `json:"path"`
}

// words are the words of entrypoint, command and healthcheck, with the argument of a
// shell's -c taken apart.
func (s scope) words() []word {
	out := []word{}
	for _, key := range []string{"entrypoint", "command", "healthcheck"} {
		at := s.at(key)
		v := s.svc[key]
		if key == "healthcheck" {
			at, v = under(at, "test"), object(v)["test"]
		}
		out = append(out, s.name(split(v, key, at), split(lookup(s.doc.Raw, at), key, at))...)
	}
	return out
}

// name notes which variables each word uses, by the word as it was before they got
// their values; when the raw text splits differently, every variable counts.
func (s scope) name(words, raw []word) []word {
	for i := range words {
		words[i].Variables = []string{}
		for _, v := range s.vars.at(words[i].Path) {
			if len(words) != len(raw) || strings.Contains(raw[i].Text, v.Name) {
				words[i].Variables = append(words[i].Variables, v.Name)
			}
		}
	}
	return words
}

func split(v any, from string, at []any) []word {
	if line, ok := v.(string); ok {
		return splitLine(line, from, at)
	}
	var out []word
	shell := false
	for i, item := range list(v) {
		w := text(item)
		if shell {
			out = append(out, splitLine(w, from, under(at, i))...)
		} else {
			out = append(out, word{Text: w, From: from, Path: under(at, i)})
		}
		shell = w == "CMD-SHELL" || w == "-c" && i > 0 && isShell(text(list(v)[i-1]))
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

func splitLine(line, from string, at []any) []word {
	p := shellwords.NewParser()
	parts, err := p.Parse(line)
	// The parser stops at a shell operator; the rest still holds words.
	if err != nil || p.Position > 0 && p.Position < len(line) {
		parts = strings.Fields(line)
	}
	out := make([]word, 0, len(parts))
	for i, w := range parts {
		if i > 1 && parts[i-1] == "-c" && isShell(parts[i-2]) {
			out = append(out, splitLine(w, from, at)...)
			continue
		}
		out = append(out, word{Text: w, From: from, Path: at})
	}
	return out
}
