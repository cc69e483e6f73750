// Package shell finds the commands in shell scripts and Makefiles. Nothing is run or
// expanded: what a variable stands for is not known here.
package shell

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// MaxBytes is the size of a script above which it is not parsed: the parser nests as
// deep as the text does.
const MaxBytes = 64 << 10

// maxInner bounds how deep scripts may stand in words of scripts (sh -c, ssh).
const maxInner = 3

// Command is one simple command.
type Command struct {
	// Words are its words without quotes and redirections, the program first; what
	// only starts the program (sudo, env) is left out. An expansion stays as written.
	Words []string
	// Line is its 1-based line in the script.
	Line int
	// Ignored says why a failure goes unnoticed; empty when the script stops at it or
	// looks at it.
	Ignored string
	// Assigns are the variables set on the command or instead of one.
	Assigns []Assign
	// Writes is the file that a redirection writes; such a command has no words.
	Writes string
	// Target is the Makefile's target that it belongs to, empty in a script.
	Target string
}

// Assign is a variable and its value, an expansion as written.
type Assign struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Mode is what is switched on when a script starts.
type Mode struct {
	// ErrExit is set -e, PipeFail set -o pipefail.
	ErrExit, PipeFail bool
}

// expression is what GitHub replaces before a shell sees the script.
var expression = regexp.MustCompile(`(?s)\$\{\{.*?\}\}`)

// Parse returns the commands of a script in the order of its text.
func Parse(text string, on Mode) ([]Command, error) {
	return parse(text, on, maxInner)
}

func parse(text string, on Mode, inner int) ([]Command, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("script is longer than %d bytes", MaxBytes)
	}
	hidden, show := hide(text, expression)
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(hidden), "")
	if err != nil {
		if e, ok := errors.AsType[syntax.ParseError](err); ok {
			return nil, fmt.Errorf("line %d: %s", e.Pos.Line(), e.Text)
		}
		return nil, fmt.Errorf("parse script: %w", err)
	}
	if strings.HasPrefix(text, "#!") {
		on = shebang(strings.SplitN(text, "\n", 2)[0], on)
	}
	r := &reader{on: on, show: show, inner: inner}
	r.list(file.Stmts, context{last: true})
	return r.out, nil
}

func shebang(line string, on Mode) Mode {
	for _, w := range strings.Fields(line)[1:] {
		if strings.HasPrefix(w, "-") && strings.Contains(w, "e") {
			on.ErrExit = true
		}
	}
	return on
}

// hide replaces what is no shell by words, and returns how to get it back.
func hide(text string, what *regexp.Regexp) (string, *strings.Replacer) {
	var back []string
	hidden := what.ReplaceAllStringFunc(text, func(s string) string {
		word := fmt.Sprintf("__hidden%d__", len(back)/2)
		back = append(back, word, s)
		return word
	})
	return hidden, strings.NewReplacer(back...)
}
