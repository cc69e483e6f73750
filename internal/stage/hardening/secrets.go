package hardening

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// secret is a value that looks like a secret and stands in the file itself.
type secret struct {
	Key string `json:"key"`
	// From is environment, argument (of a build) or label.
	From string `json:"from"`
	// Default is true when it is the default of a variable.
	Default bool  `json:"default"`
	Path    []any `json:"path"`
}

var (
	secretKey = regexp.MustCompile(`(?i)(^|[_.-])(passw(or)?d|passwd|passphrase|pwd|pass|secret|token|api_?key|apikey|` +
		`private_?key|access_?key|secret_?key|signing_?key|credentials?|client_?secret)(_?[0-9]+)?$|` +
		`(password|secret|apikey|accesskey|token)$`)
	// notSecret are keys that speak about a secret without holding one.
	notSecret = regexp.MustCompile(`(?i)(allow_empty|_file|_path|_name|_url|_type|_policy|_enabled|_ttl|_dir)|^(no|disable|enable)_`)
	filler    = regexp.MustCompile(`^(<.*>|\{\{.*\}\}|\*+|[xX]{3,}|\.{3,})$`)
)

// isSecretKey tells whether a value under this key is expected to be secret.
func isSecretKey(key string) bool { return secretKey.MatchString(key) && !notSecret.MatchString(key) }

// isLiteral tells whether a value can be a secret itself: not a reference, a path, a
// switch, a number or filler text.
func isLiteral(v string) bool {
	v = strings.TrimSpace(v)
	if v == "" || strings.HasPrefix(v, "/") || strings.Contains(v, "$") || filler.MatchString(v) {
		return false
	}
	_, notBool := strconv.ParseBool(v)
	switch strings.ToLower(v) {
	case "yes", "no", "on", "off", "none", "null":
		return false
	}
	return notBool != nil
}

// inURL is a password in the address of a server.
var inURL = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:([^\s/@]+)@`)

// secretsIn lists the secret literals of one mapping of keys to values.
func (s scope) secretsIn(from string, values map[string]any, base []any) []secret {
	var out []secret
	for _, key := range sortedKeys(values) {
		at := under(base, key)
		literal, isDefault := s.literal(text(values[key]), at)
		held := isSecretKey(key) && isLiteral(literal)
		if m := inURL.FindStringSubmatch(literal); m != nil && !held {
			held = isLiteral(m[1])
		}
		if held {
			out = append(out, secret{Key: key, From: from, Default: isDefault, Path: at})
		}
	}
	return out
}

// literal is the part of a value that stands in the file: the value itself, or the
// default of the one variable that it is made of.
func (s scope) literal(v string, at []any) (literal string, isDefault bool) {
	used := s.vars.at(at)
	if len(used) == 0 {
		return v, false
	}
	for _, u := range used {
		if u.Default != nil && isLiteral(*u.Default) {
			return *u.Default, true
		}
	}
	return "", false
}

func (s scope) secrets() []secret {
	out := []secret{}
	out = append(out, s.secretsIn("environment", object(s.svc["environment"]), s.at("environment"))...)
	out = append(out, s.secretsIn("label", object(s.svc["labels"]), s.at("labels"))...)
	build := object(s.svc["build"])
	return append(out, s.secretsIn("argument", object(build["args"]), s.at("build", "args"))...)
}

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

// openSwitches are variables that turn authentication off where the test of their
// value holds: the entry points of MySQL and MariaDB take any text for a yes.
var openSwitches = map[string]func(string) bool{
	"ALLOW_EMPTY_PASSWORD":              isOn,
	"POSTGRES_HOST_AUTH_METHOD":         func(v string) bool { return v == "trust" },
	"MYSQL_ALLOW_EMPTY_PASSWORD":        isGiven,
	"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": isGiven,
	"xpack.security.enabled":            isOff,
	"plugins.security.disabled":         isOn,
	"DISABLE_SECURITY_PLUGIN":           isOn,
}

func (s scope) passwords(f service) []password {
	out := []password{}
	if f.Role != "store" {
		return out
	}
	env := object(s.svc["environment"])
	for _, key := range passwordKeys[f.Product] {
		if v, ok := env[key]; ok {
			out = append(out, s.password(text(v), s.vars.at(s.at("environment", key)), s.at("environment", key)))
		}
		if _, ok := env[key+"_FILE"]; ok {
			out = append(out, password{State: "file", Optional: []string{}, Path: s.at("environment", key+"_FILE")})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(openSwitches)) {
		if v, ok := env[key]; ok && openSwitches[key](strings.ToLower(text(v))) {
			out = append(out, password{State: "empty", Optional: []string{}, Path: s.at("environment", key)})
		}
	}
	if f.Product == "mongo" {
		out = append(out, mongoAccounts(f.Words)...)
	}
	return append(out, s.argumentPasswords(f.Words)...)
}

// mongoAccounts are the options by which mongod asks for an account, or by which it
// takes its settings from a file that may say so.
func mongoAccounts(words []word) []password {
	var out []password
	for _, w := range words {
		flag, _, _ := strings.Cut(w.Text, "=")
		switch {
		case w.From == "healthcheck":
		case slices.Contains([]string{"--auth", "--keyFile", "--clusterAuthMode", "--config", "-f"}, flag):
			out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
		case flag == "--noauth":
			out = append(out, password{State: "empty", Optional: []string{}, Path: w.Path})
		}
	}
	return out
}

func isOn(v string) bool {
	on, _ := strconv.ParseBool(v)
	return on || v == "yes" || v == "on"
}

func isOff(v string) bool {
	on, err := strconv.ParseBool(v)
	return err == nil && !on
}

func isGiven(v string) bool { return v != "" }

// argumentPasswords reads the settings of a Valkey-like server's command line.
func (s scope) argumentPasswords(words []word) []password {
	var out []password
	for i, w := range words {
		if w.From == "healthcheck" {
			continue
		}
		switch strings.TrimLeft(w.Text, "-") {
		case "requirepass":
			out = append(out, s.argument(words, i))
		case "aclfile":
			out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
		default:
			// The first argument names the configuration file unless it is an option.
			if i > 0 && isServer(words[i-1].Text) && !strings.HasPrefix(w.Text, "-") && w.Text != "" {
				out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
			}
		}
	}
	return out
}

func (s scope) argument(words []word, i int) password {
	if i+1 >= len(words) {
		return password{State: "empty", Optional: []string{}, Path: words[i].Path}
	}
	w := words[i+1]
	var used []plan.Variable
	for _, v := range s.vars.at(w.Path) {
		for _, name := range w.Variables {
			if name == v.Name {
				used = append(used, v)
			}
		}
	}
	return s.password(w.Text, used, w.Path)
}

// password tells where a value comes from.
func (s scope) password(v string, used []plan.Variable, at []any) password {
	p := password{State: "variable", Optional: []string{}, Path: at}
	for _, u := range used {
		if u.Default != nil && *u.Default != "" {
			p.State = "literal"
		} else if !u.Required && !u.Set {
			p.Optional = append(p.Optional, u.Name)
		}
	}
	p.Required = demand(text(lookup(s.doc.Raw, at)), p.Optional)
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
