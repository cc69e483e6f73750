# METADATA
# title: No alert warns of a full store
# description: >-
#   A store that reaches its memory limit drops keys or refuses writes. The share of the limit is
#   only defined when a limit is set: without one the division yields infinity, so the alert must
#   ask for a limit above zero as well.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/prometheus/latest/querying/operators/
# custom:
#   severity: medium
#   controls: [SHG-7.11]
#   profiles: [guide, strict]
#   remediation: >-
#     Add an alert such as redis_memory_used_bytes / redis_memory_max_bytes > 0.75 and
#     redis_memory_max_bytes > 0, and set maxmemory on the store.
#   bad: |
#     -- rules/store.yml --
#     groups:
#       - name: store
#         rules:
#           - alert: StoreFull
#             expr: redis_memory_used_bytes / redis_memory_max_bytes * 100 > 75
#   good: |
#     -- rules/store.yml --
#     groups:
#       - name: store
#         rules:
#           - alert: StoreFull
#             expr: |
#               redis_memory_used_bytes / redis_memory_max_bytes * 100 > 75
#               and redis_memory_max_bytes > 0
package policies.config.alert_store_memory

import data.policies.lib.alerts

limit := 0.75

store := `valkey|redis|keydb`

# found are the alerts on a share of the store's memory.
found := {f |
	some f in alerts.measuring(`memory|rss`)
	f.comparison.op in {">", ">="}
	count(f.comparison.divisors) > 0
	of_store(f.comparison)
}

of_store(comparison) if {
	some metric in comparison.metrics
	regex.match(store, lower(metric))
}

of_store(comparison) if {
	some label in comparison.labels
	label.op in {"=", "=~"}
	regex.match(store, lower(label.value))
}

# defined is true unless the share may be infinite: the store's own limit is zero by default.
defined(comparison) if comparison.guarded

defined(comparison) if {
	every metric in comparison.divisors {
		not regex.match(`(max_|maxmemory|limit)`, metric)
	}
}

fits(comparison) if {
	comparison.threshold <= limit
	defined(comparison)
}

in_time if {
	some f in found
	fits(f.comparison)
}

subjects contains subject if some subject in alerts.subjects(found)

unknown contains doubt if {
	count(subjects) > 0
	some doubt in alerts.doubts(found)
}

results contains {"message": message, "path": input.facts.anchor} if {
	alerts.whole
	count(found) == 0
	message := "no alert compares the store's used memory with 75 % of its limit or less"
}

results contains result if {
	not in_time
	some f in found
	result := {"message": fault(f), "path": f.comparison.path, "subject": f.alert.name, "identity": ["late"], "degree": f.comparison.threshold}
}

fault(f) := sprintf(
	"alert %s fires at %v %% of the store's memory; 75 %% or less are wanted",
	[f.alert.name, f.comparison.threshold * 100],
) if {
	f.comparison.threshold > limit
} else := sprintf(
	"alert %s divides by a limit that is 0 unless one is set; add: and %s > 0",
	[f.alert.name, f.comparison.divisors[0]],
)
