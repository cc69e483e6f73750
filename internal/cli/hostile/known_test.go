package hostile

// known are the attacks that the program falls for, each with what happens.
var known = map[string]string{
	"17-entrypoint":                          "another entry point of the gate's container is information",
	"18-arguments":                           "other arguments of the gate's container are information",
	"19-matrix-that-excludes-itself":         "a new matrix that excludes all of its variants is information",
	"20-written-over":                        "cp and redirections over judged files before the gate are information",
	"21-second-document":                     "a workflow of two documents, which GitHub refuses, is information",
	"24-second-action-file":                  "action.yml without the gate beside action.yaml with it is not seen",
	"25-another-runner":                      "a runner of the author's choice is information",
	"43-text-that-comes-alive":               "lines that were text in an unreadable base are existing findings",
	"46-exception-lifted-to-the-top":         "an exception that the change makes useless is an existing finding",
	"49-hidden-in-the-index":                 "a tracked file that is not on the disk passes as gone",
	"60-hint-that-helps-the-attacker":        "the look-alike is recommended as an allowed registry",
	"62-criss-cross-the-other-way":           "of several common ancestors only the newest is compared with",
	"63-dropped-from-the-index":              "a committed file that left the index passes as gone",
	"64-edited-on-the-disk":                  "a file that differs from the commit under test is judged without a word",
	"70-root-by-name":                        "root in the place of no user is an existing finding",
	"75-key-that-nobody-knows":               "a workflow with an unknown key, which GitHub refuses, is information",
	"76-program-of-the-author":               "a program of the change before the gate is information",
	"80-root-under-an-image-of-its-own-user": "root over the user of the service's own Dockerfile is an existing finding",
	"83-depth-one-is-no-first-adoption":      "an unreadable base is taken for one without configuration",
}
