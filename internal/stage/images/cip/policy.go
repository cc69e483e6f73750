package cip

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Policy is a ClusterImagePolicy: an image that it matches needs one of its authorities.
type Policy struct {
	Name        string
	Location    finding.Location
	Warn        bool
	Authorities []Authority
	// Loose are weaknesses of identities: expressions that match more than they show.
	Loose []Weakness

	globs []*regexp.Regexp
}

// Authority is one way to satisfy a policy.
type Authority struct {
	Name string
	// Key is a public key in PEM, empty for a keyless authority.
	Key        string
	Identities []Identity
	// Root is the TrustRoot's name, empty for the public instance.
	Root string
	// Logged is true when the transparency log is asked.
	Logged    bool
	IgnoreSCT bool
	// Static is pass or fail when signatures do not matter.
	Static string
	// Attestations are predicate types; with any, signatures are not asked for.
	Attestations []string
	// Undecided says why this program cannot decide, empty when it can.
	Undecided string
}

// Identity is whom a certificate must name.
type Identity struct{ Issuer, IssuerRegexp, Subject, SubjectRegexp string }

// Weakness is a place of a policy that accepts more than it shows.
type Weakness struct {
	Location finding.Location
	Message  string
}

func (s *Set) addPolicy(d document) error {
	var o policyObject
	if err := d.strict(&o); err != nil {
		return err
	}
	p := Policy{Name: o.Metadata.Name, Location: d.at("/metadata/name"), Warn: o.Spec.Mode == "warn"}
	switch {
	case o.Spec.Match != nil:
		return d.fail("/spec/match", "the field spec.match is not supported")
	case o.Spec.Mode != "" && o.Spec.Mode != "warn" && o.Spec.Mode != "enforce":
		return d.fail("/spec/mode", "the mode %q is neither enforce nor warn", o.Spec.Mode)
	case len(o.Spec.Images) == 0:
		return d.fail("/spec", "the policy names no images")
	case len(o.Spec.Authorities) == 0:
		return d.fail("/spec", "the policy names no authorities")
	}
	for i, image := range o.Spec.Images {
		re, err := compile(image.Glob)
		if err != nil {
			return d.fail(fmt.Sprintf("/spec/images/%d/glob", i), "%v", err)
		}
		p.globs = append(p.globs, re)
	}
	for i, a := range o.Spec.Authorities {
		authority, err := d.authority(fmt.Sprintf("/spec/authorities/%d", i), a)
		if err != nil {
			return err
		}
		if o.Spec.Policy != nil {
			authority.Undecided = "has a policy in CUE or Rego over all authorities, which this program does not evaluate"
		}
		p.Authorities = append(p.Authorities, authority)
		p.Loose = append(p.Loose, d.loose(fmt.Sprintf("/spec/authorities/%d/keyless/identities", i), authority)...)
	}
	s.Policies = append(s.Policies, p)
	return nil
}

func (d document) authority(at string, o authorityObject) (Authority, error) {
	a := Authority{Name: o.Name, Logged: o.CTLog != nil}
	given := 0
	for _, is := range []bool{o.Key != nil, o.Keyless != nil, o.Static != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return a, d.fail(at, "an authority is either key, keyless or static")
	case o.Source != nil:
		return a, d.fail(at+"/source", "the field source is not supported")
	case o.SignatureFormat != "" && o.SignatureFormat != "legacy" && o.SignatureFormat != "bundle":
		return a, d.fail(at+"/signatureFormat", "the format %q is neither legacy nor bundle", o.SignatureFormat)
	}
	if err := d.trustRoot(at, o, &a); err != nil {
		return a, err
	}
	for i, want := range o.Attestations {
		kind, ok := predicate(want.PredicateType)
		if !ok {
			return a, d.fail(fmt.Sprintf("%s/attestations/%d/predicateType", at, i), "the predicate type %q is not known", want.PredicateType)
		}
		a.Attestations = append(a.Attestations, kind)
		if want.Policy != nil {
			a.Undecided = fmt.Sprintf("judges the attestation %s in CUE or Rego, which this program does not evaluate", want.Name)
		}
	}
	switch {
	case o.Key != nil:
		return a, d.key(at+"/key", *o.Key, &a)
	case o.Keyless != nil:
		return a, d.keyless(at+"/keyless", *o.Keyless, &a)
	}
	a.Static = o.Static.Action
	if a.Static != "pass" && a.Static != "fail" {
		return a, d.fail(at+"/static/action", "the action %q is neither pass nor fail", a.Static)
	}
	return a, nil
}

// trustRoot takes the one trust root that all parts of an authority name.
func (d document) trustRoot(at string, o authorityObject, a *Authority) error {
	var names []string
	if o.Keyless != nil {
		names = append(names, o.Keyless.TrustRootRef)
	}
	for _, r := range []*reference{o.CTLog, o.Timestamp} {
		if r != nil {
			names = append(names, r.TrustRootRef)
		}
	}
	for _, n := range names {
		if a.Root != "" && n != "" && n != a.Root {
			return d.fail(at, "an authority with two trust roots is not supported")
		}
		if n != "" {
			a.Root = n
		}
	}
	return nil
}

func (d document) key(at string, o keyObject, a *Authority) error {
	switch {
	case o.SecretRef != nil:
		return d.fail(at+"/secretRef", "the field secretRef is not supported: the secret is in the cluster; write the key as data")
	case o.KMS != "":
		return d.fail(at+"/kms", "the field kms is not supported: export the public key and write it as data")
	case o.HashAlgorithm != "" && o.HashAlgorithm != "sha256":
		return d.fail(at+"/hashAlgorithm", "the hash algorithm %q is not supported", o.HashAlgorithm)
	case o.Data == "":
		return d.fail(at, "the key has no data")
	}
	a.Key = o.Data
	return nil
}

func (d document) keyless(at string, o keylessObject, a *Authority) error {
	switch {
	case o.CACert != nil:
		return d.fail(at+"/ca-cert", "the field ca-cert is not supported: write it as a TrustRoot")
	case o.URL != "" && strings.TrimSuffix(o.URL, "/") != "https://fulcio.sigstore.dev" && o.TrustRootRef == "":
		return d.fail(at+"/url", "the instance %s needs a trustRootRef", o.URL)
	case len(o.Identities) == 0:
		return d.fail(at, "keyless without identities accepts everybody")
	}
	a.IgnoreSCT = o.InsecureIgnoreSCT
	for i, id := range o.Identities {
		if id.Issuer == "" && id.IssuerRegExp == "" || id.Subject == "" && id.SubjectRegExp == "" {
			return d.fail(fmt.Sprintf("%s/identities/%d", at, i), "an identity without issuer or subject accepts everybody")
		}
		a.Identities = append(a.Identities, Identity{id.Issuer, id.IssuerRegExp, id.Subject, id.SubjectRegExp})
	}
	return nil
}

// predicate translates policy-controller's short names.
func predicate(name string) (string, bool) {
	switch name {
	case "spdx", "spdxjson":
		return "spdx", true
	case "cyclonedx", "vuln", "openvex":
		return name, true
	case "slsaprovenance", "slsaprovenance02":
		return "https://slsa.dev/provenance/v0.2", true
	case "slsaprovenance1":
		return "https://slsa.dev/provenance/v1", true
	case "link":
		return "https://in-toto.io/Link/v1", true
	case "custom":
		return "https://cosign.sigstore.dev/attestation/v1", true
	}
	return name, strings.Contains(name, "://")
}
