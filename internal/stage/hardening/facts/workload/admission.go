package workload

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
		value := value.Text(value.Object(r.obj["data"])["no-match-policy"])
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
	for i, rule := range value.List(spec["rules"]) {
		for j, v := range value.List(value.Object(rule)["verifyImages"]) {
			at := []any{"spec", "rules", i, "verifyImages", j}
			own := value.Text(value.Object(v)["failureAction"])
			verifies, general = true, general || own == ""
			a.weak(own != "" && !strings.EqualFold(own, "Enforce"), "audit", value.Under(at, "failureAction")...)
			a.weak(value.Object(v)["required"] == false, "optional", value.Under(at, "required")...)
		}
	}
	if !verifies {
		return nil
	}
	audit := !strings.EqualFold(value.Text(spec["validationFailureAction"]), "Enforce")
	a.weak(general && audit, "audit", "spec", "validationFailureAction")
	hook := value.Object(spec["webhookConfiguration"])
	a.weak(value.Text(spec["failurePolicy"]) == "Ignore", "ignore", "spec", "failurePolicy")
	a.weak(value.Text(hook["failurePolicy"]) == "Ignore", "ignore", "spec", "webhookConfiguration", "failurePolicy")
	a.weak(spec["admission"] == false, "off", "spec", "admission")
	return a
}

// imagePolicy reads Kyverno's ImageValidatingPolicy, which denies by default.
func imagePolicy(r *resource) *admission {
	a := &admission{By: "kyverno", Weak: []weakness{}}
	actions := value.List(r.spec()["validationActions"])
	a.weak(len(actions) > 0 && !slices.Contains(actions, any("Deny")), "audit", "spec", "validationActions")
	a.weak(value.Text(r.spec()["failurePolicy"]) == "Ignore", "ignore", "spec", "failurePolicy")
	at := []any{"spec", "evaluation", "admission", "enabled"}
	a.weak(value.Lookup(r.obj, at) == false, "off", at...)
	return a
}

// clusterImagePolicy reads a policy of sigstore's policy-controller.
func clusterImagePolicy(r *resource) *admission {
	a := &admission{By: "sigstore", Weak: []weakness{}}
	a.weak(value.Text(r.spec()["mode"]) == "warn", "audit", "spec", "mode")
	for i := range value.List(r.spec()["authorities"]) {
		at := []any{"spec", "authorities", i, "static", "action"}
		a.weak(value.Text(value.Lookup(r.obj, at)) == "pass", "pass", at...)
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
		for i, v := range value.List(r.obj["webhooks"]) {
			a.weak(value.Text(value.Object(v)["failurePolicy"]) == "Ignore", "ignore", "webhooks", i, "failurePolicy")
		}
		return a
	}
	return nil
}
