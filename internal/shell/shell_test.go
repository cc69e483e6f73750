package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/shell"
)

const strict = "set -euo pipefail\n"

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script string
		on     shell.Mode
		want   []shell.Command
	}{
		"words": {"cosign verify --key 'a b' \"$IMAGE@$DIGEST\" >/dev/null", shell.Mode{}, []shell.Command{
			{Words: []string{"cosign", "verify", "--key", "a b", "$IMAGE@$DIGEST"}, Line: 1},
		}},
		"continued": {"a \\\n  b\nc", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a", "b"}, Line: 1}, {Words: []string{"c"}, Line: 3},
		}},
		"expression": {"docker push ${{ env.IMAGE }}:${{ github.sha }}", shell.Mode{}, []shell.Command{
			{Words: []string{"docker", "push", "${{ env.IMAGE }}:${{ github.sha }}"}, Line: 1},
		}},
		"starters": {"sudo -u root env A=1 timeout 5m ./bin/assure run", shell.Mode{}, []shell.Command{
			{Words: []string{"assure", "run"}, Line: 1},
		}},
		"or_true": {"a || true", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a"}, Line: 1, Ignored: "what follows || always succeeds"}, {Words: []string{"true"}, Line: 1},
		}},
		"or_exit": {"a || exit 1\nb", shell.Mode{}, []shell.Command{
			{Words: []string{"a"}, Line: 1}, {Words: []string{"exit", "1"}, Line: 1, Ignored: "the script goes on after an error: set -e is missing"},
			{Words: []string{"b"}, Line: 2},
		}},
		"asked": {"if a; then b; fi && c\nd", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a"}, Line: 1}, {Words: []string{"b"}, Line: 1}, {Words: []string{"c"}, Line: 1}, {Words: []string{"d"}, Line: 2},
		}},
		"piped": {"a | b", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a"}, Line: 1, Ignored: "only the last command of a pipe counts without set -o pipefail"}, {Words: []string{"b"}, Line: 1},
		}},
		"pipefail": {strict + "a | b", shell.Mode{}, []shell.Command{
			{Words: []string{"set", "-euo", "pipefail"}, Line: 1},
			{Words: []string{"a"}, Line: 2}, {Words: []string{"b"}, Line: 2},
		}},
		"unchecked": {"a\nb", shell.Mode{}, []shell.Command{
			{Words: []string{"a"}, Line: 1, Ignored: "the script goes on after an error: set -e is missing"}, {Words: []string{"b"}, Line: 2},
		}},
		"shebang": {"#!/bin/sh -e\na\nb", shell.Mode{}, []shell.Command{{Words: []string{"a"}, Line: 2}, {Words: []string{"b"}, Line: 3}}},
		"background": {"a &", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a"}, Line: 1, Ignored: "it runs in the background"},
		}},
		"substitution": {"x=$(a)\necho $(b)", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"a"}, Line: 1},
			{Line: 1, Assigns: []shell.Assign{{Name: "x", Value: "$(a)"}}},
			{Words: []string{"b"}, Line: 2, Ignored: "its status is lost in a substitution"},
			{Words: []string{"echo", "$(b)"}, Line: 2},
		}},
		"export": {"export TRIVY_PASSWORD='abc'", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"export"}, Line: 1, Assigns: []shell.Assign{{Name: "TRIVY_PASSWORD", Value: "abc"}}},
		}},
		"ssh": {"ssh host 'cd /opt && docker compose up -d'", shell.Mode{ErrExit: true}, []shell.Command{
			{Words: []string{"ssh", "host", "cd /opt && docker compose up -d"}, Line: 1},
			{Words: []string{"cd", "/opt"}, Line: 1}, {Words: []string{"docker", "compose", "up", "-d"}, Line: 1},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := shell.Parse(tt.script, tt.on)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"open": "if a; then", "quote": "echo 'a", "long": strings.Repeat("a\n", shell.MaxBytes),
		"deep": strings.Repeat("(", shell.MaxBytes), "deep_substitution": strings.Repeat("$(", shell.MaxBytes/2),
	} {
		if got, err := shell.Parse(script, shell.Mode{}); err == nil {
			t.Errorf("%s: %d commands and no error", name, len(got))
		}
	}
}

func TestMakefile(t *testing.T) {
	t.Parallel()
	const text = "IMAGE := x:1\n\ndeploy: build\n\t-cosign verify $(IMAGE) \\\n\t  --key k\n\t@docker compose -p $$USER up -d\n\ntest:\n\tgo test $(shell a)\n\techo $@ ${IMAGE}\n"
	want := []shell.Command{
		{Words: []string{"cosign", "verify", "$(IMAGE)", "--key", "k"}, Line: 4, Target: "deploy", Ignored: "the recipe line starts with -"},
		{Words: []string{"docker", "compose", "-p", "$USER", "up", "-d"}, Line: 6, Target: "deploy"},
		{Words: []string{"go", "test", "$(shell a)"}, Line: 9, Target: "test"},
		{Words: []string{"echo", "$@", "${IMAGE}"}, Line: 10, Target: "test"},
	}
	if diff := cmp.Diff(want, shell.Makefile(text)); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a || true", "x=$(a | b)", "ssh h 'a; b'", "${{ x }} <<E\n$(y)\nE", "a() { b & }; set +e", "sh -c \"sh -c 'a b'\"", "export A=1 B", "time"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, s, must(shell.Parse(s, shell.Mode{})))
		check(t, s, shell.Makefile("t:\n\t"+s))
	})
}

func must(c []shell.Command, _ error) []shell.Command { return c }

func check(t *testing.T, s string, cmds []shell.Command) {
	for _, c := range cmds {
		if c.Line < 1 || c.Line > strings.Count(s, "\n")+3 {
			t.Errorf("line %d of %q", c.Line, s)
		}
	}
}

// TestContinuedLines reads one command of many lines, and one of too many.
func TestContinuedLines(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]shell.Command{
		0:              {{Words: []string{"a"}, Line: 2, Target: "t"}, {Words: []string{"b"}, Line: 3, Target: "t"}},
		1000:           {{Words: []string{"a"}, Line: 2, Target: "t"}, {Words: []string{"b"}, Line: 1003, Target: "t"}},
		shell.MaxBytes: {{Words: []string{"b"}, Line: shell.MaxBytes + 3, Target: "t"}},
	} {
		text := "t:\n\ta" + strings.Repeat("\\\n ", n) + "\n\tb\n"
		if diff := cmp.Diff(want, shell.Makefile(text)); diff != "" {
			t.Errorf("%d: %s", n, diff)
		}
	}
}

func BenchmarkContinuedLines(b *testing.B) {
	text := "t:\n\ta" + strings.Repeat("\\\n", 1<<18) + "\n"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		shell.Makefile(text)
	}
}
