# METADATA
# title: No alert warns of slow scans
# description: >-
#   When the slowest twentieth of the scans takes longer than five seconds, an overload or a
#   denial of service has begun. A median or an average hides it.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/practices/histograms/
# custom:
#   severity: low
#   controls: [SHG-7.10]
#   profiles: [guide, strict]
#   remediation: >-
#     Add an alert on the 95th percentile with a threshold of 5 s or less, such as
#     histogram_quantile(0.95, sum by (le) (rate(scan_duration_seconds_bucket[5m]))) > 5.
#   bad: |
#     -- rules/scans.yml --
#     groups:
#       - name: scans
#         rules:
#           - alert: ScansSlow
#             expr: histogram_quantile(0.5, sum by (le) (rate(scan_duration_seconds_bucket[5m]))) > 5
#   good: |
#     -- rules/scans.yml --
#     groups:
#       - name: scans
#         rules:
#           - record: scan:wall_seconds:p95
#             expr: histogram_quantile(0.95, sum by (le) (rate(scan_duration_milliseconds_bucket[5m])))
#           - alert: ScansSlow
#             expr: scan:wall_seconds:p95 > 5000
package policies.config.alert_wall_time

import data.policies.lib.alerts

limit := 5

found := {f |
	some f in alerts.measuring(`wall|scan|duration|latency|request.*seconds|elapsed|p9[0-9]`)
	f.comparison.op in {">", ">="}
	f.comparison.seconds
	not "time" in f.comparison.functions
	measures_spread(f.comparison)
}

measures_spread(comparison) if comparison.quantile

measures_spread(comparison) if {
	some metric in comparison.metrics
	regex.match(`p[0-9]{2}`, metric)
}

fits(comparison) if {
	comparison.seconds <= limit
	comparison.quantile >= 0.95
}

fits(comparison) if {
	comparison.seconds <= limit
	not comparison.quantile
	some metric in comparison.metrics
	regex.match(`p9[5-9]`, metric)
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
	message := "no alert compares the 95th percentile of the scans' wall time with 5 s or less"
}

results contains result if {
	not in_time
	some f in found
	result := {
		"message": sprintf(
			"alert %s compares percentile %v with %v s; the 95th with 5 s or less is wanted",
			[f.alert.name, object.get(f.comparison, "quantile", 0) * 100, f.comparison.seconds],
		),
		"path": f.comparison.path,
		"identity": ["late"],
		"degree": f.comparison.seconds,
		"subject": f.alert.name,
	}
}
