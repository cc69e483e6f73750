# METADATA
# title: Client secret file is not a mounted secret
# description: >-
#   The settings name a file for the client secret. Only a secret of the engine or the cluster
#   keeps it off the disk and out of the image; at any other path the value is either missing or
#   a plain file.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-7.23]
#   profiles: [guide, strict]
#   tags: [CWE-522]
#   remediation: >-
#     Give the service a secret whose target is the path in clientSecretFile, or correct the
#     path.
#   bad: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__CLIENTSECRETFILE: /run/secrets/concelier_client
#   good: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__CLIENTSECRETFILE: /run/secrets/concelier_client
#         secrets: [concelier_client]
#     secrets:
#       concelier_client:
#         external: true
package policies.config.authority_secret_file

subjects contains file.path if some file in judged

# Of single files only what stands in the service itself can be judged.
judged contains file if {
	some file in input.facts.derived.secret_paths
	input.complete
}

judged contains file if {
	some file in input.facts.derived.secret_paths
	file.path[0] == "documents"
	not input.complete
}

results contains result if {
	some file in judged
	file.state != "secret"
	result := {
		"message": sprintf("client secret is read from %s, %s", [file.file, explain[file.state]]),
		"path": file.path,
		"subject": file.service,
	}
}

explain := {
	"mount": "which is an ordinary mount and not a secret",
	"none": "where no secret is mounted",
}
