package reporter

// Warning is the workflow command that shows a warning about the run itself, such as a
// permission that was missing to publish the report.
func Warning(title, message string) string {
	return command("warning", "title="+commandProperty(title), message)
}
