package reporter

import "strings"

// terminal makes foreign text safe inside a line of a terminal or a workflow log: one
// line, nothing that moves the cursor, and no ##[command], which the runner finds
// anywhere in a line.
func terminal(s string) string {
	return strings.ReplaceAll(strip(s), "##[", "## [")
}

// TerminalLine makes foreign text safe as a whole line. The runner trims white space
// and then takes a line that begins with :: for a command, so such a line is guarded.
func TerminalLine(s string) string {
	s = terminal(s)
	if strings.HasPrefix(strings.TrimLeft(s, " "), "::") {
		return "| " + s
	}
	return s
}

// terminalPath is TerminalLine for a path: it stays one that opens the file.
func terminalPath(path string) string {
	path = terminal(path)
	if strings.HasPrefix(strings.TrimLeft(path, " "), ":") {
		return "./" + path
	}
	return path
}

// Text colours, by what they are used for.
const (
	red    = "31;1"
	yellow = "33"
	green  = "32;1"
	faint  = "2"
	bold   = "1"
)

// paint colours s when on.
func paint(on bool, color, s string) string {
	if !on || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}
