package images

import (
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/blobs"
	"github.com/stella-ops/assure/internal/stage/images/rotation"
)

// The ids of the stage's rules.
const (
	ruleUnpinned    = "image/unpinned"
	ruleLatest      = "image/latest"
	rulePlaceholder = "image/placeholder"
	ruleVariable    = "image/unresolved-variable"
	ruleInvalid     = "image/invalid-reference"
	ruleAlgorithm   = "image/unsupported-digest"
	ruleRegistry    = "image/registry-not-allowed"
	ruleMoved       = "image/tag-moved"
	rulePlatform    = "image/single-platform"
	ruleTrust       = "image/trust-changed"
	ruleOutdated    = "image/outdated"
	ruleBase        = "image/stale-base"
	ruleKeyDiffers  = "image/key-differs"
	rulePrivateKey  = "image/private-key"

	ruleMissing   = "image/digest-missing"
	ruleNotFound  = "image/not-found"
	ruleUnsigned  = "image/unsigned"
	ruleSignature = "image/invalid-signature"
	ruleUncovered = "image/uncovered"
	ruleUnasked   = "image/unasked"

	ruleSigners       = "image/too-few-signers"
	ruleNoAttestation = "image/no-attestation"
	ruleAttestation   = "image/invalid-attestation"
	ruleProvenance    = "image/wrong-provenance"
	ruleSBOM          = "image/sbom-differs"
	ruleInventory     = "image/sbom-inaccurate"
	ruleLoose         = "image/loose-identity"
)

// Rules returns every rule that the stage knows. None points to SHG-1.07, which wants
// signed SBOMs too: signed images alone would make it look satisfied.
func Rules() []finding.Rule {
	return slices.Concat(referenceRules(), registryRules(), statementRules(), pinRules(), freshRules(), blobs.Rules(), keyRules(), rotation.Rules())
}

// referenceRules are answered by the reference alone.
func referenceRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: ruleUnpinned, Severity: finding.Medium, Controls: []string{"SHG-6.01"},
			Title:       "An image is not pinned by digest",
			Description: "A tag can be moved to other content at any time. Only a digest names the bytes that were reviewed, tested and signed.",
			Remediation: "Write the digest behind the tag: name:tag@sha256:…, and let an updater such as Dependabot or Renovate keep it fresh.",
		},
		{
			ID: ruleLatest, Severity: finding.High, Controls: []string{"SHG-6.02", "SHG-3.01"},
			Title:       "An image has no tag or the tag latest",
			Description: "What is pulled depends on the day. Two hosts with the same file run different software, and a rollback has no target.",
			Remediation: "Name a version and its digest: name:1.2.3@sha256:….",
		},
		{
			ID: rulePlaceholder, Severity: finding.High, Controls: []string{"SHG-3.02"},
			Title:       "An image reference holds a placeholder",
			Description: "A text such as <PINNED_TAG_OR_DIGEST> was copied from a template and never replaced. Some tools accept it until the deployment fails.",
			Remediation: "Replace the placeholder with the real reference.",
		},
		{
			ID: ruleVariable, Severity: finding.High, Controls: []string{"SHG-3.01", "SHG-6.01"},
			Title:       "An image reference depends on a variable without a value",
			Description: "The variable has neither a value nor a default in the repository, so nobody can tell from it which image is deployed.",
			Remediation: "Give the variable a pinned default, ${TAG:-1.2.3@sha256:…}, or a value in the repository's .env file.",
		},
		{
			ID: ruleInvalid, Severity: finding.High, Controls: []string{"SHG-3.01"},
			Title:       "An image reference is not valid",
			Description: "No registry can serve it, so the deployment fails or falls back to something else.",
			Remediation: "Write it as [host/]name[:tag][@sha256:digest], the name in lower case.",
		},
		{
			ID: ruleAlgorithm, Severity: finding.Medium,
			Title:       "An image is pinned by a digest that is not sha256",
			Description: "Registries serve and signatures name sha256 digests; by another one neither existence nor signature can be checked.",
			Remediation: "Pin the image by its sha256 digest.",
		},
		{
			ID: ruleRegistry, Severity: finding.High, Controls: []string{"SHG-6.11"},
			Title:       "An image comes from a registry that is not allowed",
			Description: "images.registries lists where images may come from. A typing mistake in a name is enough to run a stranger's image.",
			Remediation: "Use an image of an allowed registry, mirror this one into it, or add the registry to images.registries.",
		},
		{
			ID: ruleUncovered, Severity: finding.Medium, Controls: []string{"SHG-6.03"},
			Title:       "No signature rule covers an image",
			Description: "There is a signature policy, but none of its rules matches this image, so nobody asks who made it.",
			Remediation: "Add a rule under images.rules with the publisher's key, or one with allow-unsigned and a reason.",
		},
		{
			ID: ruleUnasked, Severity: finding.High, Controls: []string{"SHG-6.03"},
			Title:       "An image that must be signed comes from where nobody may ask",
			Description: "A rule demands a signature, the registry is not among those of images.registries, and the run is offline. Nothing shows who made the image.",
			Remediation: "Use an image of an allowed registry, or add the registry to images.registries if it is meant.",
		},
	}
}

