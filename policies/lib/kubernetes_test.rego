package policies.lib.kubernetes_test

import data.policies.lib.kubernetes

test_store_password if {
	every name in ["VALKEY_PASS", "REDIS_PASSWORD", "POSTGRES_PASSWORD", "PGPASSWORD", "APP_REDIS_PASSWORD", "mysql_root_password"] {
		kubernetes.store_password(name)
	}
	every name in ["SMTP_PASSWORD", "POSTGRES_PASSWORD_FILE", "REDIS_HOST", "COMPASS"] {
		not kubernetes.store_password(name)
	}
}

test_mirror_token if {
	every name in ["TRIVY_PASSWORD", "TRIVY_TOKEN", "TRIVY_DB_TOKEN"] {
		kubernetes.mirror_token(name)
	}
	every name in ["TRIVY_USERNAME", "TRIVY_PASSWORD_FILE", "TOKEN"] {
		not kubernetes.mirror_token(name)
	}
}

test_unjudged_custom_containers if {
	count(kubernetes.unjudged) == 1 with input as {
		"facts": {"kind": "Workflow", "name": "w", "pod": null},
		"object": {"spec": {"templates": [{"container": {"image": "a"}}]}},
	}
	count(kubernetes.unjudged) == 1 with input as {"facts": {"kind": "CronJob", "name": "w", "pod": null}, "object": {"spec": null}}
}

test_nothing_unjudged if {
	count(kubernetes.unjudged) == 0 with input as {
		"facts": {"kind": "Deployment", "name": "w", "pod": {"path": ["spec"]}},
		"object": {"spec": {"containers": [{"image": "a"}]}},
	}
	count(kubernetes.unjudged) == 0 with input as {"facts": {"kind": "Service", "name": "w", "pod": null}, "object": {"spec": {"ports": []}}}
}

test_pods_are_all_or_the_one if {
	kubernetes.pods == {{"path": ["spec"]}} with input as {"facts": {"pod": {"path": ["spec"]}}}
	count(kubernetes.pods) == 2 with input as {"facts": {"pod": {"path": ["a"]}, "pods": [{"path": ["a"]}, {"path": ["b"]}]}}
	count(kubernetes.pods) == 0 with input as {"facts": {"pod": null}}
}

test_unjudged_what_is_malformed if {
	some doubt in kubernetes.unjudged with input as {"facts": {
		"name": "a", "kind": "Pod", "pod": {"path": ["spec"]},
		"malformed": [{"subjects": ["web"], "message": "env must be a list", "path": ["spec"]}],
	}}
	doubt.subject == "web"
}
