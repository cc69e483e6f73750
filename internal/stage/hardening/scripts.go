package hardening

import (
	"slices"

	"github.com/stella-ops/assure/internal/shell"
)

// scriptFile is a shell script or Makefile with those of its commands that rules ask for.
type scriptFile struct {
	File     string    `json:"file"`
	Commands []command `json:"commands"`
}

// programs are the commands of scripts that rules ask for.
var programs = []string{
	"docker", "docker-compose", "podman", "kubectl", "helm", "skopeo", "crane", "oras", "ko", "notation",
	"cosign", "syft", "trivy", "grype", "osv-scanner", "assure", "zap-baseline.py", "zap-full-scan.py", "export",
}

// scripts lists the repository's scripts.
func (w flows) scripts() []scriptFile {
	out := []scriptFile{}
	for _, name := range sortedKeys(w) {
		content := w.content(name, "script")
		if content == nil {
			continue
		}
		f := scriptFile{File: name, Commands: []command{}}
		for i, item := range list(content["commands"]) {
			c := readCommand(object(item))
			if len(c.Words) > 0 && slices.Contains(programs, c.Words[0]) || len(c.Assigns) > 0 {
				f.Commands = append(f.Commands, commands(c, at(name, "commands", i))...)
			}
		}
		out = append(out, f)
	}
	return out
}

// readCommand is a command of a script file's content.
func readCommand(m map[string]any) shell.Command {
	c := shell.Command{Ignored: text(m["ignored"]), Target: text(m["target"])}
	for _, w := range list(m["words"]) {
		c.Words = append(c.Words, text(w))
	}
	for _, item := range list(m["assigns"]) {
		a := object(item)
		c.Assigns = append(c.Assigns, shell.Assign{Name: text(a["name"]), Value: text(a["value"])})
	}
	return c
}
