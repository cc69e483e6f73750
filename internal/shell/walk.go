package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Why a failure goes unnoticed.
const (
	inBackground = "it runs in the background"
	negated      = "its status is turned round by !"
	swallowed    = "what follows || always succeeds"
	piped        = "only the last command of a pipe counts without set -o pipefail"
	substituted  = "its status is lost in a substitution"
	unchecked    = "the script goes on after an error: set -e is missing"
)

// reader gathers the commands of one script.
type reader struct {
	on    Mode
	show  *strings.Replacer
	inner int
	out   []Command
}

// context is what the surroundings do with a command's failure.
type context struct {
	ignored string
	// checked is true when something looks at the status: if, && or ||.
	checked bool
	// last is true when the status is that of the whole script.
	last bool
}

func (r *reader) list(stmts []*syntax.Stmt, c context) {
	for i, s := range stmts {
		here := c
		here.last = c.last && i == len(stmts)-1
		r.stmt(s, here)
	}
}

func (r *reader) stmt(s *syntax.Stmt, c context) {
	switch {
	case s.Background:
		c.ignored = inBackground
	case s.Negated:
		c.ignored = negated
	}
	for _, redirect := range s.Redirs {
		r.substitutions(redirect.Word, context{ignored: substituted})
		if writes(redirect) && !strings.HasPrefix(r.text(redirect.Word), "/dev/") {
			r.out = append(r.out, Command{Line: int(redirect.Pos().Line()), Writes: r.text(redirect.Word)})
		}
	}
	r.command(s.Cmd, c)
}

// writes tells the redirections that write a file.
func writes(n *syntax.Redirect) bool {
	switch n.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.ClbOut, syntax.RdrAll, syntax.AppAll:
		return true
	case syntax.DplOut: // a number or a dash is no file
		return strings.Trim(n.Word.Lit(), "0123456789-") != "" || n.Word.Lit() == ""
	}
	return false
}

func (r *reader) command(cmd syntax.Command, c context) {
	asked := context{ignored: c.ignored, checked: true}
	switch n := cmd.(type) {
	case *syntax.CallExpr:
		r.call(n, c)
	case *syntax.DeclClause:
		r.declaration(n)
	case *syntax.BinaryCmd:
		r.binary(n, c)
	case *syntax.IfClause:
		for ; n != nil; n = n.Else {
			r.list(n.Cond, asked)
			r.list(n.Then, c)
		}
	case *syntax.WhileClause:
		r.list(n.Cond, asked)
		r.list(n.Do, c)
	case *syntax.ForClause:
		r.list(n.Do, c)
	case *syntax.CaseClause:
		for _, item := range n.Items {
			r.list(item.Stmts, c)
		}
	case *syntax.Block:
		r.list(n.Stmts, c)
	case *syntax.Subshell:
		on := r.on
		r.list(n.Stmts, c)
		r.on = on
	case *syntax.FuncDecl:
		r.stmt(n.Body, context{last: true})
	case *syntax.TimeClause:
		if n.Stmt != nil {
			r.stmt(n.Stmt, c)
		}
	}
}

func (r *reader) binary(n *syntax.BinaryCmd, c context) {
	left := context{ignored: c.ignored, checked: true}
	switch n.Op {
	case syntax.OrStmt:
		if always(n.Y) {
			left.ignored = swallowed
		}
	case syntax.Pipe, syntax.PipeAll:
		left = c
		if !r.on.PipeFail {
			left.ignored = piped
		}
	}
	r.stmt(n.X, left)
	r.stmt(n.Y, c)
}

// always tells a statement that cannot fail or only says something.
func always(s *syntax.Stmt) bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && slices.Contains([]string{"true", ":", "echo", "printf"}, call.Args[0].Lit())
}

