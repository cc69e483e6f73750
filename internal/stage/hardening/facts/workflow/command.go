package workflow

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
)

// command is a command of a script.
type command struct {
	Words   []string       `json:"words"`
	Assigns []shell.Assign `json:"assigns"`
	// Image is the container that the command runs in; Words are what runs there then.
	Image   string `json:"image"`
	Ignored string `json:"ignored"`
	Target  string `json:"target"`
	Path    []any  `json:"path"`
}

// script are the commands of a run key. A shell that is not read has none.
func script(run, with string, place func(line int) []any) []command {
	out := []command{}
	mode := shell.Mode{ErrExit: true} // what the runner starts without a shell key
	switch {
	case with == "bash":
		mode.PipeFail = true
	case strings.Contains(with, "{0}"):
		mode.ErrExit = strings.Contains(with, "-e")
		mode.PipeFail = strings.Contains(with, "pipefail")
	case with != "" && with != "sh":
		return out
	}
	cmds, err := shell.Parse(run, mode)
	if err != nil {
		return out
	}
	for _, c := range cmds {
		out = append(out, commands(c, place(c.Line))...)
	}
	return out
}

// commands is a command and, when it starts a container, what runs in that.
func commands(c shell.Command, place []any) []command {
	out := command{Words: append([]string{}, c.Words...), Assigns: append([]shell.Assign{}, c.Assigns...), Ignored: c.Ignored, Target: c.Target, Path: place}
	if inner, ok := contained(out); ok {
		return []command{out, inner}
	}
	return []command{out}
}

// tools are images by the last part of their name, and the program that they start.
var tools = map[string]string{
	"trivy": "trivy", "cosign": "cosign", "syft": "syft", "grype": "grype", "osv-scanner": "osv-scanner", "assure": "assure",
	"zaproxy": "", "zap-stable": "", "zap-weekly": "", "zap2docker-stable": "", "zap2docker-weekly": "",
}

func contained(c command) (command, bool) {
	if len(c.Words) < 3 || c.Words[0] != "docker" && c.Words[0] != "podman" || !slices.Contains(c.Words, "run") {
		return c, false
	}
	for i, w := range c.Words[2:] {
		program, ok := tools[container.ImageName(w)]
		if !ok || strings.HasPrefix(w, "-") {
			continue
		}
		c.Image, c.Words = w, slices.Clone(c.Words[i+3:])
		if program != "" {
			c.Words = append([]string{program}, c.Words...)
		}
		return c, len(c.Words) > 0
	}
	return c, false
}
