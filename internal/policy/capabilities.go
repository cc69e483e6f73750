package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// forbidden are the built-ins, by prefix, that reach the network, the clock, the host,
// or other code. A pack decides from its input alone, the same way every time.
var forbidden = [...]string{
	"http.", "net.", "opa.", "rand.", "uuid.", "providers.", "time.now_ns",
	"io.jwt.decode_verify", "io.jwt.encode_sign", "crypto.x509.parse_and_verify",
	"json.match_schema", "json.verify_schema", "rego.parse_module", "print", "internal.print",
}

// capabilities are what packs may use.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	// A library that is linked in may have added its own.
	c.Builtins = slices.DeleteFunc(slices.Clone(ast.DefaultBuiltins[:]), func(b *ast.Builtin) bool {
		return b.Nondeterministic || slices.ContainsFunc(forbidden[:], func(p string) bool {
			return strings.HasPrefix(b.Name, p)
		})
	})
	for _, f := range []*rego.Function{resultNew, isManaged} {
		c.Builtins = append(c.Builtins, &ast.Builtin{Name: f.Name, Decl: f.Decl})
	}
	return c
}