func (r *reader) call(n *syntax.CallExpr, c context) {
	cmd := Command{Line: int(n.Pos().Line())}
	for _, a := range n.Assigns {
		cmd.Assigns = append(cmd.Assigns, r.assign(a))
		r.substitutions(a.Value, c)
	}
	for _, w := range n.Args {
		cmd.Words = append(cmd.Words, r.text(w))
		r.substitutions(w, context{ignored: substituted})
	}
	cmd.Words = program(cmd.Words)
	r.set(cmd.Words)
	cmd.Ignored = c.ignored
	if cmd.Ignored == "" && !c.checked && !c.last && !r.on.ErrExit {
		cmd.Ignored = unchecked
	}
	r.out = append(r.out, cmd)
	r.within(cmd)
}

// within reads the script that stands in a word of sh -c, ssh or eval.
func (r *reader) within(outer Command) {
	if r.inner == 0 || len(outer.Words) < 2 || !slices.Contains([]string{"sh", "bash", "ssh", "eval"}, outer.Words[0]) {
		return
	}
	for _, w := range outer.Words[1:] {
		if !strings.ContainsAny(w, " \n") {
			continue
		}
		cmds, err := parse(w, Mode{}, r.inner-1)
		if err != nil {
			continue // prose, or another language
		}
		for _, c := range cmds {
			c.Line = outer.Line
			if c.Ignored == "" {
				c.Ignored = outer.Ignored
			}
			r.out = append(r.out, c)
		}
	}
}

func (r *reader) declaration(n *syntax.DeclClause) {
	cmd := Command{Words: []string{n.Variant.Value}, Line: int(n.Pos().Line())}
	for _, a := range n.Args {
		if a.Name != nil {
			cmd.Assigns = append(cmd.Assigns, r.assign(a))
		}
		r.substitutions(a.Value, context{ignored: substituted})
	}
	r.out = append(r.out, cmd)
}

func (r *reader) assign(a *syntax.Assign) Assign {
	out := Assign{Name: a.Name.Value}
	if a.Value != nil {
		out.Value = r.text(a.Value)
	}
	return out
}

// substitutions reads the commands inside a word.
func (r *reader) substitutions(w *syntax.Word, c context) {
	if w == nil {
		return
	}
	syntax.Walk(w, func(n syntax.Node) bool {
		switch s := n.(type) {
		case *syntax.CmdSubst:
			r.list(s.Stmts, c)
			return false
		case *syntax.ProcSubst:
			r.list(s.Stmts, context{ignored: substituted})
			return false
		}
		return true
	})
}

// set follows set -e and set -o pipefail.
func (r *reader) set(words []string) {
	if len(words) == 0 || words[0] != "set" {
		return
	}
	for i, w := range words[1:] {
		if len(w) < 2 || w[0] != '-' && w[0] != '+' {
			continue
		}
		on, name := w[0] == '-', ""
		if i+2 < len(words) && strings.HasSuffix(w, "o") {
			name = words[i+2]
		}
		if strings.Contains(w[1:], "e") || name == "errexit" {
			r.on.ErrExit = on
		}
		if name == "pipefail" {
			r.on.PipeFail = on
		}
	}
}

// starters only start another program; the number is how many words of their own
// follow their flags.
var starters = map[string]int{"sudo": 0, "env": 0, "exec": 0, "command": 0, "nohup": 0, "timeout": 1}

// program drops what only starts the program and the directory that it lies in.
func program(words []string) []string {
	for len(words) > 1 {
		own, ok := starters[path.Base(words[0])]
		if !ok {
			break
		}
		words = words[1:]
		for len(words) > 1 && (strings.HasPrefix(words[0], "-") || strings.Contains(words[0], "=")) {
			if slices.Contains([]string{"-u", "-g", "-k", "-s"}, words[0]) && len(words) > 2 {
				words = words[1:]
			}
			words = words[1:]
		}
		words = words[min(own, len(words)-1):]
	}
	if len(words) > 0 && words[0] != "" {
		words[0] = path.Base(words[0])
	}
	return words
}
