package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter"
)

// publishToGitHub writes outputs, summary and annotations, which must succeed, and
// sends comment and SARIF, whose failures are warnings.
func (a *app) publishToGitHub(ctx context.Context, j *job, r *report.Report) error {
	files := github.CommandFiles{Env: a.env, Rand: rand.Reader}
	o := reporter.Options{Key: j.GitHub.CommentKey(), RunURL: j.GitHub.RunURL(), OutDir: a.flags.out}
	summary, err := reporter.Render("markdown", r, o)
	if err != nil {
		return err
	}
	annotations, err := reporter.Render("annotations", r, o)
	if err != nil {
		return err
	}
	if _, err := a.Stdout.Write(annotations); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	err = errors.Join(files.Summary(summary), a.setOutputs(files, r))
	for _, warning := range a.send(ctx, j, r, o) {
		fmt.Fprint(a.Stdout, reporter.Warning("Assure", warning))
	}
	return err
}

func (a *app) setOutputs(files github.CommandFiles, r *report.Report) error {
	var errs []error
	for name, value := range outputs(a.flags.out, r) {
		errs = append(errs, files.Output(name, value))
	}
	return errors.Join(errs...)
}

// outputs are the action's outputs; none of them holds text of the repository.
func outputs(out string, r *report.Report) map[string]string {
	c := r.Counts
	values := map[string]string{
		"verdict": string(r.Verdict), "report-dir": out,
		"report-file": filepath.Join(out, "report.json"), "sarif-file": filepath.Join(out, "assure.sarif"), "summary-file": filepath.Join(out, "summary.md"),
		"findings-count": strconv.Itoa(c.Critical + c.High + c.Medium + c.Low + c.Info), "new-count": strconv.Itoa(c.Introduced),
		"highest-severity": "none",
	}
	for _, s := range finding.Severities {
		values[s.String()+"-count"] = strconv.Itoa(c.Of(s))
		if c.Of(s) > 0 && values["highest-severity"] == "none" {
			values["highest-severity"] = s.String()
		}
	}
	return values
}

// send publishes to the repository and returns what could not be published.
func (a *app) send(ctx context.Context, j *job, r *report.Report, o reporter.Options) []string {
	if j.cfg.Offline || j.cfg.Token == "" {
		return nil
	}
	client, err := github.New(j.GitHub, github.Options{Token: j.cfg.Token, Version: version})
	if err != nil {
		return []string{err.Error()}
	}
	p := github.Publication{Head: j.Event.Commit, OnlyUpdate: j.cfg.Report.Comment == "on-change" && r.Verdict == report.Pass}
	if wantsComment(j.cfg.Report.Comment, r.Verdict) {
		p.Comment, err = reporter.Render("comment", r, o)
	}
	if err == nil && j.cfg.Report.UploadSARIF == "auto" {
		p.SARIF, err = reporter.Render("sarif-upload", r, o)
	}
	if err != nil {
		return []string{err.Error()}
	}
	return client.Publish(ctx, p)
}

func wantsComment(when string, v report.Verdict) bool {
	return when == "always" || when == "on-change" || when == "on-failure" && v != report.Pass
}

// mask asks the runner to hide credentials that only the action knows. The token is
// hidden already: the runner gave it.
func (a *app) mask(cfg config.Config) {
	if !a.inAction() {
		return
	}
	for _, auth := range cfg.Auth {
		github.Mask(a.Stdout, auth.Password)
	}
	github.Mask(a.Stdout, cfg.DAST.Auth.Value, cfg.DAST.ZAPKey)
}
