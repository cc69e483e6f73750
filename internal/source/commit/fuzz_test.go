package commit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzIndex(f *testing.F) {
	dir := f.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"update-index", "--index-version", "4"}} {
		if err := os.WriteFile(filepath.Join(dir, args[0]), nil, 0o600); err != nil {
			f.Fatal(err)
		}
		cmd := exec.CommandContext(f.Context(), "git", append([]string{"-c", "index.skipHash=true"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			f.Fatalf("%v: %s", err, out)
		}
		if data, err := os.ReadFile(filepath.Join(dir, ".git/index")); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseIndex(data)
		if err == nil && len(list)*60 > len(data) {
			t.Errorf("%d entries in %d bytes", len(list), len(data))
		}
	})
}

func FuzzIgnore(f *testing.F) {
	for _, s := range []string{"*.log\n!a.log\n", "/a/**/b/", "{a,b}", "[!a]*\\ ", "\\", "[", "**/**/**"} {
		f.Add(s, "a/b/c.log")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		for _, p := range parseIgnore(text) {
			if p.matches(name, false) && p.dirOnly {
				t.Errorf("%q is for directories", text)
			}
			if !strings.Contains(text, "!") && p.keep {
				t.Errorf("%q keeps nothing", text)
			}
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x0001234567890123456789"))
	f.Add([]byte("40000 ../x\x0001234567890123456789100644 \x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseTree(data, 20)
		if err == nil && len(list)*22 > len(data) {
			t.Errorf("%d entries in %d bytes", len(list), len(data))
		}
		_, _ = parseCommit("x", data, nil)
	})
}
