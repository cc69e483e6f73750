# METADATA
# title: Secret of the store is not rotated
# description: >-
#   A password that nobody has changed for months has had time to leak. The date of the last
#   change stands beside the secret as x-rotated.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-5.05]
#   profiles: [guide, strict]
#   params: {days: 90}
#   remediation: >-
#     Change the password of the store and write the new date to x-rotated.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         secrets: [valkey_pass]
#     secrets:
#       valkey_pass:
#         environment: VALKEY_PASS
#         x-rotated: 2020-01-31
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         secrets: [valkey_pass]
#     secrets:
#       valkey_pass:
#         environment: VALKEY_PASS
#         x-rotated: 2099-01-31
package policies.compose.secret_age

# Only a date can be judged; a secret without one is not evidence of either.
rotated(secret) := date if {
	date := sprintf("%v", [secret["x-rotated"]])
	regex.match(`^\d{4}-\d{2}-\d{2}`, date)
}

subjects contains name if {
	some name, secret in input.secrets
	rotated(secret)
	data.now
}

results contains result if {
	some name in subjects
	date := rotated(input.secrets[name])
	taken := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [substring(date, 0, 10)]))
	days := (time.parse_rfc3339_ns(data.now) - taken) / (((24 * 60) * 60) * 1000000000)
	days > data.params["compose/secret-age"].days
	result := {
		"message": sprintf("secret %s was last changed on %s, more than %v days ago", [name, substring(date, 0, 10), data.params["compose/secret-age"].days]),
		"path": ["secrets", name, "x-rotated"],
		"identity": ["age"],
		"subject": name,
	}
}
