package hardening

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// compose are the facts about a Compose set.
type compose struct {
	Services map[string]service `json:"services"`
	Volumes  []mount            `json:"volumes"`
	// Typography are identifiers with typographic characters.
	Typography []typo `json:"typography"`
}

// service are the facts about one service.
type service struct {
	// Role is store, backend, ingress or other.
	Role string `json:"role"`
	// Product is the store's family: valkey, postgres, mysql, mongo, or empty.
	Product string `json:"product"`
	// ASPNET is true when the environment configures ASP.NET Core.
	ASPNET bool `json:"aspnet"`

	User            user         `json:"user"`
	Ports           []port       `json:"ports"`
	Tmpfs           []tmpfs      `json:"tmpfs"`
	Security        []option     `json:"security"`
	NoNewPrivileges bool         `json:"no_new_privileges"`
	Seccomp         *seccomp     `json:"seccomp"`
	CapAdd          []capability `json:"cap_add"`
	CapDrop         []capability `json:"cap_drop"`
	Words           []word       `json:"words"`
	Health          health       `json:"health"`
	Mounts          []mount      `json:"mounts"`
	Secrets         []secret     `json:"secrets"`
	Passwords       []password   `json:"passwords"`

	Image  image    `json:"image"`
	Limits ceilings `json:"limits"`
	// Certificate is true when the service is given a server certificate.
	Certificate bool  `json:"certificate"`
	Check       check `json:"check"`
	// Insecure are words of the health check that switch the check of certificates off.
	Insecure []string `json:"insecure"`
}

// scope is where facts about one service are gathered.
type scope struct {
	plan *plan.Plan
	doc  *plan.Document
	vars variables
	base []any
	svc  map[string]any
}

func composeFacts(p *plan.Plan, doc *plan.Document, roles map[string]string) compose {
	out := compose{Services: map[string]service{}, Volumes: []mount{}, Typography: typos(doc.Model, []any{})}
	vars := indexVariables(doc.Variables)
	for name, v := range object(doc.Model["services"]) {
		s := scope{plan: p, doc: doc, vars: vars, base: []any{"services", name}, svc: object(v)}
		out.Services[name] = s.facts(name, roles[name])
	}
	volumes := object(doc.Model["volumes"])
	for _, name := range sortedKeys(volumes) {
		opts := object(object(volumes[name])["driver_opts"])
		if device := text(opts["device"]); strings.HasPrefix(device, "/") {
			out.Volumes = append(out.Volumes, newMount(p.Root, "bind", device, "", opts["o"] == "ro",
				[]any{"volumes", name, "driver_opts", "device"}))
		}
	}
	return out
}

func (s scope) facts(name, role string) service {
	f := service{
		User:    s.user(),
		Ports:   s.ports(),
		Tmpfs:   s.tmpfs(),
		CapAdd:  s.capabilities("cap_add"),
		CapDrop: s.capabilities("cap_drop"),
		Words:   s.words(),
		Health:  s.health(),
		Mounts:  s.mounts(),
		Secrets: s.secrets(),
	}
	f.Security = s.security()
	f.NoNewPrivileges = noNewPrivileges(f.Security)
	f.Seccomp = s.seccomp(f.Security)
	f.ASPNET = isASPNET(object(s.svc["environment"]))
	f.Role, f.Product = s.evidence(f).role(name, role)
	f.Passwords = s.passwords(f)
	f.Image, f.Limits, f.Certificate, f.Check = s.image(), s.limits(), s.certificate(), s.check()
	f.Insecure = insecure(f.Check.Words)
	return f
}

// evidence is what the service's role is told by.
func (s scope) evidence(f service) evidence {
	e := evidence{Image: s.svc["image"], Environment: object(s.svc["environment"]), Words: f.Words}
	for _, p := range f.Ports {
		e.Ports = append(e.Ports, portSpan{First: p.First, Last: p.Last})
	}
	return e
}

// at is a path below the service.
func (s scope) at(steps ...any) []any { return under(s.base, steps...) }

// dir is the project directory as a slash path from the root.
func (s scope) dir() string { return path.Dir(s.doc.Name) }

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
		b.WriteString(text(step))
		b.WriteByte(0)
	}
	return b.String()
}
