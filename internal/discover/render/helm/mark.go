package helm

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// markName and sealName are functions that only this package adds to a parsed template.
// A chart that calls them itself gets wrong places for its own findings, no more.
const (
	markName = "assureMark"
	sealName = "assureSeal"
)

// mark says where the output that follows comes from.
type mark struct {
	file *file
	// start and end are the byte offsets of a text or an action {{...}} in the file.
	start, end int
	text       bool
	// uses are the paths of the values that an action names, from the root of the
	// context; "*" stands for any item.
	uses [][]string
}

// scope is what is known about dot and variables where a node stands.
type scope struct {
	dot   []string
	known bool
	vars  map[string][]string
}

// marker adds marks to the templates of one file.
type marker struct {
	run  *run
	file *file
	max  int
}

// instrument rewrites a template's tree: before each text and action stands a call that
// says so, the result of an action passes a bound, and {{template}} becomes {{include}},
// so that every recursion is counted. It refuses blocks that nest too deep.
func (r *run) instrument(f *file, tree *parse.Tree) error {
	if tree == nil || tree.Root == nil || r.trees[tree] {
		return nil
	}
	r.trees[tree] = true
	m := &marker{run: r, file: f}
	m.list(tree.Root, scope{known: true, vars: map[string][]string{}}, 0, false)
	if m.max > maxBlocks {
		return &limitError{fmt.Sprintf("template %s nests blocks deeper than %d levels", f.name, maxBlocks)}
	}
	return nil
}

func (m *marker) list(l *parse.ListNode, sc scope, depth int, loop bool) {
	if m.max = max(m.max, depth); l == nil || depth > maxBlocks {
		return
	}
	sc.vars = maps.Clone(sc.vars)
	out := make([]parse.Node, 0, 2*len(l.Nodes)+1)
	if loop {
		out = append(out, m.call(mark{file: m.file}))
	}
	for _, n := range l.Nodes {
		out = append(out, m.node(n, &sc, depth)...)
	}
	l.Nodes = out
}

func (m *marker) node(n parse.Node, sc *scope, depth int) []parse.Node {
	switch n := n.(type) {
	case *parse.TextNode:
		at := int(n.Pos)
		return []parse.Node{m.call(mark{file: m.file, start: at, end: at + len(n.Text), text: true}), n}
	case *parse.ActionNode:
		return m.action(n, sc)
	case *parse.TemplateNode:
		return m.action(includeCall(n), sc)
	case *parse.IfNode:
		sc.declare(n.Pipe)
		m.list(n.List, *sc, depth+1, false)
		m.list(n.ElseList, *sc, depth+1, false)
	case *parse.WithNode:
		inner := sc.inside(n.Pipe)
		m.list(n.List, inner, depth+1, false)
		m.list(n.ElseList, *sc, depth+1, false)
	case *parse.RangeNode:
		inner := sc.items(n.Pipe)
		m.list(n.List, inner, depth+1, true)
		m.list(n.ElseList, *sc, depth+1, false)
	}
	return []parse.Node{n}
}

func (m *marker) action(n *parse.ActionNode, sc *scope) []parse.Node {
	start, end := m.extent(int(n.Pos))
	mk := mark{file: m.file, start: start, end: end, uses: sc.uses(n.Pipe)}
	sc.declare(n.Pipe)
	if len(n.Pipe.Decl) == 0 {
		n.Pipe.Cmds = append(n.Pipe.Cmds, command(parse.NewIdentifier(sealName).SetPos(n.Pos)))
	}
	return []parse.Node{m.call(mk), n}
}

// call is an action that sets the mark.
func (m *marker) call(mk mark) parse.Node {
	m.run.marks = append(m.run.marks, mk)
	id := len(m.run.marks) - 1
	pos := parse.Pos(mk.start)
	num := &parse.NumberNode{NodeType: parse.NodeNumber, Pos: pos, IsInt: true, IsUint: true, Int64: int64(id), Uint64: uint64(id), Text: fmt.Sprint(id)}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: &parse.PipeNode{
		NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{command(parse.NewIdentifier(markName).SetPos(pos), num)},
	}}
}

func command(args ...parse.Node) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: args[0].Position(), Args: args}
}

// includeCall is {{template "x" pipe}} as {{include "x" (pipe)}}.
func includeCall(n *parse.TemplateNode) *parse.ActionNode {
	var data parse.Node = &parse.NilNode{NodeType: parse.NodeNil, Pos: n.Pos}
	if n.Pipe != nil {
		data = n.Pipe
	}
	name := &parse.StringNode{NodeType: parse.NodeString, Pos: n.Pos, Quoted: fmt.Sprintf("%q", n.Name), Text: n.Name}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: n.Pos, Line: n.Line, Pipe: &parse.PipeNode{
		NodeType: parse.NodePipe, Pos: n.Pos, Line: n.Line,
		Cmds: []*parse.CommandNode{command(parse.NewIdentifier("include").SetPos(n.Pos), name, data)},
	}}
}

