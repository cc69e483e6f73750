package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

// timeDeps times the dependency scan beside Trivy: the same directories, the same
// database, no network.
func timeDeps(ctx context.Context, o options, dir string) error {
	t, err := buildTrivy(ctx, o.tools)
	if err != nil {
		return err
	}
	cache, err := database(dir, o.database)
	if err != nil {
		return err
	}
	cases := []struct {
		name string
		fill func(dir, src string) error
	}{
		{"30 kinds of lock files", lockCorpus},
		{"100,000 files", monorepo},
		{"one go.mod", func(dir, _ string) error { return write(filepath.Join(dir, "go.mod"), goMod) }},
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "case\tprogram\tseconds\tpeak MB\tratio\t")
	for i, c := range cases {
		repo := filepath.Join(dir, fmt.Sprint("repo", i))
		if err := c.fill(repo, t.source); err != nil {
			return err
		}
		both := contest{c.name, []entry{
			{"trivy", t.on(repo, cache)},
			{"assure", command(o.assure, "deps", "--quiet", "--offline", "--database", filepath.Join(cache, "db"), "--fail-on", "none", "--format", "json", repo)},
		}}
		if err := both.run(ctx, o.runs, w); err != nil {
			return errors.Join(err, w.Flush())
		}
	}
	return w.Flush()
}

// database makes a cache directory as Trivy has it, with the given database or a small
// one.
func database(dir, real string) (string, error) {
	cache := filepath.Join(dir, "cache")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make cache: %w", err)
	}
	if real != "" {
		return cache, os.Symlink(real, filepath.Join(cache, "db"))
	}
	advisories := []fixture.Advisory{
		{ID: "CVE-2027-0001", Ecosystem: "go", Package: "golang.org/x/net", Vulnerable: []string{"<0.23.0"}, Patched: []string{"0.23.0"}, Severity: "HIGH"},
	}
	for _, name := range ecosystems() { // one that is not covered would not be matched
		advisories = append(advisories, fixture.Advisory{ID: "CVE-2027-0002", Ecosystem: name, Package: "nothing", Vulnerable: []string{"<0.1.0"}, Severity: "LOW"})
	}
	return cache, fixture.Write(filepath.Join(cache, "db"), advisories, time.Now())
}

const goMod = `module example.org/one

go 1.22

require (
	github.com/gin-gonic/gin v1.7.0
	golang.org/x/net v0.17.0
	golang.org/x/crypto v0.10.0 // indirect
)
`

// monorepo writes 100,000 files in 2,000 directories: sources, a lock file in every
// tenth directory, and binaries of some size.
func monorepo(dir, src string) error {
	locks, err := locksOf(src)
	if err != nil {
		return err
	}
	for d := range 2000 {
		at := filepath.Join(dir, fmt.Sprintf("team-%02d/service-%04d", d%40, d))
		for i := range 49 {
			if err := write(filepath.Join(at, fmt.Sprintf("file%02d.go", i)), strings.Repeat("package service // nothing to see here\n", 1+i%20)); err != nil {
				return err
			}
		}
		if err := write(filepath.Join(at, "README.md"), "# Service\n"); err != nil {
			return err
		}
		if d%10 == 0 {
			lock := locks[d/10%len(locks)]
			if err := copyFile(lock, filepath.Join(at, filepath.Base(lock))); err != nil {
				return err
			}
		}
	}
	return nil
}

// locksOf are the well-formed lock files among the peer's samples.
func locksOf(src string) (locks []string, err error) {
	root := filepath.Join(src, "pkg", "fanal", "analyzer", "language")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		if err == nil && strings.Contains(path, "/happy/") && (strings.Contains(name, "lock") || name == "go.mod" || name == "requirements.txt") {
			locks = append(locks, path)
		}
		return err
	})
	if err == nil && len(locks) == 0 {
		err = fmt.Errorf("no samples in %s", root)
	}
	return locks, err
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}
