package images

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// demand is what one rule or policy asks of an image: that one of its authorities
// vouches for it.
type demand struct {
	// name says where it stands: images.rules[0], ClusterImagePolicy signed.
	name string
	// warn makes a broken demand a warning, as the policy's own mode says.
	warn        bool
	authorities []authority
}

func (d *demand) wantsStatements() bool {
	return slices.ContainsFunc(d.authorities, func(a authority) bool { return len(a.attestations) > 0 })
}

func (d *demand) severity(rule string) finding.Severity {
	if d.warn {
		return finding.Low
	}
	return severityOf(rule)
}

// authority is one way to satisfy a demand: so many signers, and statements by them.
type authority struct {
	name   string
	policy verify.Policy
	// signers is how many must have signed; zero when only statements are asked for.
	signers        int
	sameRepository bool
	attestations   []config.ImageAttestation
	// reproduce are the flags of cosign that ask the same.
	reproduce []string
	// pass and fail decide without looking at any signature.
	pass, fail bool
	// undecided says why this program cannot decide, "" when it can.
	undecided string
}

// asked is what the configuration asks about an image, before keys are loaded.
type asked struct {
	rule     *config.ImageRule
	at       int
	policies []int
}

// asks returns what is asked about an image. The first rule decides; every policy of
// the cluster that matches must be met beside it.
func (s *Stage) asks(ref reference.Reference) asked {
	ref = s.original(ref)
	a := asked{at: s.firstRule(ref)}
	if a.at >= 0 {
		a.rule = &s.cfg.Rules[a.at]
	}
	for i, p := range s.cluster.Policies {
		if p.Matches(seen(ref)) {
			a.policies = append(a.policies, i)
		}
	}
	return a
}

// firstRule is the index of the rule that decides for an image under its original's name,
// -1 without one.
func (s *Stage) firstRule(ref reference.Reference) int {
	return slices.IndexFunc(s.cfg.Rules, func(r config.ImageRule) bool { return slices.ContainsFunc(r.Match, ref.Matches) })
}

func (a asked) covered() bool { return a.rule != nil || len(a.policies) > 0 }

// demanding is false for images that nobody covers or that are excused.
func (a asked) demanding() bool {
	return a.rule != nil && !a.rule.AllowUnsigned || len(a.policies) > 0
}

// demands returns what an image must satisfy.
func (r *run) demands(ref reference.Reference) []*demand {
	a := r.stage.asks(ref)
	var list []*demand
	if a.rule != nil && !a.rule.AllowUnsigned {
		list = append(list, r.rules[a.at])
	}
	for _, i := range a.policies {
		list = append(list, r.policies[i])
	}
	return list
}

// newRule compiles a rule of the configuration.
func (r *run) newRule(i int, rule config.ImageRule) (*demand, error) {
	name := fmt.Sprintf("images.rules[%d]", i)
	a := authority{
		name: name, signers: max(1, rule.Signers), sameRepository: rule.SameRepository, attestations: rule.Attestations,
		policy: verify.Policy{Log: verify.Log(rule.Log), Roots: r.roots[cmp.Or(rule.Root, publicGood)]},
	}
	if a.policy.Roots == nil {
		return nil, fmt.Errorf("load root %s: images.roots does not have it", rule.Root)
	}
	for _, id := range rule.Keys {
		key, ok := r.keys[id]
		if !ok {
			return nil, fmt.Errorf("load key %s: images.keys does not have it", id)
		}
		a.policy.Keys = append(a.policy.Keys, key)
	}
	for j, id := range rule.Identities {
		identity, err := verify.NewIdentity(wanted(id))
		if err != nil {
			return nil, fmt.Errorf("read %s.identities[%d]: %w", name, j, err)
		}
		a.policy.Identities = append(a.policy.Identities, identity)
	}
	a.reproduce = r.stage.flags(rule)
	return &demand{name: name, authorities: []authority{a}}, nil
}

// wanted spells out the short form for workflows.
func wanted(id config.ImageIdentity) verify.Wanted {
	if id.Workflow != "" {
		return verify.Wanted{Issuer: verify.GitHubIssuer, Subject: "https://github.com/" + id.Workflow + "@" + id.Ref}
	}
	return verify.Wanted{Issuer: id.Issuer, IssuerRegexp: id.IssuerRegexp, Subject: id.Subject, SubjectRegexp: id.SubjectRegexp}
}

// flags are those of cosign for the rule's first signer; cosign takes one at a time.
func (s *Stage) flags(rule config.ImageRule) []string {
	var flags []string
	if len(rule.Keys) > 0 {
		flags = append(flags, "--key "+quote(s.keyFile(rule.Keys[0])))
		if rule.Log != string(verify.Required) {
			flags = append(flags, "--insecure-ignore-tlog=true")
		}
	} else {
		flags = identityFlags(rule.Identities[0])
	}
	for _, root := range s.cfg.Roots {
		if root.ID == rule.Root && root.File != "" {
			flags = append(flags, "--trusted-root "+quote(root.File))
		}
	}
	return flags
}

func identityFlags(id config.ImageIdentity) []string {
	i, _ := verify.NewIdentity(wanted(id)) // validated with the configuration
	return i.Flags(quote)
}

func (s *Stage) keyFile(id string) string {
	for _, k := range s.cfg.Keys {
		if k.ID == id {
			return cmp.Or(k.File, k.URL, envName(k.Env), id+".pub")
		}
	}
	return id + ".pub"
}

func envName(name string) string {
	if name == "" {
		return ""
	}
	return "env://" + name
}

// quote makes a text one word of a shell.
func quote(s string) string {
	plain := strings.IndexFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./:@%+,=", c))
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
