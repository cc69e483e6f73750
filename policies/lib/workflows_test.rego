package policies.lib.workflows_test

import data.policies.lib.workflows

step(name, inputs, words) := {"uses": {"name": name}, "with": inputs, "commands": [{"words": words, "ignored": ""}]}

test_dynamic_scans if {
	every s in [
		step("zaproxy/action-baseline", {}, ["x"]), step("acme/assure", {}, ["x"]),
		step("", {}, ["zap-baseline.py", "-t"]), step("", {}, ["python", "/zap/zap-full-scan.py"]), step("", {}, ["assure", "run"]),
	] {
		workflows.scans_running(s)
	}
	every s in [step("acme/assure", {"stages": "hardening"}, ["x"]), step("acme/zap", {}, ["echo", "x", "zap-baseline.py"])] {
		not workflows.scans_running(s)
	}
}

test_dependency_scans if {
	every s in [
		step("aquasecurity/trivy-action", {"scan-type": "fs"}, ["x"]), step("actions/dependency-review-action", {}, ["x"]),
		step("", {}, ["trivy", "--quiet", "fs", "."]), step("", {}, ["govulncheck", "./..."]),
	] {
		workflows.scans_dependencies(s)
	}
	every s in [step("aquasecurity/trivy-action", {}, ["x"]), step("", {}, ["trivy", "image", "x"])] {
		not workflows.scans_dependencies(s)
	}
}

test_publication if {
	every s in [
		step("docker/build-push-action", {"push": "true"}, ["x"]), step("", {}, ["docker", "push", "x"]),
		step("", {}, ["docker", "buildx", "build", "--push", "."]), step("", {}, ["ko", "build", "."]),
	] {
		workflows.publishes(s)
	}
	every s in [step("docker/build-push-action", {}, ["x"]), step("", {}, ["docker", "build", "."])] {
		not workflows.publishes(s)
	}
}

test_lists_parts if {
	workflows.lists_parts({"steps": [step("x", {"sbom": "true"}, ["x"])]})
	workflows.lists_parts({"steps": [step("anchore/sbom-action", {}, ["x"])]})
	workflows.lists_parts({"steps": [step("aquasecurity/trivy-action", {"format": "spdx-json"}, ["x"])]})
	workflows.lists_parts({"steps": [step("", {}, ["trivy", "image", "--format", "spdx-json"])]})
	not workflows.lists_parts({"steps": [step("aquasecurity/trivy-action", {}, ["trivy"])]})
}

test_signs if {
	workflows.signs({"steps": [step("", {}, ["cosign", "sign", "x"])]})
	not workflows.signs({"steps": [step("", {}, ["cosign", "verify", "x"])]})
}
