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
