# METADATA
# description: Dated statements about what was done outside the repository.
package policies.lib.evidence

# of are the files of evidence of one kind: evidence/<kind>/<name>.yaml.
of(kind) := {name |
	some name, file in input.files
	file.family == "evidence"
	regex.match(sprintf(`(^|/)evidence/%s/`, [kind]), name)
}

# age is how many days ago something was done; undefined without a date.
age(name) := days if {
	date := sprintf("%v", [input.files[name].content.date])
	regex.match(`^\d{4}-\d{2}-\d{2}`, date)
	done := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [substring(date, 0, 10)]))
	days := (time.parse_rfc3339_ns(data.now) - done) / (((24 * 60) * 60) * 1000000000)
}
