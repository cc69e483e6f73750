# METADATA
# title: Ingress serves a host without TLS
# description: >-
#   What travels in the clear can be read and changed by everybody on the way, sessions and tokens
#   included.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-4.03, SHG-1.01]
#   profiles: [guide, strict]
#   tags: [CWE-319]
#   remediation: >-
#     List every host of the rules below spec.tls with the Secret of its certificate.
#   bad: |
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: web
#     spec:
#       ingressClassName: nginx
#       rules:
#         - host: web.example.org
#           http:
#             paths:
#               - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
#   good: |
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: web
#     spec:
#       ingressClassName: nginx
#       tls:
#         - {hosts: [web.example.org], secretName: web}
#       rules:
#         - host: web.example.org
#           http:
#             paths:
#               - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
package policies.kubernetes.ingress_tls

subjects contains input.facts.name if {
	input.facts.kind == "Ingress"
	some key in ["backend", "defaultBackend", "rules", "tls"]
	input.object.spec[key]
}

# Without a certificate of its own it has the controller's, which is mostly self-signed.
unknown contains {"subject": input.facts.name, "reason": "it names no certificate", "path": ["spec", "tls", i]} if {
	count(subjects) > 0
	some i, entry in input.object.spec.tls
	is_object(entry)
	object.get(entry, "secretName", "") in {"", null}
}

results contains {
	"message": sprintf("Ingress %s serves every host without TLS by its default backend", [input.facts.name]),
	"path": ["spec", backend],
} if {
	count(subjects) > 0
	some backend in ["defaultBackend", "backend"]
	is_object(input.object.spec[backend])
	count([1 | some _ in input.object.spec.tls]) == 0
	count([1 | some _ in input.object.spec.rules]) == 0
}

results contains result if {
	count(subjects) > 0
	some i, entry in input.object.spec.rules
	host := object.get(entry, "host", "")
	not covered(host)
	result := {
		"message": sprintf("Ingress %s serves %s without TLS", [input.facts.name, shown(host)]),
		"path": ["spec", "rules", i, "host"],
	}
}

covered(host) if {
	some entry in input.object.spec.tls
	some pattern in object.get(entry, "hosts", [host])
	matches(pattern, host)
}

matches(host, host)

matches(pattern, host) if {
	startswith(pattern, "*.")
	endswith(host, substring(pattern, 1, -1))
	count(split(host, ".")) == count(split(pattern, "."))
}

shown(host) := host if host != ""

shown(host) := "every host" if host == ""