// registryRules need the registry's answer.
func registryRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: ruleMoved, Severity: finding.Info,
			Title:       "A tag does not lead to the digest beside it",
			Description: "Engines ignore the tag when a digest is there, so the version that people read is not the one that runs. A release tag that moved may also mean that somebody replaced the release.",
			Remediation: "Find out why the tag moved, then pin the digest that you want and the tag that fits it.",
		},
		{
			ID: ruleMissing, Severity: finding.Critical, Controls: []string{"SHG-6.01"},
			Title:       "The registry has no image with the pinned digest",
			Description: "The content is gone or never was there. The next host that has no copy cannot start.",
			Remediation: "Pin a digest that the registry has, or push the image again.",
		},
		{
			ID: ruleNotFound, Severity: finding.High,
			Title:       "The registry does not know an image",
			Description: "Neither the tag nor the repository exists. Somebody else may claim the name.",
			Remediation: "Correct the reference or publish the image.",
		},
		{
			ID: ruleUnsigned, Severity: finding.High, Controls: []string{"SHG-6.03"},
			Title:       "An image that must be signed is not signed",
			Description: "The registry has the image and no signature of it in any format that cosign writes. Whoever can push to the registry can replace it unnoticed.",
			Remediation: "Sign the digest: cosign sign --key KEY name@sha256:….",
		},
		{
			ID: ruleSignature, Severity: finding.Critical, Controls: []string{"SHG-6.03"},
			Title:       "An image has signatures and none is valid under the policy",
			Description: "A signature exists, but it was made by another key, belongs to another image, lacks the log entry that the policy requires, or was altered.",
			Remediation: "Do not deploy the image. Find out who signed it; sign the right digest with the right key.",
		},
	}
}

// statementRules are about several signers, and about what they say.
func statementRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: ruleSigners, Severity: finding.High, Controls: []string{"SHG-6.03"},
			Title:       "An image is signed by fewer than must sign it",
			Description: "The rule asks for several signers, each with a key or identity of their own. Who signs twice counts once.",
			Remediation: "Let the others sign the same digest.",
		},
		{
			ID: ruleNoAttestation, Severity: finding.High, Controls: []string{"SHG-6.05"},
			Title:       "An image lacks a signed statement that it must have",
			Description: "The policy asks for a statement about the image, such as its bill of materials or where it was built, and the registry has none. What BuildKit writes into an index is not signed and does not count.",
			Remediation: "Attest the digest: cosign attest --type spdxjson --predicate FILE --key KEY name@sha256:….",
		},
		{
			ID: ruleAttestation, Severity: finding.High, Controls: []string{"SHG-6.05"},
			Title:       "An image has a statement that is not valid under the policy",
			Description: "A statement exists, but others signed it, it is about another image, it was altered, it says nothing, or it is too old.",
			Remediation: "Find out who made the statement; attest the right digest anew with the right key.",
		},
		{
			ID: ruleProvenance, Severity: finding.High,
			Title:       "An image was built elsewhere than the policy demands",
			Description: "Its signed provenance names another builder, source repository, reference or workflow.",
			Remediation: "Build the image by the workflow that the rule names, or correct the rule.",
		},
		{
			ID: ruleSBOM, Severity: finding.Medium, Controls: []string{"SHG-6.05"},
			Title:       "The shipped bill of materials is not the one that was attested",
			Description: "Readers of the file see other packages than those that the builder signed for.",
			Remediation: "Ship the file that was attested.",
		},
		{
			ID: ruleInventory, Severity: finding.Medium, Controls: []string{"SHG-6.05"},
			Title:       "The attested bill of materials is not what is in the image",
			Description: "The dependency scan found packages in the image that its signed bill of materials does not list, or does not find what it lists. Whoever relies on the list misses what came in after it was made, or beside the build.",
			Remediation: "Make the bill of materials of the finished image, by digest, and attest that.",
		},
		{
			ID: ruleLoose, Severity: finding.Medium, Controls: []string{"SHG-6.04"},
			Title:       "A policy accepts more identities than it shows",
			Description: "Expressions in a ClusterImagePolicy match anywhere in the text unless they are anchored, and a dot matches every character, so that names which somebody else can register pass.",
			Remediation: "Write issuer and subject exactly, or as ^…$ with every dot escaped.",
		},
	}
}
