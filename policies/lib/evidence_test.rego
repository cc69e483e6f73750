package policies.lib.evidence_test

import data.policies.lib.evidence

files(date) := {"files": {"evidence/pentest/a.yaml": {"family": "evidence", "content": {"date": date}}}}

test_of_kind if {
	evidence.of("pentest") == {"evidence/pentest/a.yaml"} with input as files("2026-01-01")
	evidence.of("restore") == set() with input as files("2026-01-01")
}

test_age if {
	evidence.age("evidence/pentest/a.yaml") == 31 with input as files("2026-01-01") with data.now as "2026-02-01T00:00:00Z"
	not evidence.age("evidence/pentest/a.yaml") with input as files("soon") with data.now as "2026-02-01T00:00:00Z"
}
