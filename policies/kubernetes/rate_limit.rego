# METADATA
# title: Ingress limits no rate of requests
# description: >-
#   Without a limit one client can keep all workers busy. The guide starts at 40 requests a
#   second.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-4.09]
#   profiles: [guide, strict]
#   params: {per_second: 40}
#   remediation: >-
#     Add nginx.ingress.kubernetes.io/limit-rps: "40" or less, or the rate limit of your ingress
#     controller.
#   bad: |
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: web
#       annotations:
#         nginx.ingress.kubernetes.io/limit-rps: "400"
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
#         nginx.ingress.kubernetes.io/limit-rps: "40"
#     spec:
#       ingressClassName: nginx
#       tls:
#         - {hosts: [web.example.org], secretName: web}
#       rules:
#         - host: web.example.org
#           http:
#             paths:
#               - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
package policies.kubernetes.rate_limit

most := data.params["kubernetes/rate-limit"].per_second

notes := object.get(input.object.metadata, "annotations", {})

# Only the controller whose annotations are known can be judged.
subjects contains input.facts.name if {
	input.facts.kind == "Ingress"
	nginx
}

unknown contains {"subject": input.facts.name, "reason": "its controller's limits are not known", "path": ["metadata", "name"]} if {
	input.facts.kind == "Ingress"
	not nginx
}

nginx if contains(object.get(input.object.spec, "ingressClassName", ""), "nginx")

nginx if contains(object.get(notes, "kubernetes.io/ingress.class", ""), "nginx")

nginx if {
	some key, _ in notes
	startswith(key, "nginx.ingress.kubernetes.io/")
}

limits := {"nginx.ingress.kubernetes.io/limit-rps": 1, "nginx.ingress.kubernetes.io/limit-rpm": 60}

results contains result if {
	count(subjects) > 0
	count([key | some key, _ in limits; notes[key]]) == 0
	result := {
		"message": sprintf("Ingress %s has no limit on requests", [input.facts.name]),
		"path": ["metadata", "annotations", "nginx.ingress.kubernetes.io/limit-rps"],
	}
}

results contains result if {
	count(subjects) > 0
	some key, seconds in limits
	regex.match(`^\d{1,9}$`, sprintf("%v", [notes[key]]))
	to_number(notes[key]) / seconds > most
	result := {
		"message": sprintf("Ingress %s lets %v requests a second in, more than %v", [input.facts.name, to_number(notes[key]) / seconds, most]),
		"path": ["metadata", "annotations", key],
		"degree": to_number(notes[key]) / seconds,
		"identity": [key],
	}
}
