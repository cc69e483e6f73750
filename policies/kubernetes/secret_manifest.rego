# METADATA
# title: Manifest in the repository holds a secret
# description: >-
#   Base64 is no encryption: what stands in a Secret or a ConfigMap of the repository is known to
#   everybody who can read it, also after it was removed.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.17]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-798]
#   remediation: >-
#     Keep the value outside the repository (external secret, sealed secret, SOPS) and change it.
#   bad: |
#     apiVersion: v1
#     kind: Secret
#     metadata:
#       name: valkey
#     stringData:
#       password: hunter2
#   good: |
#     apiVersion: external-secrets.io/v1
#     kind: ExternalSecret
#     metadata:
#       name: valkey
#     spec:
#       target: {name: valkey}
package policies.kubernetes.secret_manifest

subjects contains input.facts.name if input.facts.kind in {"Secret", "ConfigMap"}

# A value without a telling name may be a secret, in a Secret it is meant to be.
unknown contains {"subject": input.facts.name, "reason": sprintf("what %s holds is not known", [key]), "path": [part, key]} if {
	input.facts.kind == "Secret"
	some part in ["data", "stringData"]
	some key, value in input.object[part]
	not value in {"", null}
	not startswith(sprintf("%v", [value]), "ENC[")
	not [part, key] in {held.path | some held in input.facts.values}
}

unknown contains {"subject": input.facts.name, "reason": sprintf("%s holds a line that may be a secret", [key]), "path": ["data", key]} if {
	input.facts.kind == "ConfigMap"
	some key, value in input.object.data
	is_string(value)
	regex.match(`(?i)(passw(or)?d|pwd|secret|token|api_?key)["']?\s*[=:]\s*["']?[^\s"'$<{]{4,}|://[^\s:/@]*:[^\s/@$<{]+@`, value)
}

results contains result if {
	some value in input.facts.values
	result := {
		"message": sprintf("%s %s holds the secret %s in plain text", [input.facts.kind, input.facts.name, value.key]),
		"path": value.path,
		"identity": [value.key],
	}
}
