# METADATA
# title: Image runs as root
# description: >-
#   An image without USER runs as root wherever the deployment does not say otherwise. A process that
#   breaks out keeps that user.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.03]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     End the final stage with USER and a numeric user above 0, or build on a base that has one, such
#     as distroless nonroot.
#   bad: |
#     FROM registry.example.org/base:1.0
#     COPY app /app
#     ENTRYPOINT ["/app"]
#   good: |
#     FROM registry.example.org/base:1.0
#     COPY app /app
#     USER 10001:10001
#     ENTRYPOINT ["/app"]
package policies.dockerfile.user

final contains stage if {
	some stage in input.facts.stages
	stage.final
}

subjects contains stage.name if some stage in final

results contains result if {
	some stage in final
	result := {
		"message": sprintf("the image %s", [problem(stage)]),
		"path": stage.user_path,
		"identity": ["user"],
		"degree": degree(stage),
	}
}

problem(stage) := "sets no user and so mostly runs as root" if {
	not stage.user.set
	not stage.nonroot_base
}

problem(stage) := sprintf("runs as root (USER %s)", [stage.user.value]) if {
	stage.user.root
	not stage.user.unknown
}

problem(stage) := sprintf("runs in the root group (USER %s)", [stage.user.value]) if {
	stage.user.root_group
	not stage.user.root
	not stage.user.unknown
}

# The root group alone is less than the user root.
# What is written overrides a base image that may have had a user of its own.
degree(stage) := 3 if {
	stage.user.root
	not stage.user.unknown
} else := 3 if {
	regex.match(root, folded(stage))
} else := 1 if {
	stage.user.root_group
	not stage.user.unknown
} else := 2

root := `^["']?(0+|root)(:|["']?$)`

# A variable is what ENV or ARG before it in its stage says; one of those before FROM is
# not seen inside a stage.
problem(stage) := sprintf("runs as root (USER %s is %s)", [stage.user.value, value]) if {
	value := folded(stage)
	regex.match(root, value)
}

problem(stage) := sprintf("takes its user from a variable without a value (USER %s)", [stage.user.value]) if {
	stage.user.unknown
	not folded(stage)
}

variable := `^["']?\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?`

folded(stage) := value if {
	stage.user.unknown
	some found in regex.find_all_string_submatch_n(variable, stage.user.value, 1)
	given := assigned(stage.user_path, found[1])
	values := array.concat([found[2] | found[2] != ""], given)
	value := values[count(values) - 1]
}

# assigned are the values that the stage gives a variable before the instruction.
assigned(at, name) := [value |
	some j, instruction in input.stages[at[1]].instructions
	j < at[3]
	upper(instruction.name) in {"ARG", "ENV"}
	some word in instruction.args
	startswith(word, sprintf("%s=", [name]))
	value := substring(word, count(name) + 1, -1)
]
