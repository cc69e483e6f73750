package policy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/stella-ops/assure/internal/finding"
)

// Outcome is what the rules of a kind say about one document.
type Outcome struct {
	// Results are the hits, ordered by rule, then by content.
	Results []Result
	// Subjects are what a rule decided about, for the rules that say so themselves.
	Subjects map[string][]any
	// Unknown are the subjects that a rule applies to but could not decide about.
	Unknown []Unknown
}

// Result is one hit of a rule.
type Result struct {
	Rule    string
	Message string
	// Path leads to the offending value: strings for keys, ints for indexes.
	Path []any
	// Subject names what was judged; empty leaves it to the caller.
	Subject string
	// Identity tells this hit from others of the rule on the subject; empty leaves it to the
	// path and the value that it leads to.
	Identity []string
	// Degree is how bad the hit is among those of one identity.
	Degree float64
	// Reach is all that the hit gives away, in rows of words of which * is any.
	Reach [][]string
	// Whole is true when the hit is about the repository as a whole.
	Whole bool
	// Severity of this hit, nil for the rule's own.
	Severity *finding.Severity
	// Related are paths to further values that explain the hit.
	Related [][]any
	// Fix is the change that fixes it, nil when only a person can decide.
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
	data, err := json.Marshal(input)
	if err != nil {
		return Outcome{}, fmt.Errorf("convert document: %w", err)
	}
	return e.EvalJSON(ctx, kind, data)
}

// EvalJSON judges a document that is given as JSON. The outcome depends on nothing else,
// the engine aside.
func (e *Engine) EvalJSON(ctx context.Context, kind string, input []byte) (Outcome, error) {
	p, ok := e.programs[kind]
	if !ok {
		return Outcome{}, fmt.Errorf("no rules for documents of kind %q", kind)
	}
	q, err := p.ready(e)
	if err != nil {
		return Outcome{}, err
	}
	value, err := ast.ValueFromReader(bytes.NewReader(input))
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

// decode reads the query's answer strictly: a result that is not what the contract
// says is an error that names the rule.
func (e *Engine) decode(v any) (Outcome, error) {
	answers, ok := v.(map[string]any)
	if !ok {
		return Outcome{}, fmt.Errorf("read results: got %T", v)
	}
	out := Outcome{Subjects: map[string][]any{}}
	for _, r := range e.rules {
		a, ok := answers[r.ID].(map[string]any)
		if !ok {
			continue
		}
		if r.subjects {
			subjects, unknown, err := r.decided(a)
			if err != nil {
				return Outcome{}, fmt.Errorf("rule %s (%s): %w", r.ID, r.file, err)
			}
			out.Subjects[r.ID] = subjects
			out.Unknown = append(out.Unknown, unknown...)
		}
		results, _ := a["results"].([]any)
		for _, raw := range results {
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

// fields reads the members of an object one by one and remembers the first that does
// not fit. What stays unread is unknown.
type fields struct {
	left map[string]any
	err  error
}

// take moves a member into out when it is there.
func take[T any](f *fields, key string, out *T) {
	v, ok := f.left[key]
	delete(f.left, key)
	if !ok || v == nil || f.err != nil {
		return
	}
	x, ok := v.(T)
	if !ok {
		f.err = fmt.Errorf("%s is %s, not %s", key, typeName(v), typeName(any(*out)))
		return
	}
	*out = x
}

// done refuses what nobody asked for.
func (f *fields) done(what string) error {
	for _, key := range slices.Sorted(maps.Keys(f.left)) {
		f.err = cmp.Or(f.err, fmt.Errorf("unknown field %q", key))
	}
	if f.err != nil {
		return fmt.Errorf("%s is not what a rule may return: %w", what, f.err)
	}
	return nil
}

func object(v any) *fields {
	m, ok := v.(map[string]any)
	if !ok {
		return &fields{err: fmt.Errorf("it is %s", typeName(v))}
	}
	return &fields{left: maps.Clone(m)}
}

func readResult(raw any) (Result, error) {
	var out Result
	var severity string
	var related, identity, reach []any
	var degree json.Number
	var fix map[string]any
	f := object(raw)
	take(f, "message", &out.Message)
	take(f, "path", &out.Path)
	take(f, "subject", &out.Subject)
	take(f, "identity", &identity)
	take(f, "degree", &degree)
	take(f, "reach", &reach)
	take(f, "whole", &out.Whole)
	take(f, "severity", &severity)
	take(f, "related", &related)
	take(f, "fix", &fix)
	if err := f.done("result"); err != nil {
		return Result{}, err
	}
	if strings.TrimSpace(out.Message) == "" {
		return Result{}, errors.New("result has no message")
	}
	if len(out.Path) == 0 {
		return Result{}, errors.New("result has no path")
	}
	out.Degree, _ = degree.Float64()
	out.Identity = texts(identity)
	for _, row := range reach {
		words, is := row.([]any)
		if !is {
			return Result{}, errors.New("result: a row of reach is no list")
		}
		out.Reach = append(out.Reach, texts(words))
	}
	return out, out.read(severity, related, fix)
}

func texts(words []any) (out []string) {
	for _, w := range words {
		out = append(out, fmt.Sprint(w))
	}
	return out
}

// read adds the optional parts and checks every path.
func (r *Result) read(severity string, related []any, fix map[string]any) error {
	if severity != "" {
		s, err := finding.ParseSeverity(severity)
		if err != nil {
			return fmt.Errorf("result: %w", err)
		}
		r.Severity = &s
	}
	paths := [][]any{r.Path}
	for _, v := range related {
		p, ok := v.([]any)
		if !ok {
			return fmt.Errorf("related holds %s, not a path", typeName(v))
		}
		r.Related = append(r.Related, p)
		paths = append(paths, p)
	}
	if fix != nil {
		c, err := readChange(fix)
		if err != nil {
			return err
		}
		r.Fix = c
		paths = append(paths, c.Path)
	}
	for _, p := range paths {
		if err := cleanPath(p); err != nil {
			return err
		}
	}
	return nil
}

func readChange(raw map[string]any) (*Change, error) {
	var c Change
	f := object(raw)
	take(f, "op", &c.Op)
	take(f, "path", &c.Path)
	value, err := plain(f.left["value"])
	delete(f.left, "value")
	if err = cmp.Or(err, f.done("fix")); err != nil {
		return nil, err
	}
	c.Value = value
	if !slices.Contains([]string{"set", "append", "remove"}, c.Op) || len(c.Path) == 0 {
		return nil, errors.New("fix needs op set, append or remove, and a path")
	}
	return &c, nil
}

// cleanPath turns whole numbers into ints and refuses anything but keys and indexes.
func cleanPath(p []any) error {
	for i, step := range p {
		switch s := step.(type) {
		case string:
		case json.Number:
			n, err := strconv.Atoi(s.String())
			if err != nil || n < 0 {
				return fmt.Errorf("path %v: %v is not an index", p, s)
			}
			p[i] = n
		default:
			return fmt.Errorf("path %v: %v is neither a key nor an index", p, step)
		}
	}
	return nil
}
