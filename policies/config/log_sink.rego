# METADATA
# title: Logs end at the shipper
# description: >-
#   Logs that are printed, thrown away or written beside the shipper cannot be searched when an
#   incident is examined, and are lost with the host.
# scope: package
# related_resources:
#   - https://docs.fluentbit.io/manual/pipeline/outputs
# custom:
#   severity: low
#   controls: [SHG-7.03]
#   profiles: [guide, strict]
#   remediation: Add an output of kind es, opensearch or loki.
#   bad: |
#     -- fluent-bit.conf --
#     [INPUT]
#         Name forward
#     [OUTPUT]
#         Name  stdout
#         Match *
#   good: |
#     -- fluent-bit.yaml --
#     pipeline:
#       inputs:
#         - name: forward
#       outputs:
#         - name: loki
#           match: "*"
#           host: loki
package policies.config.log_sink

import data.policies.lib.deployed

# searchable are the sinks that the guide names; local ones keep nothing.
searchable := {"es", "opensearch", "loki"}

local := {"stdout", "null", "file", "exit", "counter", "flowcounter", "plot", ""}

names := {output.name | some output in input.facts.shipper.outputs}

# An output of another kind may lead to a searchable sink: nothing can be said then.
subjects contains "shipper" if count(names & searchable) > 0

subjects contains "shipper" if {
	input.complete
	count(names) > 0
	count(names - local) == 0
}

unknown contains deployed.unread("shipper", input.facts.shipper.anchor) if "shipper" in subjects

unknown contains {"subject": "shipper", "reason": "no output to a searchable store takes every record", "path": input.facts.shipper.anchor} if {
	"shipper" in subjects
	count([1 |
		some output in input.facts.shipper.outputs
		output.name in searchable
		object.get(input, array.concat(array.slice(output.path, 0, count(output.path) - 1), ["match"]), "") == "*"
	]) == 0
}

results contains result if {
	"shipper" in subjects
	count(names & searchable) == 0
	some output in input.facts.shipper.outputs
	result := {
		"message": sprintf("logs go to %s and to no es, opensearch or loki output", [concat(", ", names)]),
		"path": output.path,
		"identity": [output.name],
	}
}
