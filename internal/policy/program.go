package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// program is the compiled form of the rules of one kind, built when first needed.
type program struct {
	kind     string
	may      *ast.Capabilities
	compiled func() (*ast.Compiler, error)
	once     sync.Once
	query    rego.PreparedEvalQuery
	err      error
}

func newProgram(kind string, may *ast.Capabilities, modules []module) *program {
	return &program{kind: kind, may: may, compiled: sync.OnceValues(func() (*ast.Compiler, error) {
		return compile(kind, may, modules)
	})}
}

func compile(kind string, may *ast.Capabilities, modules []module) (*ast.Compiler, error) {
	asts := map[string]*ast.Module{}
	for _, m := range modules {
		if m.kind == "" || m.kind == kind {
			asts[m.file] = m.ast
		}
	}
	c := ast.NewCompiler().WithCapabilities(may).WithDefaultRegoVersion(ast.RegoV1)
	if c.Compile(asts); c.Failed() {
		return nil, fmt.Errorf("compile %s rules: %w", kind, flatten(c.Errors))
	}
	return c, nil
}

// compileAll compiles every kind now, so that a mistake shows before the run.
func (e *Engine) compileAll() error {
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(e.programs)) {
		_, err := e.programs[kind].compiled()
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ready returns the one query over all rules of the kind.
func (p *program) ready(e *Engine) (rego.PreparedEvalQuery, error) {
	p.once.Do(func() { p.query, p.err = p.prepare(e) })
	return p.query, p.err
}

func (p *program) prepare(e *Engine) (rego.PreparedEvalQuery, error) {
	c, err := p.compiled()
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	data := map[string]any{"params": params(e.params)}
	if !e.Now.IsZero() {
		data["now"] = e.Now.UTC().Format(time.RFC3339)
	}
	options := append(trivyFunctions(), rego.Compiler(c), rego.Capabilities(p.may), rego.Query(e.query(p.kind)),
		rego.Store(inmem.NewFromObject(data)), rego.StrictBuiltinErrors(true))
	q, err := rego.New(options...).PrepareForEval(context.Background())
	if err != nil {
		return q, fmt.Errorf("prepare %s rules: %w", p.kind, err)
	}
	return q, nil
}

// params is a copy with the types that the store wants.
func params(by map[string]map[string]any) map[string]any {
	out := map[string]any{}
	for id, values := range by {
		out[id] = values
	}
	return out
}

// query asks every rule of a kind at once: an object from rule id to its sets.
func (e *Engine) query(kind string) string {
	var parts []string
	for _, r := range e.rules {
		if r.kind != kind {
			continue
		}
		sets := `"results": ` + r.pkg + ".results"
		if r.subjects {
			sets += `, "subjects": ` + r.pkg + ".subjects"
		}
		if r.unknown {
			sets += `, "unknown": ` + r.pkg + ".unknown"
		}
		parts = append(parts, strconv.Quote(r.ID)+": {"+sets+"}")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
