# METADATA
# description: Which files of the repository its services read.
package policies.lib.deployed

# read is true for a path into a file that a service of the repository is given.
read(path) if {
	path[0] == "files"
	input.facts.readers[path[1]]
}

# A folder is given with all that lies in it.
read(path) if {
	path[0] == "files"
	some folder, _ in input.facts.readers
	startswith(path[1], sprintf("%s/", [folder]))
}

# unread is a doubt about a subject whose file no service is given.
unread(subject, path) := {
	"subject": subject,
	"reason": "no service of the repository is given the file",
	"path": path,
} if {
	not read(path)
}

# loads is true when a Prometheus server that is deployed evaluates the rule file.
loads(path) if {
	read(path)
	some server in input.facts.metrics.servers
	read(server.path)
	some pattern in input.files[server.path[1]].content.rule_files
	is_string(pattern)
	glob.match(base(pattern), [], base(path[1]))
}

base(file) := parts[count(parts) - 1] if parts := split(file, "/")
