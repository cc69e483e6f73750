package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/stella-ops/assure/internal/finding"
)

// Outcome is what the rules of a kind say about one document.
type Outcome struct {
	// Results are the hits, ordered by rule, then by content.
	Results []Result
	// Subjects counts what a rule judged, for the rules that say so themselves.
	Subjects map[string]int
}

// Result is one hit of a rule.
type Result struct {
	Rule    string
	Message string
	// Path leads to the offending value: strings for keys, ints for indexes.
	Path []any
	// Subject names what was judged; empty leaves it to the caller.
	Subject string
	// Severity of this hit, nil for the rule's own.
	Severity *finding.Severity
	// Related are paths to further values that explain the hit.
	Related [][]any
	// Fix is the change that mends it, nil when only a person can decide.
	Fix *Change
}

// Change is a fix in words of the document.
type Change struct {
	// Op is set (the value at Path becomes Value), append (Value joins the list at
	// Path) or remove.
	Op    string
	Path  []any
	Value any
	// Safe is true when the rule's author says that the change takes away nothing but
	// the weakness.
	Safe bool
}

// Eval judges one document with all rules of its kind. It stops when ctx ends. An error
// means that the document was not judged.
func (e *Engine) Eval(ctx context.Context, kind string, input any) (Outcome, error) {
	p, ok := e.programs[kind]
	if !ok {
		return Outcome{}, fmt.Errorf("no rules for documents of kind %q", kind)
	}
	q, err := p.ready(e)
	if err != nil {
		return Outcome{}, err
	}
	value, err := ast.InterfaceToValue(input)
	if err != nil {
		return Outcome{}, fmt.Errorf("convert document: %w", err)
	}
	rs, err := q.Eval(ctx, rego.EvalParsedInput(value), rego.EvalSortSets(true))
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("evaluate %s rules: %w", kind, err)
	}
	if len(rs) != 1 || len(rs[0].Expressions) != 1 {
		return Outcome{}, fmt.Errorf("evaluate %s rules: no answer", kind)
	}
	return e.decode(rs[0].Expressions[0].Value)
}

// answer is what one rule returns.
type answer struct {
	Results  []json.RawMessage `json:"results"`
	Subjects []json.RawMessage `json:"subjects"`
}

// decode reads the query's answer strictly: a result that is not what the contract
// says is an error that names the rule.
func (e *Engine) decode(v any) (Outcome, error) {
	answers := map[string]answer{}
	if err := strict(v, &answers); err != nil {
		return Outcome{}, fmt.Errorf("read results: %w", err)
	}
	out := Outcome{Subjects: map[string]int{}}
	for _, r := range e.rules {
		a, ok := answers[r.ID]
		if !ok {
			continue
		}
		if r.subjects {
			out.Subjects[r.ID] = len(a.Subjects)
		}
		for _, raw := range a.Results {
			res, err := readResult(raw)
			if err != nil {
				return Outcome{}, fmt.Errorf("rule %s (%s): %w", r.ID, r.file, err)
			}
			res.Rule = r.ID
			if res.Fix != nil {
				res.Fix.Safe = r.meta.Fix == "safe"
			}
			out.Results = append(out.Results, res)
		}
	}
	return out, nil
}

// result is the JSON form of Result.
type result struct {
	Message  string            `json:"message"`
	Path     []any             `json:"path"`
	Subject  string            `json:"subject"`
	Severity *finding.Severity `json:"severity"`
	Related  [][]any           `json:"related"`
	Fix      *change           `json:"fix"`
}

type change struct {
	Op    string `json:"op"`
	Path  []any  `json:"path"`
	Value any    `json:"value"`
}

func readResult(raw json.RawMessage) (Result, error) {
	var r result
	if err := strict(raw, &r); err != nil {
		return Result{}, fmt.Errorf("result is not what a rule may return: %w", err)
	}
	if strings.TrimSpace(r.Message) == "" {
		return Result{}, errors.New("result has no message")
	}
	if len(r.Path) == 0 {
		return Result{}, errors.New("result has no path")
	}
	out := Result{Message: r.Message, Path: r.Path, Subject: r.Subject, Severity: r.Severity, Related: r.Related}
	paths := append([][]any{r.Path}, r.Related...)
	if c := r.Fix; c != nil {
		if !slices.Contains([]string{"set", "append", "remove"}, c.Op) || len(c.Path) == 0 {
			return Result{}, errors.New("fix needs op set, append or remove, and a path")
		}
		out.Fix = &Change{Op: c.Op, Path: c.Path, Value: c.Value}
		paths = append(paths, c.Path)
	}
	for _, p := range paths {
		if err := cleanPath(p); err != nil {
			return Result{}, err
		}
	}
	return out, nil
}

// cleanPath turns whole numbers into ints and refuses anything but keys and indexes.
func cleanPath(p []any) error {
	for i, step := range p {
		switch s := step.(type) {
		case string:
		case float64:
			if s != float64(int(s)) || s < 0 {
				return fmt.Errorf("path %v: %v is not an index", p, s)
			}
			p[i] = int(s)
		default:
			return fmt.Errorf("path %v: %v is neither a key nor an index", p, step)
		}
	}
	return nil
}
