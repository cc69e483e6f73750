package reporter

import "strings"

// commandMax is the length at which the runner cuts an annotation.
const commandMax = 4096

// commandData escapes the text of a workflow command. The text is one line already;
// the runner decodes the escapes, so that a quoted %0A stays visible text.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(terminal(s))
}

// commandProperty escapes a value between the name of a workflow command and its text.
func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(s))
}

// Warning is the workflow command that shows a warning about the run itself, such as a
// permission that was missing to publish the report.
func Warning(title, message string) string {
	return command("warning", "title="+commandProperty(title), message)
}
