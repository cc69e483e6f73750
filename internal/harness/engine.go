package harness

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// NoEngine returns why no container engine can be used, "" when one answers.
func NoEngine(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "docker", "version", "--format", "{{.Server.Version}}").CombinedOutput()
	if err != nil {
		return fmt.Sprintf("no container engine answers (%s)", firstLine(string(out), err))
	}
	return ""
}

func firstLine(text string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}
