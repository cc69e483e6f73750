package github

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// summaryMax is the size above which the runner drops the whole summary of a step
// (actions/runner, FileCommandManager).
const summaryMax = 1 << 20

// outputs are the outputs that the action may set.
var outputs = [...]string{
	"verdict", "report-dir", "report-file", "sarif-file", "summary-file", "sarif-id",
	"findings-count", "new-count", "critical-count", "high-count", "medium-count", "low-count", "info-count", "highest-severity",
}

// states are what the post step may hear of the main step.
var states = [...]string{"run", "report-dir"}

// Outputs lists the names that Output accepts.
func Outputs() []string { return slices.Clone(outputs[:]) }

// CommandFiles writes the runner's command files for outputs, state and summary. It
// knows neither GITHUB_ENV nor GITHUB_PATH, which steer later steps.
//
// A value of several lines stands between two delimiters. The delimiter is random for
// each value, because whoever knows it can end the value early and set other names.
type CommandFiles struct {
	// Env looks up where the runner put the files.
	Env func(string) string
	// Rand gives the delimiters their 128 bits.
	Rand io.Reader
}

// Output sets an output of the step.
func (c CommandFiles) Output(name, value string) error {
	if !slices.Contains(outputs[:], name) {
		return fmt.Errorf("set output %q: the action has no such output", name)
	}
	return c.set("GITHUB_OUTPUT", name, value)
}

// State saves a value for the post step.
func (c CommandFiles) State(name, value string) error {
	if !slices.Contains(states[:], name) {
		return fmt.Errorf("save state %q: the post step knows no such name", name)
	}
	return c.set("GITHUB_STATE", name, value)
}

// Summary adds Markdown to the job summary.
func (c CommandFiles) Summary(markdown []byte) error {
	if len(markdown) > summaryMax {
		return fmt.Errorf("write the job summary: %d bytes are more than the runner takes", len(markdown))
	}
	return c.append("GITHUB_STEP_SUMMARY", string(markdown))
}

func (c CommandFiles) set(file, name, value string) error {
	var random [16]byte
	if _, err := io.ReadFull(c.Rand, random[:]); err != nil {
		return fmt.Errorf("make a delimiter for %s: %w", name, err)
	}
	delimiter := "assure_" + hex.EncodeToString(random[:])
	if strings.Contains(value, delimiter) {
		return fmt.Errorf("set %s: the value holds the delimiter", name)
	}
	return c.append(file, name+"<<"+delimiter+"\n"+value+"\n"+delimiter+"\n")
}

func (c CommandFiles) append(file, text string) error {
	path := c.Env(file)
	if path == "" {
		return fmt.Errorf("%s is not set: this is not a workflow run", file)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// Mask asks the runner to hide the values in the log. Lines are masked one by one, as
// each is printed by itself.
func Mask(w io.Writer, values ...string) {
	action := githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(func(string) string { return "" }))
	for _, v := range values {
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); line != "" {
				action.AddMask(line)
			}
		}
	}
}