// extent is the stretch of {{...}} around a position inside it.
func (m *marker) extent(at int) (start, end int) {
	src := m.file.data
	at = min(max(at, 0), len(src))
	if start = bytes.LastIndex(src[:at], []byte("{{")); start < 0 {
		start = at
	}
	for i := at; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"' || c == '`':
			i = skipString(src, i)
		case c == '}' && bytes.HasPrefix(src[i:], []byte("}}")):
			return start, i + 2
		}
	}
	return start, len(src)
}

func skipString(src []byte, i int) int {
	quote := src[i]
	for i++; i < len(src) && src[i] != quote; i++ {
		if src[i] == '\\' && quote == '"' {
			i++
		}
	}
	return i
}

// declare notes what a pipe's variables stand for.
func (sc *scope) declare(p *parse.PipeNode) {
	if p == nil || len(p.Decl) != 1 {
		return
	}
	name := p.Decl[0].Ident[0]
	delete(sc.vars, name)
	if path, ok := sc.only(p); ok {
		sc.vars[name] = path
	}
}

// inside is the scope of {{with pipe}}.
func (sc *scope) inside(p *parse.PipeNode) scope {
	out := scope{vars: maps.Clone(sc.vars)}
	out.declare(p)
	out.dot, out.known = sc.only(p)
	return out
}

// items is the scope of {{range pipe}}.
func (sc *scope) items(p *parse.PipeNode) scope {
	out := scope{vars: maps.Clone(sc.vars)}
	out.dot, out.known = sc.only(p)
	out.dot = append(slices.Clip(out.dot), "*")
	for i, d := range p.Decl {
		delete(out.vars, d.Ident[0])
		if i == len(p.Decl)-1 && out.known {
			out.vars[d.Ident[0]] = out.dot
		}
	}
	return out
}

// only is the path that a pipe stands for when it is nothing but a path, perhaps piped
// through functions.
func (sc *scope) only(p *parse.PipeNode) ([]string, bool) {
	if uses := sc.uses(p); len(uses) == 1 {
		return uses[0], true
	}
	return nil, false
}

// uses are the paths that a pipe names, in order.
func (sc *scope) uses(p *parse.PipeNode) (out [][]string) {
	if p == nil {
		return nil
	}
	for _, c := range p.Cmds {
		if path, ok := sc.indexed(c); ok {
			out = append(out, path)
			continue
		}
		for _, a := range c.Args {
			out = append(out, sc.used(a)...)
		}
	}
	return out
}

func (sc *scope) used(n parse.Node) [][]string {
	switch n := n.(type) {
	case *parse.PipeNode:
		return sc.uses(n)
	case *parse.DotNode:
		if sc.known {
			return [][]string{sc.dot}
		}
	case *parse.FieldNode:
		return sc.field(n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" {
			return [][]string{n.Ident[1:]}
		}
		if base, ok := sc.vars[n.Ident[0]]; ok {
			return [][]string{append(slices.Clip(base), n.Ident[1:]...)}
		}
	case *parse.ChainNode:
		if inner := sc.used(n.Node); len(inner) == 1 {
			return [][]string{append(slices.Clip(inner[0]), n.Field...)}
		}
	}
	return nil
}

// field is a path below dot; one that passes through Values means the same anywhere.
func (sc *scope) field(idents []string) [][]string {
	if slices.Contains(idents, "Values") {
		return [][]string{idents}
	}
	if !sc.known {
		return nil
	}
	return [][]string{append(slices.Clip(sc.dot), idents...)}
}

// indexed reads index and get with constant keys.
func (sc *scope) indexed(c *parse.CommandNode) ([]string, bool) {
	if len(c.Args) < 3 {
		return nil, false
	}
	id, ok := c.Args[0].(*parse.IdentifierNode)
	base := sc.used(c.Args[1])
	if !ok || id.Ident != "index" && id.Ident != "get" || len(base) != 1 {
		return nil, false
	}
	path := slices.Clip(base[0])
	for _, a := range c.Args[2:] {
		switch a := a.(type) {
		case *parse.StringNode:
			path = append(path, a.Text)
		case *parse.NumberNode:
			path = append(path, a.Text)
		default:
			return nil, false
		}
	}
	return path, true
}

// below is the part of a path after the last step of that name.
func below(path []string, name string) ([]string, bool) {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == name {
			return path[i+1:], true
		}
	}
	return nil, false
}

// unsealed tells whether an error's text names a function of this package's own.
func unsealed(msg string) string {
	return strings.NewReplacer(markName, "mark", sealName, "print").Replace(msg)
}
