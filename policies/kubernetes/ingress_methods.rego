# METADATA
# title: Ingress allows a method that only attackers use
# description: >-
#   TRACE sends the request back, cookies and tokens included; CONNECT makes the server a proxy.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-4.08]
#   profiles: [guide, strict]
#   remediation: >-
#     Allow the methods that the application answers: GET, POST, PATCH, and HEAD or OPTIONS where
#     clients need them.
#   bad: |
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: web
#       annotations:
#         nginx.ingress.kubernetes.io/cors-allow-methods: GET, POST, TRACE
#     spec:
#       ingressClassName: nginx
#       tls:
#         - {hosts: [web.example.org], secretName: web}
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
#       annotations:
#         nginx.ingress.kubernetes.io/cors-allow-methods: GET, POST, PATCH
#     spec:
#       ingressClassName: nginx
#       tls:
#         - {hosts: [web.example.org], secretName: web}
#       rules:
#         - host: web.example.org
#           http:
#             paths:
#               - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
package policies.kubernetes.ingress_methods

subjects contains input.facts.name if {
	input.facts.kind == "Ingress"
}

# Without a word the controller decides.
unknown contains {"subject": input.facts.name, "reason": "it does not say which methods it lets through", "path": ["metadata", "name"]} if {
	count(subjects) > 0
	count([key | some key, _ in input.object.metadata.annotations; regex.match(`methods|snippet`, key)]) == 0
}

results contains result if {
	count(subjects) > 0
	some key, value in input.object.metadata.annotations
	regex.match(`methods|snippet`, key)
	some method in regex.find_n(`\b(TRACE|TRACK|CONNECT)\b`, value, -1)
	not regex.match(sprintf(`(?s)deny|return\s+405|!~.*%s`, [method]), value)
	result := {
		"message": sprintf("Ingress %s allows the method %s", [input.facts.name, method]),
		"path": ["metadata", "annotations", key],
		"identity": [key, method],
	}
}
