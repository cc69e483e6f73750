# METADATA
# title: Metrics have no dashboard
# description: >-
#   Alerts say that something is wrong; a dashboard says what. The guide keeps the default one in
#   infra/.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-7.06]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Commit a Grafana dashboard as JSON below infra/.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- monitoring/prometheus.yml --
#     scrape_configs:
#       - job_name: web
#         static_configs: [{targets: ["web:8080"]}]
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- monitoring/prometheus.yml --
#     scrape_configs:
#       - job_name: web
#         static_configs: [{targets: ["web:8080"]}]
#     -- infra/web.json --
#     {"title": "Web", "schemaVersion": 39, "uid": "web", "panels": [{}]}
package policies.config.dashboard

import data.policies.lib.deployed

subjects contains "repository" if {
	input.complete
	count(input.facts.metrics.servers) > 0
}

unknown contains {"subject": "repository", "reason": "no service of the repository is given a dashboard with panels", "path": input.facts.metrics.servers[0].path} if {
	"repository" in subjects
	count([1 |
		some name, file in input.files
		file.family == "dashboard"
		file.content.panels > 0
		deployed.read(["files", name])
	]) == 0
}

results contains result if {
	"repository" in subjects
	count([1 | some file in input.files; file.family == "dashboard"]) == 0
	result := {
		"message": "Prometheus collects metrics, and no dashboard shows them",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}
