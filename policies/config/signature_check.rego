# METADATA
# title: Signature is checked in a way that proves nothing
# description: >-
#   A key from the network, a tag that moves, a flag that leaves a check out or an exit code that
#   nobody reads each make the verification worthless.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-6.04, SHG-6.03]
#   profiles: [guide, strict]
#   tags: [CWE-347]
#   remediation: >-
#     Verify a digest with a committed key or a certificate identity and issuer, without insecure
#     flags, and let the step fail.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- deploy.sh --
#     cosign verify --key https://example.org/cosign.pub registry.example.org/web:1.0 || true
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- deploy.sh --
#     cosign verify --key keys/cosign.pub registry.example.org/web@sha256:0000000000000000000000000000000000000000000000000000000000000000
package policies.config.signature_check

import data.policies.lib.workflows

checks contains command if {
	some command in workflows.commands
	command.words[0] == "cosign"
	command.words[1] in {"verify", "verify-attestation"}
}

subjects contains command.path if some command in checks

results contains result if {
	some command in checks
	some problem in problems(command)
	result := {
		"message": sprintf("cosign %s %s", [command.words[1], problem]),
		"path": command.path,
		"identity": [problem],
	}
}

problems(command) := ((({sprintf("leaves a check out (%s)", [word]) |
	some word in command.words
	regex.match(`^--(insecure-ignore-(tlog|sct)|allow-insecure-registry|allow-http-registry)(=true)?$`, word)
} | {"takes its key from the network" |
	some i, word in command.words
	key(command.words, i, word)
}) | {"has an exit code that nobody reads" |
	command.ignored != ""
}) | {"names no digest" |
	count([1 | some word in command.words; regex.match(`@sha256:|\$`, word)]) == 0
}) | {"accepts a certificate of anybody" |
	some i, word in command.words
	anybody(command.words, i, word)
}

anybody(_, _, word) if regex.match(`^--certificate-(identity|oidc-issuer)-regexp=["']?\^?(\.[*+])?\$?["']?$`, word)

anybody(words, i, word) if {
	regex.match(`^--certificate-(identity|oidc-issuer)-regexp$`, word)
	regex.match(`^["']?\^?(\.[*+])?\$?["']?$`, words[i + 1])
}

key(_, _, word) if regex.match(`^--key=https?://`, word)

key(words, i, word) if {
	word == "--key"
	regex.match(`^https?://`, words[i + 1])
}
