# METADATA
# title: Prometheus scrapes nothing but itself
# description: >-
#   The backend offers its state at /metrics. Nobody sees it, and no alert can fire on it, unless
#   a Prometheus server reads it.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
# custom:
#   severity: medium
#   controls: [SHG-7.04]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a job to scrape_configs with the backend as its target, or a discovery that finds it.
#   bad: |
#     -- prometheus.yml --
#     scrape_configs:
#       - job_name: prometheus
#         static_configs:
#           - targets: ["localhost:9090"]
#   good: |
#     -- prometheus.yml --
#     scrape_configs:
#       - job_name: prometheus
#         static_configs:
#           - targets: ["localhost:9090"]
#       - job_name: backend
#         scheme: https
#         static_configs:
#           - targets: ["backend:8080"]
package policies.config.metrics_scraped

import data.policies.lib.deployed

itself := {"localhost", "127.0.0.1", "::1", "0.0.0.0", "prometheus", ""}

subjects contains i if some i, _ in input.facts.metrics.servers

subjects contains "monitors" if input.facts.metrics.monitors > 0

unknown contains deployed.unread(i, server.path) if some i, server in input.facts.metrics.servers

unknown contains {"subject": i, "reason": "none of its targets is a service of the repository", "path": server.path} if {
	some i, server in input.facts.metrics.servers
	count([1 |
		some job in server.jobs
		some host in job.hosts
		host in object.get(input.facts, "names", [])
	]) == 0
}

unknown contains {"subject": "monitors", "reason": "whether a Prometheus of the cluster selects them is not seen", "path": ["documents"]} if {
	input.facts.metrics.monitors > 0
}

scrapes(server) if {
	some job in server.jobs
	job.discovers
}

scrapes(server) if {
	some job in server.jobs
	some host in job.hosts
	not host in itself
}

results contains {"message": message, "path": server.path} if {
	some server in input.facts.metrics.servers
	not scrapes(server)
	input.facts.metrics.monitors == 0
	message := "no scrape job reads metrics of anything but Prometheus itself"
}
