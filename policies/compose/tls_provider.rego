# METADATA
# title: TLS provider is not chosen
# description: >-
#   The backend falls back to a regional default when nobody says which TLS library it should use.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-3.17, SHG-4.04]
#   profiles: [guide-literal, guide, strict]
#   params:
#     allowed: []
#   remediation: >-
#     Set TLSPROVIDER to the provider that your site wants, for example OpenSslGost.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment:
#           ASPNETCORE_URLS: https://+:8080
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment:
#           ASPNETCORE_URLS: https://+:8080
#           TLSPROVIDER: OpenSslGost
package policies.compose.tls_provider

# allowed are the providers that the site accepts; none named accepts any.
allowed := data.params["compose/tls-provider"].allowed

provider(name) := object.get(input.services[name].environment, "TLSPROVIDER", "")

subjects contains name if {
	some name, service in input.facts.services
	service.role == "backend"
	service.aspnet
}

results contains result if {
	some name in subjects
	lower(sprintf("%v", [provider(name)])) in {"", "<nil>", "none", "null"}
	result := {
		"message": sprintf("service %s does not say which TLS provider it uses", [name]),
		"path": ["services", name, "environment", "TLSPROVIDER"],
	}
}

results contains result if {
	some name in subjects
	count(allowed) > 0
	not provider(name) in {"", null}
	not provider(name) in allowed
	result := {
		"message": sprintf("service %s uses TLS provider %s, which is none of %s", [name, provider(name), concat(", ", allowed)]),
		"path": ["services", name, "environment", "TLSPROVIDER"],
	}
}
