# METADATA
# title: Workers and rate limit do not match
# description: >-
#   The pool of scanner workers and the limit of the ingress belong together. More workers than
#   requests let in each second never have enough to do, and a burst inside the limit is what
#   they must be sized for.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-4.10]
#   profiles: [guide, strict]
#   remediation: >-
#     Lower ScannerPool.Workers to what the rate limit feeds, or raise the limit of the ingress
#     to match.
#   bad: |
#     -- appsettings.json --
#     {"ScannerPool": {"Workers": 200}}
#     -- ingress.yaml --
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: backend
#       annotations:
#         nginx.ingress.kubernetes.io/limit-rps: "40"
#   good: |
#     -- appsettings.json --
#     {"ScannerPool": {"Workers": 16}}
#     -- ingress.yaml --
#     apiVersion: networking.k8s.io/v1
#     kind: Ingress
#     metadata:
#       name: backend
#       annotations:
#         nginx.ingress.kubernetes.io/limit-rps: "40"
package policies.config.worker_limit

import data.policies.lib.settings

pools contains setting if {
	some setting in settings.live
	setting.name == "scannerpool.workers"
	regex.match(`^\d{1,6}$`, sprintf("%v", [setting.value]))
}

# Only both together can be judged.
subjects contains setting.path if {
	some setting in pools
	count(input.facts.derived.limits) > 0
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in pools
	some limit in input.facts.derived.limits
	workers := to_number(setting.value)
	workers > limit.per_second
	result := {
		"message": sprintf("%v workers wait for at most %v requests a second", [workers, limit.per_second]),
		"path": setting.path,
		"identity": [setting.name],
		"degree": workers / limit.per_second,
		"subject": setting.service,
		"related": [limit.path],
	}
}
