# METADATA
# title: Secret is baked into the image
# description: >-
#   ENV, ARG and LABEL values and copied files stay in the image's layers and history, for everybody
#   who can pull it, even when a later instruction deletes them.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-5.13]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-798]
#   remediation: >-
#     Give the build a secret mount (RUN --mount=type=secret,id=...), and inject what the program
#     needs when it runs. Change the secret that was published.
#   bad: |
#     FROM registry.example.org/base:1.0
#     ENV API_KEY=3f9a1c77e0
#     USER 10001
#   good: |
#     FROM registry.example.org/base:1.0
#     RUN --mount=type=secret,id=api_key /build
#     USER 10001
package policies.dockerfile.secret

subjects contains i if some i, _ in input.facts.stages

# What a command writes into the image is not followed; these words suggest a secret.
unknown contains {"subject": i, "reason": "a command handles a secret or fetches something unchecked", "path": ["stages", i, "instructions", j]} if {
	some i, stage in input.stages
	some j, instruction in stage.instructions
	upper(instruction.name) in {"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN"}
	regex.match(telling, instruction.original)
}

telling := concat("|", [
	`(?i)\bchpasswd\b`, `\bpasswd\s+--stdin`, `\bhtpasswd\b`, `(user(add|mod))\s.*-p\b`,
	`(passw(or)?d|passwd|secret|token|api_?key|access_?key|private_?key)[a-z_]*\s*[=:]\s*[^\s$]`,
	`://[^\s:/@]*:[^\s/@]+@`, `\bid_(rsa|dsa|ecdsa|ed25519)\b`, `\.(netrc|npmrc|pypirc|git-credentials)\b`,
	`(curl|wget)\b.*\|\s*(sudo\s+)?(ba|da|a|z)?sh\b`, `\bcurl\b.*\s(-[a-z]*k[a-z]*|--insecure)\b`,
	`--(no-check-certificate|allow-unauthenticated|allow-untrusted|nogpgcheck|nosignature|trusted-host|force-yes)\b`,
	`strict-ssl\s+false`,
])

# A whole folder brings what lies in it, unless .dockerignore keeps it away.
unknown contains {"subject": i, "reason": "it copies the whole build context", "path": ["stages", i, "instructions", j]} if {
	some i, stage in input.stages
	some j, instruction in stage.instructions
	upper(instruction.name) in {"ADD", "COPY"}
	count([flag | some flag in instruction.flags; startswith(flag, "--from=")]) == 0
	instruction.args[0] in {"*", ".", "./", "/"}
}

results contains result if {
	some stage in input.facts.stages
	some secret in stage.secrets
	result := {
		"message": sprintf("%s puts the secret %s into the image", [secret.from, secret.key]),
		"path": secret.path,
		"identity": [secret.from, secret.key],
		"degree": degree(stage),
	}
}

# What the image itself holds is worse than what a stage holds that it copies from.
degree(stage) := 2 if {
	stage.final
} else := 2 if {
	some other in input.facts.stages
	stage.name != ""
	lower(other.from) == lower(stage.name)
} else := 1
