# METADATA
# title: Backend listens without TLS
# description: >-
#   Results and SBOMs must not cross a network in clear text. An ASP.NET Core service listens on
#   plain HTTP unless it is told otherwise.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.15, SHG-1.01]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-319]
#   remediation: >-
#     Set ASPNETCORE_URLS to https addresses only, such as https://+:8080, and do not set
#     ASPNETCORE_HTTP_PORTS.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment:
#           ASPNETCORE_URLS: http://+:8080
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         environment:
#           ASPNETCORE_URLS: https://+:8080
package policies.compose.https_only

subjects contains name if {
	some name, service in input.facts.services
	service.aspnet
}

results contains result if {
	some name in subjects
	some key, value in input.services[name].environment
	plain(upper(key), value)
	result := {
		"message": sprintf("service %s listens on plain HTTP (%s)", [name, key]),
		"path": ["services", name, "environment", key],
	}
}

results contains result if {
	some name in subjects
	not chosen(input.services[name].environment)
	result := {
		"message": sprintf("service %s does not say where it listens, which means plain HTTP", [name]),
		"path": ["services", name, "environment"],
	}
}

plain("ASPNETCORE_URLS", value) if contains(lower(sprintf("%v", [value])), "http://")

plain("ASPNETCORE_HTTP_PORTS", value) if not value in {null, ""}

chosen(environment) if {
	some key, _ in environment
	upper(key) in {"ASPNETCORE_URLS", "ASPNETCORE_HTTPS_PORTS", "ASPNETCORE_HTTP_PORTS"}
}

chosen(environment) if {
	some key, _ in environment
	startswith(upper(key), "KESTREL__ENDPOINTS")
}
