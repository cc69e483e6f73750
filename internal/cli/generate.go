package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/threats"
	"github.com/stella-ops/assure/internal/trust"
)

// generateCommand keeps the project's own documents true: tables come from the
// settings and the rules, and the output shown in the README is what the program
// prints. It is for those who work on Assure and so not listed in help.
func (a *app) generateCommand() *cobra.Command {
	var check bool
	c := &cobra.Command{
		Use: "generate", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.generate(check) },
	}
	c.Flags().BoolVar(&check, "check", false, "Change nothing; fail when a file is out of date.")
	return c
}

func (a *app) generate(check bool) error {
	_, engine, err := knownRules()
	if err != nil {
		return err
	}
	var errs []error
	for name, change := range map[string]func(string) (string, error){
		"policies/README.md": func(string) (string, error) { //nolint:unparam // one of several with this shape
			return policy.Index(engine.Rules(), engine.Controls()), nil
		},
		"SECURITY.md":   func(text string) (string, error) { return section(text, "<!--", "threats", threats.Table()) },
		"action.yml":    func(text string) (string, error) { return section(text, "#", "inputs", inputsYAML()) },
		"docs/trust.md": func(text string) (string, error) { return section(text, "<!--", "matrix", trust.Matrix()) },
		"README.md": func(text string) (string, error) {
			text, err := section(text, "<!--", "inputs", inputsTable())
			if err != nil {
				return "", err
			}
			return a.outputs(text)
		},
	} {
		errs = append(errs, rewrite(name, check, change))
	}
	return errors.Join(errs...)
}

func rewrite(name string, check bool, change func(string) (string, error)) error {
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	text, err := change(string(old))
	if err != nil {
		return fmt.Errorf("generate %s: %w", name, err)
	}
	if text == string(old) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is out of date; run make generate", name)
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// section replaces the lines between "<comment> begin <name>" and "<comment> end <name>".
func section(text, comment, name, body string) (string, error) {
	begin := regexp.MustCompile(`(?m)^[ ]*` + regexp.QuoteMeta(comment) + ` begin ` + name + `\b.*\n`).FindStringIndex(text)
	end := regexp.MustCompile(`(?m)^[ ]*` + regexp.QuoteMeta(comment) + ` end ` + name + `\b`).FindStringIndex(text)
	if begin == nil || end == nil || end[0] < begin[1] {
		return "", fmt.Errorf("no section %q between begin and end", name)
	}
	return text[:begin[1]] + body + text[end[0]:], nil
}

// actionSettings are the settings that the action takes as inputs.
func actionSettings() []config.Setting {
	all := append(ownSettings(), config.Settings()...)
	kept := all[:0]
	for _, s := range all {
		if s.Name != "format" {
			kept = append(kept, s)
		}
	}
	return kept
}

func inputsYAML() string {
	var b strings.Builder
	for _, s := range actionSettings() {
		text := s.Usage
		if s.Values != "" {
			text += " One of " + s.Values + "."
		}
		fmt.Fprintf(&b, "  %s:\n    description: %q\n    required: false\n", s.Name, text+" Default: "+s.Default+".")
		if s.Name == "github-token" {
			b.WriteString("    default: ${{ github.token }}\n")
		}
	}
	return b.String() + foreignInputs()
}

// foreignInputs are the inputs of zaproxy/action-baseline: those that mean one of ours,
// and those that choose what does not exist here.
func foreignInputs() string {
	var b strings.Builder
	for _, s := range config.Settings() {
		for _, alias := range s.Aliases {
			if name, ok := strings.CutPrefix(alias, "INPUT_"); ok {
				fmt.Fprintf(&b, "  %s:\n    description: %q\n    required: false\n", strings.ToLower(name), "As in zaproxy/action-baseline: the same as "+s.Name+".")
			}
		}
	}
	for _, name := range []string{"issue_title", "allow_issue_writing", "artifact_name"} {
		fmt.Fprintf(&b, "  %s:\n    description: %q\n    required: false\n", name, "As in zaproxy/action-baseline; changes nothing, because no issue is written and reports are in the directory out.")
	}
	return b.String()
}

func inputsTable() string {
	var b strings.Builder
	b.WriteString("\n| input, flag | meaning | values | default |\n|---|---|---|---|\n")
	for _, s := range actionSettings() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, s.Usage, s.Values, s.Default)
	}
	b.WriteString("\n")
	return b.String()
}

// outputs replaces every console block that starts with "$ assure …" by what the
// program prints for it. Their fences have four backticks: output may hold fences too.
func (a *app) outputs(text string) (string, error) {
	var errs []error
	block := regexp.MustCompile("(?ms)^````console\n\\$ assure ([^\n]*)\n.*?^````\n")
	text = block.ReplaceAllStringFunc(text, func(old string) string {
		args := block.FindStringSubmatch(old)[1]
		command, lines, cut := strings.Cut(args, " | head -n ")
		out, err := a.output(strings.Fields(command))
		if cut {
			out = head(out, lines)
		}
		errs = append(errs, err)
		return "````console\n$ assure " + args + "\n" + out + "````\n"
	})
	return text, errors.Join(errs...)
}

// head is the first n lines of a text, as the program of that name prints them.
func head(text, n string) string {
	lines := strings.SplitAfter(text, "\n")
	if count, err := strconv.Atoi(n); err == nil {
		lines = lines[:min(count, len(lines))]
	}
	return strings.Join(lines, "")
}

func (a *app) output(args []string) (string, error) {
	var stdout, stderr bytes.Buffer
	code := Main(context.Background(), Env{
		Args: append([]string{"assure"}, args...), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		LookupEnv: func(string) (string, bool) { return "", false }, Now: a.Now,
	})
	if stdout.Len() == 0 {
		return "", fmt.Errorf("assure %s printed nothing and exited with %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String(), nil
}
