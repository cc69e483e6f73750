# METADATA
# title: No alert warns of stale feeds
# description: >-
#   Findings are only as fresh as the advisory feeds. A feed that has not been read for two days
#   hides what was disclosed since.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
# custom:
#   severity: medium
#   controls: [SHG-7.09]
#   profiles: [guide, strict]
#   remediation: >-
#     Add an alert on the feed's age with a threshold of 48 h or less, such as
#     time() - feed_last_success > 172800, and keep its for below an hour.
#   bad: |
#     -- rules/feeds.yml --
#     groups:
#       - name: feeds
#         rules:
#           - alert: FeedStale
#             expr: time() - max(feed_last_success) > 4 * 86400
#   good: |
#     -- rules/feeds.yml --
#     groups:
#       - name: feeds
#         rules:
#           - alert: FeedStale
#             expr: (time() - feed_last_success) / 3600 > 48
#             for: 15m
package policies.config.alert_feed_age

import data.policies.lib.alerts

# limit is 48 hours; a for of up to an hour against flapping does not count.
limit := 48 * 3600

found := {f |
	some f in alerts.measuring(`(feed|advisor|concelier|vuln.*db|trivy_db).*(age|last|success|fresh|stale|updated?|sync|import|lag|timestamp|time)`)
	f.comparison.op in {">", ">="}
	f.comparison.seconds
}

age(f) := f.comparison.seconds if {
	f.alert.for <= 3600
} else := f.comparison.seconds + f.alert.for

in_time if {
	some f in found
	age(f) <= limit
}

subjects contains subject if some subject in alerts.subjects(found)

unknown contains doubt if {
	count(subjects) > 0
	some doubt in alerts.doubts(found)
}

results contains {"message": message, "path": input.facts.anchor} if {
	alerts.whole
	count(found) == 0
	message := "no alert compares the age of the feeds with 48 h or less"
}

results contains result if {
	not in_time
	some f in found
	result := {
		"message": sprintf("alert %s fires when a feed is %v h old; 48 h or less are wanted", [f.alert.name, age(f) / 3600]),
		"path": f.comparison.path,
		"identity": ["late"],
		"degree": age(f),
		"subject": f.alert.name,
	}
}
