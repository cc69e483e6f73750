# METADATA
# description: What more than one rule knows of variables and containers.
package policies.lib.kubernetes

# store_password is true for the variables from which stores and their clients take a password.
store_password(name) if {
	regex.match(`(?i)^(.*_)?(valkey|redis|keydb|postgres|postgresql|pg|mysql|mariadb|mongo|mongodb).*_?pass(word)?$|^(pgpassword|redisauth)$`, name)
}

# mirror_token is true for the variables that hold the token of a vulnerability mirror.
mirror_token(name) if regex.match(`(?i)^trivy_(.*_)?(password|token)$`, name)

# containers are the names of the object's containers.
containers contains container.name if some container in input.facts.containers

# pods are the object's specifications of pods; most objects have one.
pods contains pod if some pod in input.facts.pods

pods contains input.facts.pod if {
	not input.facts.pods
	input.facts.pod != null
}

# What the API server refuses cannot be judged, nor what only a controller understands.
unjudged contains {"subject": subject, "reason": flaw.message, "path": flaw.path} if {
	some list in ["malformed", "opaque"]
	some flaw in input.facts[list]
	some subject in flaw.subjects
}

# unjudged are the object's containers that no rule sees, ready for a rule's set of unknown
# subjects: those of custom resources that make pods in a way of their own.
unjudged contains {"subject": input.facts.name, "reason": "no rule sees its containers", "path": ["kind"]} if {
	object.get(input.facts, "pod", null) == null
	not input.facts.kind in {"ConfigMap", "CustomResourceDefinition", "Secret"}
	some key in {"container", "containers", "script"}
	walk(object.get(input.object, "spec", {}), [path, value])
	count(path) > 0
	path[count(path) - 1] == key
	images(value)
}

# A pod's specification that is no mapping cannot be judged either.
unjudged contains {"subject": input.facts.name, "reason": "it makes pods, and they cannot be read", "path": ["kind"]} if {
	object.get(input.facts, "pod", null) == null
	input.facts.kind in {"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"}
}

images(value) if is_string(value.image)

images(value) if {
	some item in value
	is_string(item.image)
}
