package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// token is one word of an expression: a text, a number, a name, an operator or a bracket.
var token = regexp.MustCompile(`^(?:'(?:[^']|'')*'|0x[0-9a-fA-F]+|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z_][A-Za-z0-9_-]*|&&|\|\||[=!<>]=|[!<>.,*()\[\]])`)

// contexts are the names that an expression may begin with, and functions those that it
// may call.
var (
	contexts  = [...]string{"github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs", "true", "false", "null", "nan", "infinity"}
	functions = [...]string{"contains", "startswith", "endswith", "format", "join", "tojson", "fromjson", "hashfiles", "success", "always", "cancelled", "failure", "case"}
)

// expressions looks for expressions that cannot be read, in every text of the document.
func (r *reading) expressions(at []any, v any) {
	switch x := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(x) {
			here := append(slices.Clone(at), key)
			if s, ok := x[key].(string); ok && key == "if" && !strings.Contains(s, "${{") && len(at) >= 2 && at[0] == "jobs" {
				r.expression(here, s)
				continue
			}
			r.expressions(here, x[key])
		}
	case []any:
		for i, item := range x {
			r.expressions(append(slices.Clone(at), i), item)
		}
	case string:
		for {
			_, rest, found := strings.Cut(x, "${{")
			if !found {
				return
			}
			inner, after, closed := upToEnd(rest)
			if !closed {
				r.say(at, "an expression does not end: ${{%s", cut(rest, 60))
				return
			}
			r.expression(at, inner)
			x = after
		}
	}
}

// upToEnd cuts an expression off at the marks that end it, which do not stand in a text.
func upToEnd(s string) (inner, after string, closed bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(s[i:], "}}"):
			return s[:i], s[i+2:], true
		}
	}
	return "", "", false
}

func (r *reading) expression(at []any, text string) {
	if why := wrongExpression(text); why != "" {
		r.say(at, "the expression %s cannot be read: %s", cut(strings.TrimSpace(text), 60), why)
	}
}

// wrongExpression says what is wrong with an expression, empty when nothing is known to be.
func wrongExpression(text string) string {
	var open []string
	before, operand := "", false
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		t := token.FindString(rest)
		if t == "" {
			return fmt.Sprintf("%q is unexpected", cut(rest, 20))
		}
		rest = rest[len(t):]
		name := isName(t)
		switch {
		case name && before == ".":
		case name && strings.HasPrefix(strings.TrimSpace(rest), "("):
			if !slices.Contains(functions[:], strings.ToLower(t)) {
				return "there is no function " + cut(t, 40)
			}
		case name && !slices.Contains(contexts[:], strings.ToLower(t)):
			return "there is no " + cut(t, 40)
		case t == "(" || t == "[":
			open = append(open, t)
		case t == ")" || t == "]":
			if len(open) == 0 || (open[len(open)-1] == "(") != (t == ")") {
				return "a bracket is closed that is not open"
			}
			open = open[:len(open)-1]
		}
		isOperand := name && before != "." || t[0] == '\'' || t[0] >= '0' && t[0] <= '9'
		if isOperand && operand {
			return "an operator is missing before " + cut(t, 40)
		}
		operand = name || isOperand || t == ")" || t == "]" || t == "*"
		before = t
	}
	switch {
	case before == "":
		return "it is empty"
	case len(open) > 0:
		return "a bracket is not closed"
	case !operand:
		return "it ends too early"
	}
	return ""
}

func isName(t string) bool {
	return t[0] == '_' || t[0] >= 'a' && t[0] <= 'z' || t[0] >= 'A' && t[0] <= 'Z'
}
