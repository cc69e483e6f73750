# METADATA
# description: Alerts of the repository's rule files.
package policies.lib.alerts

import data.policies.lib.deployed

# whole is true when there are rule files and all of their alerts could be read: only
# then does a missing alert prove anything.
whole if {
	input.complete
	count(input.facts.alerts.anchor) > 0
	every alert in input.facts.alerts.rules {
		alert.language != "template"
	}
}

# measuring are the alerts that compare a metric of such a name, each with its comparison.
measuring(pattern) := {found |
	some alert in input.facts.alerts.rules
	some comparison in alert.comparisons
	some metric in comparison.metrics
	regex.match(pattern, lower(metric))
	found := {"alert": alert, "comparison": comparison}
}

# subjects are the rule files as one, when something can be said about such alerts.
subjects(found) := {"alert rules"} if {
	whole
} else := {"alert rules"} if {
	count(found) > 0
} else := set()

# doubts are the rule files as one, unless a deployed server loads an alert that fits.
doubts(found) := {{"subject": "alert rules", "reason": "no deployed server is known to load the rule file", "path": input.facts.alerts.anchor}} if {
	count([1 | some f in found; deployed.loads(f.alert.path)]) == 0
} else := set()
