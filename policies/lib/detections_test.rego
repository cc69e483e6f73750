package policies.lib.detections_test

import data.policies.lib.detections

rules(catches) := {"complete": true, "facts": {"detections": {"anchor": ["x"], "rules": [{"catches": catches}]}}}

test_missing if {
	detections.missing("a") with input as rules(["b"])
	not detections.missing("b") with input as rules(["b"])
	not detections.missing("a") with input as object.union(rules([]), {"complete": false})
}
