// Package threats lists what an attacker may try, what stands against it, and the tests
// that prove it. SECURITY.md has the list as a table.
package threats

import (
	"fmt"
	"strings"
)

// Threat is one way of an attacker.
type Threat struct {
	// ID is T and a number, with which the names of its tests begin: TestT7_...
	ID string
	// Attack is what is tried, and Defence what stands against it.
	Attack, Defence string
	// Tests are those that prove the defence: a directory of the module and a function.
	Tests []string
	// Open says what is not proved yet; empty when nothing is.
	Open string
}

// Table is the list as Markdown.
func Table() string {
	var b strings.Builder
	b.WriteString("\n| | threat | defence | proved by |\n|---|---|---|---|\n")
	for _, t := range All() {
		defence := t.Defence
		if t.Open != "" {
			defence += " **Open:** " + t.Open
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", t.ID, t.Attack, defence, "`"+strings.Join(t.Tests, "`, `")+"`")
	}
	b.WriteString("\n")
	return b.String()
}
