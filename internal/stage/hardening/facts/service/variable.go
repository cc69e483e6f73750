package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// variables finds the variables that a value uses, by the value's path.
type variables map[string][]plan.Variable

func indexVariables(list []plan.Variable) variables {
	out := variables{}
	for _, v := range list {
		k := pathKey(v.Path)
		out[k] = append(out[k], v)
	}
	return out
}

func (v variables) at(path []any) []plan.Variable { return v[pathKey(path)] }

func pathKey(path []any) string {
	var b strings.Builder
	for _, step := range path {
		b.WriteString(value.Text(step))
		b.WriteByte(0)
	}
	return b.String()
}
