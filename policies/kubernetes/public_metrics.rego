# METADATA
# title: Metrics are open to everybody
# description: >-
#   Metrics reveal names of hosts, versions and load. Only the scraper inside the cluster needs
#   them.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-7.05]
#   profiles: [strict]
#   remediation: >-
#     Remove the path from the Ingress; Prometheus reaches the pods through a ServiceMonitor.
#   bad: |
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
#               - {path: /metrics, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
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
package policies.kubernetes.public_metrics

subjects contains input.facts.name if {
	input.facts.kind == "Ingress"
}

results contains result if {
	count(subjects) > 0
	some i, entry in input.object.spec.rules
	some j, route in entry.http.paths
	regex.match(`^/metrics(/|$)`, route.path)
	not protected
	result := {
		"message": sprintf("Ingress %s serves %s to everybody", [input.facts.name, route.path]),
		"path": ["spec", "rules", i, "http", "paths", j, "path"],
	}
}

protected if {
	some key, _ in input.object.metadata.annotations
	regex.match(`auth-(type|url|tls-secret)$|whitelist-source-range$|allowlist-source-range$`, key)
}
