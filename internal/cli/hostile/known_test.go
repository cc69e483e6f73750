package hostile

// known are the attacks that the program falls for, each with what happens.
var known = map[string]string{
	"21-second-document":             "a workflow of two documents, which GitHub refuses, is information",
	"24-second-action-file":          "action.yml without the gate beside action.yaml with it is not seen",
	"46-exception-lifted-to-the-top": "an exception that the change makes useless is an existing finding",
	"64-edited-on-the-disk":          "a file that differs from the commit under test is judged without a word",
	"76-program-of-the-author":       "a program of the change before the gate is information",
}
