# METADATA
# description: What the repository's workflows and scripts do.
package policies.lib.workflows

# judged is true when the whole repository is seen, deploys something and has workflows:
# what is built elsewhere is not seen.
judged if {
	input.complete
	input.facts.deploys
	count(input.facts.workflows) > 0
}

# commands are those of all steps and scripts.
commands contains command if {
	some workflow in input.facts.workflows
	some step in workflow.steps
	some command in step.commands
}

commands contains command if {
	some script in input.facts.scripts
	some command in script.commands
}

# unseen is true when a workflow with the trigger calls one of another repository, which
# may do what is asked for.
unseen(trigger) if {
	some workflow in input.facts.workflows
	workflow.unseen
	workflow.trigger[trigger]
}

# dynamic are the steps that scan a running application, with their workflow.
dynamic contains {"workflow": workflow, "step": step} if {
	some workflow in input.facts.workflows
	some step in workflow.steps
	scans_running(step)
}

scans_running(step) if startswith(step.uses.name, "zaproxy/action-")

scans_running(step) if own(step, "dast")

scans_running(step) if {
	some command in step.commands
	scans(command)
}

# scans is true for a command that scans a running application.
scans(command) if {
	some word in array.slice(command.words, 0, 2)
	regex.match(`(^|/)zap-(baseline|full-scan|api-scan)\.py$`, word)
}

scans(command) if {
	command.words[0] == "assure"
	command.words[1] in {"dast", "run"}
}

# own is true for a step that runs this gate with the stage.
own(step, stage) if {
	regex.match(`(^|/)assure$`, step.uses.name)
	stages := object.get(step["with"], "stages", "")
	regex.match(sprintf(`^$|\b%s\b`, [stage]), stages)
}

# dependencies are the steps that look for known weaknesses of dependencies.
dependencies contains {"workflow": workflow, "step": step} if {
	some workflow in input.facts.workflows
	some step in workflow.steps
	scans_dependencies(step)
}

scans_dependencies(step) if {
	step.uses.name in {
		"actions/dependency-review-action", "anchore/scan-action", "google/osv-scanner-action/osv-scanner-action",
		"snyk/actions", "github/codeql-action/upload-sarif",
	}
	step.uses.name != "github/codeql-action/upload-sarif"
}

scans_dependencies(step) if {
	step.uses.name == "aquasecurity/trivy-action"
	object.get(step["with"], "scan-type", "image") in {"fs", "filesystem", "repo", "rootfs"}
}

scans_dependencies(step) if own(step, "deps")

scans_dependencies(step) if {
	some command in step.commands
	command.words[0] == "trivy"
	some word in command.words
	word in {"fs", "filesystem", "repo", "repository"}
}

scans_dependencies(step) if {
	some command in step.commands
	command.words[0] in {"govulncheck", "grype", "osv-scanner", "pip-audit", "cargo-audit"}
}

scans_dependencies(step) if {
	some command in step.commands
	command.words[0] == "assure"
	command.words[1] in {"deps", "run"}
}

# place is where to report that steps do not run when they should: at what starts their
# workflow when there is one, else where to report on the repository.
place(found) := [f.workflow.on | some f in found][0] if {
	count({f.workflow.file | some f in found}) == 1
} else := input.facts.anchor

# publishers are the workflows that publish an image.
publishers contains workflow if {
	some workflow in input.facts.workflows
	publication(workflow)
}

# publication is the first step of a workflow that publishes an image.
publication(workflow) := [step | some step in workflow.steps; publishes(step)][0]

publishes(step) if {
	step.uses.name in {"docker/build-push-action", "docker/bake-action", "redhat-actions/push-to-registry"}
	lower(object.get(step["with"], "push", default_push[step.uses.name])) == "true"
}

default_push := {"docker/build-push-action": "false", "docker/bake-action": "false", "redhat-actions/push-to-registry": "true"}

publishes(step) if {
	some command in step.commands
	command.words[0] in {"docker", "podman"}
	some word in command.words
	word in {"push", "--push"}
}

publishes(step) if {
	some command in step.commands
	command.words[0] in {"crane", "skopeo", "oras", "ko"}
	command.words[1] in {"push", "copy", "build", "publish", "apply"}
	not "--push=false" in command.words
}

# lists_parts is true when a workflow makes a list of the image's parts.
lists_parts(workflow) if {
	some step in workflow.steps
	lower(object.get(step["with"], "sbom", "false")) in {"true", "generator=image"}
}

lists_parts(workflow) if {
	some step in workflow.steps
	step.uses.name in {"anchore/sbom-action", "actions/attest-sbom", "aquasecurity/trivy-action", "microsoft/sbom-action"}
	regex.match(`^$|spdx`, concat("", [f | step.uses.name == "aquasecurity/trivy-action"; f := object.get(step["with"], "format", "table")]))
}

lists_parts(workflow) if {
	some step in workflow.steps
	some command in step.commands
	lists(command.words)
}

lists(words) if words[0] in {"syft", "ko", "bom"}

lists(words) if {
	some word in words
	regex.match(`^--sbom(=|$)|spdx`, word)
}

# signs is true when a workflow signs what it publishes.
signs(workflow) if {
	some step in workflow.steps
	some command in step.commands
	command.words[0] in {"cosign", "notation"}
	command.words[1] == "sign"
}

signs(workflow) if {
	some step in workflow.steps
	step.uses.name in {"actions/attest-build-provenance", "actions/attest", "notaryproject/notation-action/sign"}
}
