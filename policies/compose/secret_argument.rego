# METADATA
# title: Secret is passed on a command line
# description: >-
#   Arguments are shown by ps, docker inspect and docker compose config to everybody who may run
#   them.
# scope: package
# custom:
#   severity: medium
#   severities: {strict: high}
#   controls: [SHG-3.31]
#   profiles: [guide, strict]
#   tags: [CWE-214]
#   remediation: >-
#     Read the secret from a file: --aclfile for Valkey, VALKEYCLI_AUTH or REDISCLI_AUTH for the
#     client, *_FILE variables elsewhere.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "${VALKEY_PASS:?}"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--aclfile", "/run/secrets/users.acl"]
package policies.compose.secret_argument

subjects contains name if {
	some name, service in input.facts.services
	count(service.words) > 0
}

results contains result if {
	some name, service in input.facts.services
	some i, word in service.words
	path := leak(service.words, i, word)
	result := {
		"message": sprintf("service %s passes a secret as %s argument (%s)", [name, word.from, flag(word)]),
		"path": path,
		"identity": [word.from, flag(word)],
	}
}

flags := {
	"--auth", "--masterauth", "--pass", "--passphrase", "--password", "--requirepass", "--secret", "--token",
	"masterauth", "requirepass",
}

# The flag and its value are two words.
leak(words, i, word) := words[i + 1].path if {
	secret_flag(words, i, word)
	not words[i + 1].text in {"", `""`}
	not startswith(words[i + 1].text, "/")
}

# The flag and its value are one word.
leak(_, _, word) := word.path if {
	regex.match(`(?i)^--?[a-z0-9_.-]*(password|passwd|secret|token|pass|api-?key)=[^/].*`, word.text)
}

secret_flag(_, _, word) if lower(word.text) in flags

secret_flag(words, i, word) if {
	word.text == "-a"
	some j, earlier in words
	j < i
	earlier.from == word.from
	regex.match(`(^|/)(valkey|redis|keydb)-cli$`, earlier.text)
}

flag(word) := split(word.text, "=")[0]
