# METADATA
# title: Access token lives longer than 12 hours
# description: >-
#   Whoever holds an access token is its subject until it ends. Twelve hours are the ceiling;
#   the strict profile asks for one.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-1.09]
#   profiles: [guide, strict]
#   tags: [CWE-613]
#   remediation: >-
#     Set the lifetime of access tokens to 12:00:00 or less, better to one hour, and let clients
#     refresh them.
#   bad: |
#     -- appsettings.json --
#     {"Authority": {"AccessTokenLifetime": "1.00:00:00"}}
#   good: |
#     -- appsettings.json --
#     {"Authority": {"AccessTokenLifetime": "00:30:00"}}
package policies.config.token_lifetime

import data.policies.lib.settings

ceiling := 12 * 3600

subjects contains setting.path if some setting in lifetimes

lifetimes contains setting if {
	some setting in settings.live
	is_number(setting.seconds)
	regex.match(`(^|[._])access_?token(_?options)?[._]?(_?(lifetime|life_?span|ttl|expiration|expiry|validity)|_?expires(_?in)?)(_?(in_?)?(seconds?|minutes?|hours?|days?))?$`, setting.name)
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in lifetimes
	setting.seconds > ceiling
	result := {
		"message": sprintf("access tokens live %v hours", [hours(setting)]),
		"path": setting.path,
		"identity": [setting.name],
		"degree": setting.seconds,
		"subject": setting.service,
	}
}

results contains result if {
	input.params.profile == "strict"
	some setting in lifetimes
	setting.seconds > 3600
	setting.seconds <= ceiling
	result := {
		"message": sprintf("access tokens live %v hours; one is enough where clients can refresh", [hours(setting)]),
		"path": setting.path,
		"identity": [setting.name],
		"degree": setting.seconds,
		"subject": setting.service,
		"severity": "info",
	}
}

hours(setting) := round((setting.seconds / 3600) * 10) / 10
