// Package service holds the facts about the services of Compose files.
package service

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Service are the facts about one service.
type Service struct {
	// Role is store, backend, ingress or other.
	Role string `json:"role"`
	// Product is the store's family: valkey, postgres, mysql, mongo, or empty.
	Product string `json:"product"`
	// ASPNET is true when the environment configures ASP.NET Core.
	ASPNET bool `json:"aspnet"`

	User            container.User         `json:"user"`
	Ports           []port                 `json:"ports"`
	Tmpfs           []tmpfs                `json:"tmpfs"`
	Security        []option               `json:"security"`
	NoNewPrivileges bool                   `json:"no_new_privileges"`
	Seccomp         *seccomp               `json:"seccomp"`
	CapAdd          []container.Capability `json:"cap_add"`
	CapDrop         []container.Capability `json:"cap_drop"`
	Words           []container.Word       `json:"words"`
	Health          health                 `json:"health"`
	Mounts          []container.Mount      `json:"mounts"`
	Secrets         []container.Secret     `json:"secrets"`
	Passwords       []password             `json:"passwords"`
	// Access is what a store's configuration files say about who is let in.
	Access *access `json:"access"`

	Image  image    `json:"image"`
	Limits ceilings `json:"limits"`
	// Certificate is true when the service is given a server certificate.
	Certificate bool  `json:"certificate"`
	Check       check `json:"check"`
	// Insecure are words of the health check that switch the check of certificates off.
	Insecure []string `json:"insecure"`
}

func (s scope) facts(name, role string) Service {
	f := Service{
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
	f.ASPNET = container.IsASPNET(value.Object(s.svc["environment"]))
	f.Role, f.Product = s.evidence(f).Role(name, role)
	f.Passwords = s.passwords(f)
	f.Access = s.access(f)
	f.Image, f.Limits, f.Certificate, f.Check = s.image(), s.limits(), s.certificate(), s.check()
	f.Insecure = container.Insecure(f.Check.Words)
	return f
}
