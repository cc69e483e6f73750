package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/images"
)

func (a *app) fixCommand() *cobra.Command {
	var write, review bool
	c := &cobra.Command{
		Use: "fix [PATH]", Short: "Show, or write, the fixes as a unified diff", Args: cobra.MaximumNArgs(1),
		Long: "Shows fixes as a unified diff: what the hardening rules ask for, and the digests of\n" +
			"images that have passed images.rules. Nothing is reformatted. Only fixes that cannot change what the deployment does are offered, unless --review\n" +
			"asks for those that need a look as well.",
		RunE: func(c *cobra.Command, args []string) error { return a.fix(c.Context(), pathArg(args), write, review) },
	}
	c.Flags().BoolVar(&write, "write", false, "Change the files.")
	c.Flags().BoolVar(&review, "review", false, "Include fixes that can change what the deployment does.")
	return c
}

// fix exits with 0 whether or not there was anything to fix, and with 2 when the
// repository could not be judged.
func (a *app) fix(ctx context.Context, dir string, write, review bool) error {
	a.wantsFixes = true
	j, err := a.prepare(ctx, dir)
	if err != nil {
		return err
	}
	defer j.Close()
	j.cfg.Stages = fixStages(j.cfg)
	r, err := a.assess(ctx, j)
	if err != nil {
		return err
	}
	if r.Verdict == report.Error {
		a.code = exitError
	}
	a.sayUnpinned(r, j.cfg)
	byFile := fixes(r, review)
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		if err := a.fixFile(j, name, byFile[name], write); err != nil {
			return err
		}
	}
	return nil
}

// fixStages are the stages that have fixes. Registries are asked only where a rule can
// vouch for what they say.
func fixStages(cfg config.Config) []string {
	if cfg.Offline || len(cfg.Images.Rules) == 0 {
		return []string{"hardening"}
	}
	return []string{"hardening", "images"}
}

// sayUnpinned names the images that stay without a digest, and why.
func (a *app) sayUnpinned(r *report.Report, cfg config.Config) {
	if len(fixStages(cfg)) == 1 {
		a.hint("no image was pinned: that takes a registry to ask (no --offline) and images.rules to say whose images are good")
	}
	for _, f := range r.Findings {
		if why := f.Properties[images.NotPinned]; why != "" && f.Exception == nil {
			a.hint(fmt.Sprintf("%s: %s was not pinned: %s", f.Location, f.Subject, why))
		}
	}
}

// hint is advice for a person that changes no result.
func (a *app) hint(text string) {
	if !a.flags.quiet {
		fmt.Fprintln(a.Stderr, reporter.TerminalLine("assure: "+text))
	}
}

// fixes are the offered fixes of the findings that nobody has accepted, by file.
func fixes(r *report.Report, review bool) map[string][]*finding.Fix {
	byFile := map[string][]*finding.Fix{}
	for _, f := range r.Findings {
		if f.Fix != nil && f.Exception == nil && (f.Fix.Safe || review) {
			byFile[f.Location.URI] = append(byFile[f.Location.URI], f.Fix)
		}
	}
	return byFile
}

func (a *app) fixFile(j *job, name string, fixes []*finding.Fix, write bool) error {
	old, err := j.Tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return err
	}
	fixed, left := splice(name, old, fixes)
	if err := a.printDiff(diff.Diff("a/"+name, old, "b/"+name, fixed)); err != nil {
		return err
	}
	if left > 0 {
		a.complain(fmt.Errorf("%s: %d fixes exclude another one; run assure fix again after applying these", name, left))
	}
	if !write || string(fixed) == string(old) {
		return nil
	}
	return replaceFile(j.Tree.Dir(), name, fixed)
}

// splice makes as many fixes as go together: each was proven alone, and a further one
// is kept only if the file is still valid with it. It returns how many were left out.
func splice(name string, data []byte, fixes []*finding.Fix) (fixed []byte, left int) {
	var kept []finding.Edit
	fixed = data
	for _, f := range fixes {
		all := append(slices.Clone(kept), f.Edits...)
		if len(f.Edits) == 1 && slices.Contains(kept, f.Edits[0]) { // two users of one text
			all = kept
		}
		text, err := finding.Apply(data, all)
		if err == nil && isYAML(name) {
			_, err = source.Parse(name, text)
		}
		if err != nil {
			left++
			continue
		}
		kept, fixed = all, text
	}
	return fixed, left
}

func isYAML(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(name)))
}

// printDiff escapes the repository's text where a person or the runner reads it, and
// leaves it exact for programs that apply it.
func (a *app) printDiff(text []byte) error {
	if !isTerminal(a.Stdout) && !a.inAction() {
		_, err := a.Stdout.Write(text)
		return err
	}
	for line := range strings.Lines(string(text)) {
		if _, err := io.WriteString(a.Stdout, reporter.TerminalLine(strings.TrimSuffix(line, "\n"))+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile swaps the file below dir for its new content in one step. It follows no
// link out of dir and keeps the file's mode.
func replaceFile(dir, name string, data []byte) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer root.Close()
	name = filepath.FromSlash(name)
	info, err := root.Stat(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	temp := filepath.Join(filepath.Dir(name), "."+path.Base(filepath.ToSlash(name))+".assure")
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", name, err), root.RemoveAll(temp))
		}
	}()
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return root.Rename(temp, name)
}
