package images

import (
	"context"
	"fmt"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/cip"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// loadCluster reads the policies of the cluster from the trusted commit.
func (s *Stage) loadCluster() error {
	s.cluster = cip.Set{}
	for _, file := range s.cfg.Policies {
		data, err := s.read(file)
		if err == nil {
			err = s.cluster.Parse(file, data)
		}
		if err != nil {
			return fmt.Errorf("load policy: %w", err)
		}
	}
	return nil
}

// judgePolicies reports policies that accept more than they show.
func (s *Stage) judgePolicies(set *finding.Set) {
	for _, p := range s.cluster.Policies {
		set.Judge(ruleLoose, 1)
		for _, w := range p.Loose {
			set.Findings = append(set.Findings, finding.Finding{
				Rule: ruleLoose, Severity: severityOf(ruleLoose), Location: w.Location, Subject: p.Name, Key: w.Message,
				Message: fmt.Sprintf("ClusterImagePolicy %s: %s", p.Name, w.Message),
			})
		}
	}
}

// seen is a reference as the cluster sees it: of tag and digest only the latter.
func seen(ref reference.Reference) (full, written string) {
	host := ref.Host
	if host == "docker.io" {
		host = "index.docker.io"
	}
	full, written = host+"/"+ref.Path+":"+ref.TagOrLatest(), ref.Familiar()
	if ref.Tag != "" {
		written += ":" + ref.Tag
	}
	if ref.Digest != "" {
		full, written = host+"/"+ref.Path+"@"+ref.Digest, written+"@"+ref.Digest
	}
	return full, written
}

// newPolicy compiles a policy of the cluster.
func (r *run) newPolicy(ctx context.Context, p cip.Policy) (*demand, error) {
	d := &demand{name: "ClusterImagePolicy " + p.Name, warn: p.Warn}
	for i, c := range p.Authorities {
		a, err := r.newAuthority(ctx, fmt.Sprintf("authority %s of %s", named(c.Name, i), d.name), c)
		if err != nil {
			return nil, fmt.Errorf("load policy: %s: %w", d.name, err)
		}
		d.authorities = append(d.authorities, a)
	}
	return d, nil
}

func named(name string, i int) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("%d", i)
}

func (r *run) newAuthority(ctx context.Context, name string, c cip.Authority) (authority, error) {
	a := authority{name: name, pass: c.Static == "pass", fail: c.Static == "fail", undecided: c.Undecided}
	if len(c.Attestations) == 0 {
		a.signers = 1
	}
	for _, kind := range c.Attestations {
		a.attestations = append(a.attestations, config.ImageAttestation{Type: kind})
	}
	roots, err := r.clusterRoots(ctx, c.Root)
	if err != nil {
		return a, err
	}
	a.policy = verify.Policy{Roots: roots, IgnoreSCT: c.IgnoreSCT}
	if c.Key != "" {
		// Without ctlog policy-controller asks no log; an entry that is there is checked here.
		if c.Logged {
			a.policy.Log = verify.Required
		}
		key, err := verify.LoadKey(name, []byte(c.Key))
		if err != nil {
			return a, fmt.Errorf("load key: %w", err)
		}
		a.policy.Keys = []verify.Key{key}
		a.reproduce = []string{"--key KEY"}
	}
	for _, id := range c.Identities {
		identity, err := verify.NewIdentity(verify.Wanted{
			Issuer: id.Issuer, IssuerRegexp: id.IssuerRegexp, Subject: id.Subject, SubjectRegexp: id.SubjectRegexp, Loose: true,
		})
		if err != nil {
			return a, fmt.Errorf("read identity: %w", err)
		}
		a.policy.Identities = append(a.policy.Identities, identity)
		a.reproduce = identity.Flags(quote)
	}
	return a, nil
}

// clusterRoots finds the trust root that a policy names.
func (r *run) clusterRoots(ctx context.Context, name string) (verify.Roots, error) {
	if name == "" {
		return r.roots[publicGood], nil
	}
	t, ok := r.stage.cluster.Roots[name]
	switch {
	case !ok && r.roots[name] != nil:
		return r.roots[name], nil
	case !ok:
		return nil, fmt.Errorf("there is no TrustRoot %s in images.policies", name)
	case t.Remote != nil:
		return verify.FetchRoots(t.Remote.Mirror, t.Remote.Root, r.fetch(ctx))
	}
	return verify.NewRoots(instance(t.Keys))
}

func (r *run) fetch(ctx context.Context) verify.Fetch {
	return func(address string, limit int64) ([]byte, error) { return r.client.Fetch(ctx, address, limit) }
}

func instance(k *cip.Keys) verify.Instance {
	var i verify.Instance
	for _, a := range k.CertificateAuthorities {
		i.Authorities = append(i.Authorities, a.Chain)
	}
	for _, a := range k.TimestampAuthorities {
		i.Clocks = append(i.Clocks, a.Chain)
	}
	for _, l := range k.TLogs {
		i.Logs = append(i.Logs, verify.LogKey{URL: l.BaseURL, PEM: l.PublicKey})
	}
	for _, l := range k.CTLogs {
		i.CTLogs = append(i.CTLogs, verify.LogKey{URL: l.BaseURL, PEM: l.PublicKey})
	}
	return i
}
