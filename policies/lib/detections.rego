# METADATA
# description: What the repository's SIEM rules catch.
package policies.lib.detections

# present is true when the repository as a whole is seen and holds rules of a SIEM.
present if {
	input.complete
	count(input.facts.detections.anchor) > 0
}

# missing is true when none of its rules catches the incident.
missing(incident) if {
	present
	every rule in input.facts.detections.rules {
		not incident in rule.catches
	}
}
