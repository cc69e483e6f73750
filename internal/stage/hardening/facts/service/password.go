package service

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// password is a place where a store gets its password from.
type password struct {
	// State is literal, variable, file or empty.
	State string `json:"state"`
	// Optional are variables that may have no value: then there is no password.
	Optional []string `json:"optional"`
	// Required is the text with those variables required, empty when unknown.
	Required string `json:"required"`
	Path     []any  `json:"path"`
}

// passwordKeys are the environment variables from which stores take a password.
var passwordKeys = map[string][]string{
	"valkey":   {"REDIS_PASSWORD", "VALKEY_PASSWORD", "KEYDB_PASSWORD"},
	"postgres": {"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "PGPASSWORD"},
	"mysql":    {"MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD", "MARIADB_ROOT_PASSWORD", "MARIADB_PASSWORD"},
	"mongo":    {"MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"},
}

func (s scope) passwords(f Service) []password {
	out := []password{}
	if f.Role != "store" {
		return out
	}
	env := value.Object(s.svc["environment"])
	for _, key := range passwordKeys[f.Product] {
		if v, ok := env[key]; ok {
			out = append(out, s.password(value.Text(v), s.vars.at(s.at("environment", key)), s.at("environment", key)))
		}
		if _, ok := env[key+"_FILE"]; ok {
			out = append(out, password{State: "file", Optional: []string{}, Path: s.at("environment", key+"_FILE")})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(openSwitches)) {
		if v, ok := env[key]; ok && openSwitches[key](strings.ToLower(value.Text(v))) {
			out = append(out, password{State: "empty", Optional: []string{}, Path: s.at("environment", key)})
		}
	}
	if f.Product == "mongo" {
		out = append(out, mongoAccounts(f.Words)...)
	}
	return append(out, s.argumentPasswords(f.Words)...)
}

// password finds where a value comes from.
func (s scope) password(v string, used []plan.Variable, at []any) password {
	p := password{State: "variable", Optional: []string{}, Path: at}
	for _, u := range used {
		if u.Default != nil && *u.Default != "" {
			p.State = "literal"
		} else if !u.Required && !u.Set {
			p.Optional = append(p.Optional, u.Name)
		}
	}
	p.Required = demand(value.Text(value.Lookup(s.doc.Raw, at)), p.Optional)
	if len(used) == 0 {
		switch {
		case strings.TrimSpace(v) == "":
			p.State = "empty"
		case !strings.Contains(v, "$") && !strings.HasPrefix(v, "/run/secrets/"):
			p.State = "literal"
		}
	}
	return p
}

// demand rewrites ${NAME}, with or without an empty default, and $NAME to ${NAME:?}.
func demand(raw string, names []string) string {
	for _, n := range names {
		use := regexp.MustCompile(`\$\{` + regexp.QuoteMeta(n) + `(:?-)?\}|\$` + regexp.QuoteMeta(n) + `\b`)
		raw = use.ReplaceAllLiteralString(raw, "${"+n+":?set "+n+"}")
	}
	if !strings.Contains(raw, ":?") {
		return ""
	}
	return raw
}
