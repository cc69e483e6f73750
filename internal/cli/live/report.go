package live

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/document"
	"github.com/stella-ops/assure/internal/workspace"
)

// Outside refuses a report that stands inside of the checkout, or behind a link in it,
// where a change could choose what it is compared with.
func Outside(w *workspace.Workspace, cfg config.Config) error {
	if cfg.DAST.BaseReport == "" {
		return nil
	}
	for _, follow := range []func(string) (string, error){filepath.Abs, resolved} {
		root, err := follow(w.Root)
		if err != nil {
			return fmt.Errorf("find the repository: %w", err)
		}
		file, err := follow(cfg.DAST.BaseReport)
		if errors.Is(err, os.ErrNotExist) {
			return nil // said with the findings
		}
		if err != nil {
			return fmt.Errorf("find dast.base-report: %w", err)
		}
		if rel, err := filepath.Rel(root, file); err != nil || filepath.IsLocal(rel) {
			return fmt.Errorf("dast.base-report names %s, which lies inside of the repository, where a change could choose it; put the report of the base commit elsewhere, such as the runner's temporary directory", cfg.DAST.BaseReport)
		}
	}
	return nil
}

// resolved is an absolute path without links.
func resolved(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// fromReport reads what the dynamic test found on the commit.
func fromReport(file, commit string) ([]finding.Finding, error) {
	data, err := read(file)
	if err != nil {
		return nil, err
	}
	r, err := document.DecodeTrusted(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if r.Target.Commit != commit || commit == "" {
		return nil, fmt.Errorf("%s is about commit %q, and the change is compared with %q", file, r.Target.Commit, commit)
	}
	if !ran(r) {
		return nil, fmt.Errorf("the run that wrote %s did not make the dynamic test", file)
	}
	return findings(r, file)
}

// read reads a regular file of a sane size.
func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, document.MaxTrustedBytes+1))
}

func ran(r *report.Report) bool {
	for _, s := range r.Stages {
		if s.Name == stageName {
			return s.State != report.Skipped
		}
	}
	return false
}

// findings are those of the dynamic test. They are identified anew, so a report whose
// identities are of another version of the program is of no use.
func findings(r *report.Report, file string) ([]finding.Finding, error) {
	all := []finding.Finding{}
	for _, f := range r.Findings {
		if f.Stage != stageName {
			continue
		}
		if f.Finding.Fingerprint() != f.Fingerprint {
			return nil, fmt.Errorf("%s was written by another version of the program", file)
		}
		all = append(all, f.Finding)
	}
	return all, nil
}
