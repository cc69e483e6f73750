# METADATA
# description: What Dependabot and Renovate look after.
package policies.lib.updates

# images are the ecosystems of images.
images := {"docker", "docker-compose"}

# entries are those of Dependabot.
entries contains entry if {
	some name, file in input.files
	file.family == "dependabot"
	some i, update in file.content.updates
	entry := {
		"ecosystem": update["package-ecosystem"],
		"directories": array.concat([d | d := update.directory], [d | some d in object.get(update, "directories", [])]),
		"interval": object.get(object.get(update, "schedule", {}), "interval", ""),
		"path": ["files", name, "content", "updates", i],
	}
}

# renovate is true when Renovate is configured: it looks after all that it knows.
renovate if {
	some file in input.files
	file.family == "renovate"
	not file.content.enabled == false
}

present if renovate

present if {
	some file in input.files
	file.family == "dependabot"
}

# covered is true when an updater looks after every directory of an ecosystem.
covered(_) if renovate

covered(ecosystem) if {
	every file in ecosystem.files {
		looked_after(ecosystem, file.directory)
	}
}

looked_after(ecosystem, directory) if {
	some entry in entries
	entry.ecosystem in ({ecosystem.name} | {other | some other in ecosystem.others})
	some pattern in entry.directories
	within(pattern, directory)
}

within(pattern, directory) if trim_right(pattern, "/") == trim_right(directory, "/")

within(pattern, directory) if glob.match(concat("", ["/", trim(pattern, "/")]), ["/"], directory)

# Workflows stand in one directory, whatever is written.
within(_, "/.github/workflows")

# place is where to report on what is not looked after.
place := [["files", name, "content", "updates"] | some name, file in input.files; file.family == "dependabot"][0]
