# METADATA
# title: Log shipper collects no logs
# description: >-
#   A shipper that reads only figures of its own host, or nothing, leaves the logs where an
#   intruder can delete them.
# scope: package
# related_resources:
#   - https://docs.fluentbit.io/manual/pipeline/inputs
# custom:
#   severity: low
#   controls: [SHG-7.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Add an input that takes logs: forward for Docker's fluentd driver, or tail on the log files.
#   bad: |
#     -- fluent-bit.conf --
#     [INPUT]
#         Name cpu
#     [OUTPUT]
#         Name loki
#         Host loki
#   good: |
#     -- fluent-bit.conf --
#     [INPUT]
#         Name   forward
#         Listen 0.0.0.0
#     [OUTPUT]
#         Name loki
#         Host loki
package policies.config.log_input

import data.policies.lib.deployed

# figures are inputs that bring metrics or tests, never logs.
figures := {
	"cpu", "mem", "disk", "netif", "thermal", "proc", "health", "random", "dummy", "fluentbit_metrics",
	"node_exporter_metrics", "process_exporter_metrics", "prometheus_scrape", "nginx_metrics", "",
}

subjects contains "shipper" if {
	count(input.facts.shipper.outputs) > 0
	conclusive
}

# conclusive: a single file among several named ones may lack the inputs.
conclusive if input.complete

conclusive if count(collecting) > 0

collecting contains name if {
	some name in [i.name | some i in input.facts.shipper.inputs]
	not name in figures
}

unknown contains deployed.unread("shipper", input.facts.shipper.anchor) if "shipper" in subjects

results contains {"message": message, "path": input.facts.anchor} if {
	"shipper" in subjects
	count(collecting) == 0
	message := "no input of Fluent Bit takes logs"
}
