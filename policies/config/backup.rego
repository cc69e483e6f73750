# METADATA
# title: Nothing backs the store up
# description: >-
#   Recovery after an incident needs a copy from before it. Without a scheduled backup there is
#   none.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-9.04]
#   profiles: [guide, strict]
#   remediation: >-
#     Schedule a backup of each store, and write down when a restore was last tried.
#   bad: |
#     -- compose.yaml --
#     services:
#       db:
#         image: postgres:17
#         volumes: ["data:/var/lib/postgresql/data"]
#     volumes: {data: {}}
#   good: |
#     -- compose.yaml --
#     services:
#       db:
#         image: postgres:17
#         volumes: ["data:/var/lib/postgresql/data"]
#     volumes: {data: {}}
#     -- ops/crontab --
#     0 2 * * * ops pg_dump -Fc app
package policies.config.backup

subjects contains "repository" if {
	input.complete
	count(input.facts.stores) > 0
}

# That a job names a backup does not say that it runs, nor that anybody restored one.
unknown contains {"subject": "repository", "reason": "whether a backup was made and restored is not seen"} if "repository" in subjects

results contains result if {
	"repository" in subjects
	count([1 |
		some job in input.facts.scheduled
		regex.match(`backup|back-up|snapshot|dump|restic|velero|borg|bgsave|\brdb\b|wal-g|barman`, job.text)
	]) == 0
	result := {
		"message": "no scheduled job backs the store up",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}
