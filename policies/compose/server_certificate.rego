# METADATA
# title: Backend serves HTTPS without a certificate
# description: >-
#   Kestrel refuses to start an https address for which it has no certificate, or takes a
#   development certificate that nobody trusts.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.18]
#   profiles: [guide, strict]
#   remediation: >-
#     Mount the certificate as a secret and name it, such as with
#     Kestrel__Certificates__Default__Path=/run/secrets/tls.pfx.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment: {ASPNETCORE_URLS: "https://+:8080"}
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment:
#           ASPNETCORE_URLS: https://+:8080
#           Kestrel__Certificates__Default__Path: /run/secrets/tls
#         secrets: [tls]
#     secrets:
#       tls: {environment: TLS_FILE}
package policies.compose.server_certificate

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.services
	contains(lower(service.environment.ASPNETCORE_URLS), "https://")
}

# A path in the environment alone does not put a file there.
unknown contains {"subject": name, "reason": sprintf("nothing mounts %s", [value]), "path": ["services", name, "environment", key]} if {
	some name in subjects
	some key, value in input.services[name].environment
	regex.match(`(?i)certificate.*path|cert_path`, sprintf("%v", [key]))
	is_string(value)
	startswith(value, "/")
	not compose.given_file(name, value)
}

results contains result if {
	some name in subjects
	not input.facts.services[name].certificate
	result := {
		"message": sprintf("service %s listens on https and is given no certificate", [name]),
		"path": ["services", name, "environment", "ASPNETCORE_URLS"],
	}
}
