package workflow

import (
	"slices"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Script is a shell script or Makefile with those of its commands that rules ask for.
type Script struct {
	File     string    `json:"file"`
	Commands []command `json:"commands"`
}

// programs are the commands of scripts that rules ask for.
var programs = []string{
	"docker", "docker-compose", "podman", "kubectl", "helm", "skopeo", "crane", "oras", "ko", "notation",
	"cosign", "syft", "trivy", "grype", "osv-scanner", "assure", "zap-baseline.py", "zap-full-scan.py", "export",
}

// Scripts lists the repository's scripts.
func (w Files) Scripts() []Script {
	out := []Script{}
	for _, name := range value.Keys(w) {
		content := w.content(name, "script")
		if content == nil {
			continue
		}
		f := Script{File: name, Commands: []command{}}
		for i, item := range value.List(content["commands"]) {
			c := readCommand(value.Object(item))
			if len(c.Words) > 0 && slices.Contains(programs, c.Words[0]) || len(c.Assigns) > 0 {
				f.Commands = append(f.Commands, commands(c, value.InFile(name, "commands", i))...)
			}
		}
		out = append(out, f)
	}
	return out
}

// readCommand is a command of a script file's content.
func readCommand(m map[string]any) shell.Command {
	c := shell.Command{Ignored: value.Text(m["ignored"]), Target: value.Text(m["target"])}
	for _, w := range value.List(m["words"]) {
		c.Words = append(c.Words, value.Text(w))
	}
	for _, item := range value.List(m["assigns"]) {
		a := value.Object(item)
		c.Assigns = append(c.Assigns, shell.Assign{Name: value.Text(a["name"]), Value: value.Text(a["value"])})
	}
	return c
}
