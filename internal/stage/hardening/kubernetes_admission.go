package hardening

import (
	"slices"
	"strings"
)

// admission are the facts about an object that has the cluster verify signatures.
type admission struct {
	// By is what verifies: kyverno, sigstore or connaisseur.
	By   string     `json:"by"`
	Weak []weakness `json:"weak"`
}

// weakness is a setting with which an unsigned image is admitted.
type weakness struct {
	// What is audit, ignore, optional, pass, off or no-match.
	What string `json:"what"`
	Path []any  `json:"path"`
}

func (a *admission) weak(when bool, what string, path ...any) {
	if when {
		a.Weak = append(a.Weak, weakness{what, path})
	}
}

// newAdmission is nil for an object that verifies nothing.
func newAdmission(r *resource) *admission {
	switch {
	case r.group == "kyverno.io" && (r.kind == "ClusterPolicy" || r.kind == "Policy"):
		return kyvernoPolicy(r)
	case r.group == "policies.kyverno.io" && strings.HasSuffix(r.kind, "ImageValidatingPolicy"):
		return imagePolicy(r)
	case r.group == "policy.sigstore.dev" && r.kind == "ClusterImagePolicy":
		return clusterImagePolicy(r)
	case r.group == "" && r.kind == "ConfigMap" && r.name == "config-policy-controller":
		a := &admission{By: "sigstore", Weak: []weakness{}}
		value := text(object(r.obj["data"])["no-match-policy"])
		a.weak(value == "allow" || value == "warn", "no-match", "data", "no-match-policy")
		return a
	case r.group == "admissionregistration.k8s.io" && strings.HasSuffix(r.kind, "WebhookConfiguration"):
		return signatureWebhook(r)
	}
	return nil
}

// kyvernoPolicy reads a policy with verifyImages rules. Its action is Audit unless it
// says otherwise, for the policy or for one rule.
func kyvernoPolicy(r *resource) *admission {
	a := &admission{By: "kyverno", Weak: []weakness{}}
	spec := r.spec()
	verifies, general := false, false
	for i, rule := range list(spec["rules"]) {
		for j, v := range list(object(rule)["verifyImages"]) {
			at := []any{"spec", "rules", i, "verifyImages", j}
			own := text(object(v)["failureAction"])
			verifies, general = true, general || own == ""
			a.weak(own != "" && !strings.EqualFold(own, "Enforce"), "audit", under(at, "failureAction")...)
			a.weak(object(v)["required"] == false, "optional", under(at, "required")...)
		}
	}
	if !verifies {
		return nil
	}
	audit := !strings.EqualFold(text(spec["validationFailureAction"]), "Enforce")
	a.weak(general && audit, "audit", "spec", "validationFailureAction")
	hook := object(spec["webhookConfiguration"])
	a.weak(text(spec["failurePolicy"]) == "Ignore", "ignore", "spec", "failurePolicy")
	a.weak(text(hook["failurePolicy"]) == "Ignore", "ignore", "spec", "webhookConfiguration", "failurePolicy")
	a.weak(spec["admission"] == false, "off", "spec", "admission")
	return a
}

// imagePolicy reads Kyverno's ImageValidatingPolicy, which denies unless told otherwise.
func imagePolicy(r *resource) *admission {
	a := &admission{By: "kyverno", Weak: []weakness{}}
	actions := list(r.spec()["validationActions"])
	a.weak(len(actions) > 0 && !slices.Contains(actions, any("Deny")), "audit", "spec", "validationActions")
	a.weak(text(r.spec()["failurePolicy"]) == "Ignore", "ignore", "spec", "failurePolicy")
	at := []any{"spec", "evaluation", "admission", "enabled"}
	a.weak(lookup(r.obj, at) == false, "off", at...)
	return a
}

// clusterImagePolicy reads a policy of sigstore's policy-controller.
func clusterImagePolicy(r *resource) *admission {
	a := &admission{By: "sigstore", Weak: []weakness{}}
	a.weak(text(r.spec()["mode"]) == "warn", "audit", "spec", "mode")
	for i := range list(r.spec()["authorities"]) {
		at := []any{"spec", "authorities", i, "static", "action"}
		a.weak(text(lookup(r.obj, at)) == "pass", "pass", at...)
	}
	return a
}

// verifiers are what names of webhooks that verify signatures contain.
var verifiers = []struct{ word, by string }{
	{"connaisseur", "connaisseur"}, {"cosigned", "sigstore"}, {"policy-controller", "sigstore"}, {"policy.sigstore.dev", "sigstore"},
}

func signatureWebhook(r *resource) *admission {
	for _, v := range verifiers {
		if !strings.Contains(r.name, v.word) {
			continue
		}
		a := &admission{By: v.by, Weak: []weakness{}}
		for i, v := range list(r.obj["webhooks"]) {
			a.weak(text(object(v)["failurePolicy"]) == "Ignore", "ignore", "webhooks", i, "failurePolicy")
		}
		return a
	}
	return nil
}
