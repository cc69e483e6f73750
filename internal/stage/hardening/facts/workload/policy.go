package workload

import (
	"slices"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// networkPolicy are the facts about a NetworkPolicy.
type networkPolicy struct {
	// Ingress and Egress are the directions that it limits.
	Ingress bool `json:"ingress"`
	Egress  bool `json:"egress"`
	// Everything is true when it selects every pod of its namespace, and Allows when
	// it lets some traffic of a direction pass.
	Everything    bool `json:"everything"`
	AllowsIngress bool `json:"allows_ingress"`
	AllowsEgress  bool `json:"allows_egress"`
	// DNS is true when name servers can be asked.
	DNS   bool         `json:"dns"`
	Rules []egressRule `json:"rules"`
}

// egressRule is one rule about where pods may connect to.
type egressRule struct {
	// Anywhere is true without an address, Everywhere when the addresses named are all.
	Anywhere   bool `json:"anywhere"`
	Everywhere bool `json:"everywhere"`
	// AnyPort is true when the port does not matter.
	AnyPort bool `json:"any_port"`
	// DNS is true when the port of name servers is among the ports, OnlyDNS when it is
	// the only one.
	DNS     bool  `json:"dns"`
	OnlyDNS bool  `json:"only_dns"`
	Path    []any `json:"path"`
}

func newNetworkPolicy(r *resource) *networkPolicy {
	spec := r.spec()
	p := &networkPolicy{
		Everything:   len(newSelector(spec["podSelector"]).parts) == 0,
		AllowsEgress: len(value.List(spec["egress"])) > 0, AllowsIngress: len(value.List(spec["ingress"])) > 0,
		Rules: []egressRule{},
	}
	types := value.List(spec["policyTypes"])
	p.Ingress = len(types) == 0 || slices.Contains(types, any("Ingress"))
	p.Egress = len(types) == 0 && p.AllowsEgress || slices.Contains(types, any("Egress"))
	if !p.Egress {
		return p
	}
	for i, v := range value.List(spec["egress"]) {
		rule := newEgressRule(value.Object(v), []any{"spec", "egress", i})
		p.DNS = p.DNS || rule.DNS
		p.Rules = append(p.Rules, rule)
	}
	return p
}

func newEgressRule(rule map[string]any, at []any) egressRule {
	out := egressRule{Anywhere: len(value.List(rule["to"])) == 0, Path: at}
	for _, peer := range value.List(rule["to"]) {
		block := value.Object(value.Object(peer)["ipBlock"])
		cidr := value.Text(block["cidr"])
		out.Everywhere = out.Everywhere || (cidr == "0.0.0.0/0" || cidr == "::/0") && len(value.List(block["except"])) == 0
	}
	out.AnyPort = len(value.List(rule["ports"])) == 0
	out.OnlyDNS = !out.AnyPort
	for _, v := range value.List(rule["ports"]) {
		dns, anyPort := namePort(value.Object(v))
		out.DNS = out.DNS || dns
		out.OnlyDNS = out.OnlyDNS && dns && !anyPort
		out.AnyPort = out.AnyPort || anyPort
	}
	out.DNS = out.DNS || out.AnyPort
	return out
}

// namePort reports whether a port is that of name servers (5353 in OpenShift), and
// whether it is every port.
func namePort(p map[string]any) (dns, anyPort bool) {
	first, ok := value.Integer(p["port"])
	if !ok {
		name := value.Text(p["port"])
		return name == "" || name == "dns" || name == "dns-tcp", name == ""
	}
	last := first
	if end, ok := value.Integer(p["endPort"]); ok {
		last = end
	}
	holds := func(n int) bool { return first <= n && n <= last }
	return holds(53) || holds(5353), first <= 1 && last >= 65535
}
