# METADATA
# description: What the repository's documents say.
package policies.lib.prose

# named are the documents whose name or a heading matches, in lower case.
named(pattern) := {name |
	some name, file in input.files
	file.family == "document"
	some text in array.concat([name], [h.text | some h in object.get(file.content, "headings", [])])
	regex.match(pattern, lower(text))
}

# lines are the numbers of a document's lines that match.
lines(name, pattern) := {i |
	some i, line in input.files[name].content.lines
	regex.match(pattern, line)
}

# saying are the documents of that name of which a line matches.
saying(pattern, wanted) := {name |
	some name in named(pattern)
	count(lines(name, wanted)) > 0
}

# place is the only document of that name, else where to report on the repository.
place(pattern) := ["files", name, "content", "lines", 0] if {
	found := named(pattern)
	count(found) == 1
	some name in found
} else := input.facts.anchor
