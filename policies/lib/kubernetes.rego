# METADATA
# description: Names of variables that more than one rule knows.
package policies.lib.kubernetes

# store_password is true for the variables from which stores and their clients take a password.
store_password(name) if {
	regex.match(`(?i)^(.*_)?(valkey|redis|keydb|postgres|postgresql|pg|mysql|mariadb|mongo|mongodb).*_?pass(word)?$|^(pgpassword|redisauth)$`, name)
}

# mirror_token is true for the variables that hold the token of a vulnerability mirror.
mirror_token(name) if regex.match(`(?i)^trivy_(.*_)?(password|token)$`, name)
