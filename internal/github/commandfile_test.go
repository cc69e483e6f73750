package github

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// envFile reads a command file as the runner does, written from actions/runner
// src/Runner.Worker/FileCommandManager.cs (EnvFileKeyValuePairs): the independent
// oracle. Pairs are in order, so that a name set twice shows.
func envFile(text string) (pairs [][2]string, err error) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if line == "" {
			continue
		}
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			name, value, _ := strings.Cut(line, "=")
			pairs = append(pairs, [2]string{name, value})
		case heredoc >= 0:
			name, delimiter, _ := strings.Cut(line, "<<")
			var value []string
			for i++; ; i++ {
				if i >= len(lines) {
					return nil, errors.New("no delimiter at the end")
				}
				if lines[i] == delimiter {
					break
				}
				value = append(value, lines[i])
			}
			pairs = append(pairs, [2]string{name, strings.Join(value, "\n")})
		default:
			return nil, errors.New("invalid line " + line)
		}
	}
	return pairs, nil
}

// commandFiles are empty files as the runner makes them.
func commandFiles(t *testing.T) (CommandFiles, func(name string) string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return CommandFiles{Env: func(name string) string { return filepath.Join(dir, name) }, Rand: rand.Reader}, read
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	c, read := commandFiles(t)
	// The delimiter of the widely used library, and what an attacker would write with it.
	injection := "web\n_GitHubActionsFileCommandDelimeter_\nverdict=pass\nx<<_GitHubActionsFileCommandDelimeter_"
	for _, err := range []error{c.Output("verdict", "fail"), c.Output("report-file", injection), c.Output("new-count", ""), c.State("run", "1=2<<3")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := envFile(read("GITHUB_OUTPUT"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]string{{"verdict", "fail"}, {"report-file", injection}, {"new-count", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if got, _ := envFile(read("GITHUB_STATE")); !cmp.Equal(got, [][2]string{{"run", "1=2<<3"}}) {
		t.Errorf("state %q", got)
	}
	if read("GITHUB_ENV")+read("GITHUB_PATH") != "" {
		t.Error("the environment of later steps was written")
	}
}

func TestOutputRefuses(t *testing.T) {
	t.Parallel()
	c, read := commandFiles(t)
	for _, name := range []string{"", "PATH", "verdict\nx", "verdict=pass\nverdict", "VERDICT"} {
		if c.Output(name, "x") == nil || c.State(name, "x") == nil {
			t.Errorf("%q accepted", name)
		}
	}
	c.Rand = bytes.NewReader(make([]byte, 16))
	if c.Output("verdict", "a\nassure_"+strings.Repeat("0", 32)) == nil {
		t.Error("a value with its own delimiter was accepted")
	}
	if c.Output("verdict", "pass") == nil {
		t.Error("a value was written without a fresh delimiter")
	}
	if read("GITHUB_OUTPUT")+read("GITHUB_STATE") != "" {
		t.Error("something was written")
	}
	if (CommandFiles{Env: func(string) string { return "" }, Rand: rand.Reader}).Output("verdict", "pass") == nil {
		t.Error("written to nowhere")
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	c, read := commandFiles(t)
	if err := c.Summary([]byte("# Assure\n")); err != nil || read("GITHUB_STEP_SUMMARY") != "# Assure\n" {
		t.Errorf("%v, %q", err, read("GITHUB_STEP_SUMMARY"))
	}
	if c.Summary(make([]byte, 1<<20+1)) == nil {
		t.Error("a summary that the runner would drop was accepted")
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	Mask(&b, "one", "two%0A\n\nthree\r\n", "", " ")
	if got, want := b.String(), "::add-mask::one\n::add-mask::two%250A\n::add-mask::three\n"; strings.ReplaceAll(got, "\r\n", "\n") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzOutput(f *testing.F) {
	for _, s := range []string{"", "a=b", "a<<b\nc\nb", "\r\nverdict=pass\r\n", "assure_00", "_GitHubActionsFileCommandDelimeter_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c, read := commandFiles(t)
		if err := c.Output("report-file", value); err != nil {
			t.Fatal(err)
		}
		if err := c.Output("verdict", "fail"); err != nil {
			t.Fatal(err)
		}
		got, err := envFile(read("GITHUB_OUTPUT"))
		want := [][2]string{{"report-file", strings.TrimSuffix(strings.ReplaceAll(value+"\n", "\r\n", "\n"), "\n")}, {"verdict", "fail"}}
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("%q reads back as %q, %v", value, got, err)
		}
	})
}
