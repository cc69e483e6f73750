# METADATA
# title: Backend brings a shell and a package manager
# description: >-
#   Whoever breaks into the program finds tools to go on with. A base without them leaves nothing
#   but the program.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-1.05]
#   profiles: [guide, strict]
#   remediation: >-
#     Build the final stage on a distroless or chiseled base, such as gcr.io/distroless or
#     mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled. Check that the health check does not
#     need a shell.
#   bad: |
#     FROM mcr.microsoft.com/dotnet/aspnet:8.0
#     COPY app /app
#     USER 10001:10001
#     ENTRYPOINT ["/app/server"]
#   good: |
#     FROM mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled
#     COPY app /app
#     USER 10001:10001
#     ENTRYPOINT ["/app/server"]
package policies.dockerfile.distroless

subjects contains stage.name if {
	some stage in input.facts.stages
	stage.final
	judged(stage)
}

judged(stage) if stage.backend

judged(_) if regex.match(`(^|/)backend(/|[^/]*$)`, lower(input.name))

results contains result if {
	some i, stage in input.facts.stages
	stage.name in subjects
	stage.final
	not stage.minimal
	result := {
		"message": sprintf("the backend is built on %s, which is neither distroless nor chiseled", [stage.from]),
		"path": ["stages", i],
		"identity": ["base"],
	}
}
