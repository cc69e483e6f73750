// Package discover finds out what there is to assess in a repository: documents, images,
// endpoints and lock files, each with its place. It needs no network and no engine.
package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/discover/dockerfile"
	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/kustomize"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// Build finds out what there is to assess in the tree. What cannot be read becomes a
// Problem; an error means that the tree itself cannot be listed or ctx has ended.
func Build(ctx context.Context, tree *source.Tree, cfg config.Config, event plan.Event, selected source.Selection) (*plan.Plan, error) {
	found, err := tree.Walk(ctx, selected)
	if err != nil {
		return nil, fmt.Errorf("build plan: %w", err)
	}
	if !selected.Committed {
		found.Missing = nil // deleted, which is a change like any other
	}
	return build(ctx, &plan.Plan{Root: tree.Dir(), Tree: tree, Event: event, Listing: found}, cfg, linked(tree, found))
}

// build fills an empty plan with what was found.
func build(ctx context.Context, p *plan.Plan, cfg config.Config, found source.Listing) (*plan.Plan, error) {
	b := &builder{ctx: ctx, tree: p.Tree, cfg: cfg, found: found, plan: p, known: map[problemKey]bool{}}
	b.list()
	b.links()
	b.dependencies()
	if !b.wanted() {
		b.sort()
		return b.plan, nil
	}
	b.calls()
	b.render()
	b.recognise()
	b.compose()
	for _, f := range found.Files {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("build plan: %w", ctx.Err())
		}
		b.file(f)
	}
	b.reportTemplates()
	b.elsewhere()
	b.placeValues()
	b.markOwn()
	b.envFiles()
	b.sort()
	b.repository()
	return b.plan, nil
}

// builder gathers the plan.
type builder struct {
	ctx   context.Context
	tree  *source.Tree
	cfg   config.Config
	found source.Listing
	plan  *plan.Plan
	// chartDirs are the directories with a Chart.yaml.
	chartDirs []string
	// renders are what charts and kustomizations made, by the file that names them.
	renders map[string]render.Output
	// taken are files that a Compose set has used or that were reported already.
	taken map[string]bool
	// builds are the builds of Compose services, by Dockerfile.
	builds map[string][]dockerfile.Build
	// env holds what .env files set, by directory.
	env map[string]compose.Environment
	// valued are the images that values of charts name.
	valued []plan.Image
	// configs are the configuration files beside the deployment.
	configs []configfile.File
	// pending are the files of sets with a well-known name; sets are those that stay.
	pending [][]string
	sets    []*compose.Set
	// composeFiles are the Compose files by name or content.
	composeFiles map[string]bool
	// invoked are the lists of files that Compose is started with, scripted the Dockerfiles
	// that something builds, manifests the files that are applied, and commanded the values
	// files that charts are rendered with.
	invoked             [][]string
	scripted, manifests map[string]bool
	commanded           map[string][]string
	// known are the first noted problems.
	known map[problemKey]bool
	noted int
	// read are files that a tool was started with, deliveries what Skaffold's do.
	read       map[string]bool
	deliveries map[string]*delivery
	// templates are those that nothing renders, by directory.
	templates map[string][]string
}

// wanted reports whether a stage of this run looks at what is deployed.
func (b *builder) wanted() bool {
	return b.plan.Partial || b.cfg.Runs("hardening") || b.cfg.Runs("images") || b.cfg.Runs("dast") ||
		b.cfg.Runs("deps") && b.cfg.Deps.ScanImages != "never"
}

func (b *builder) list() {
	b.taken, b.builds = map[string]bool{}, map[string][]dockerfile.Build{}
	for _, f := range b.found.Files {
		b.plan.Files = append(b.plan.Files, plan.File{Name: f})
		if path.Base(f) == "Chart.yaml" {
			b.chartDirs = append(b.chartDirs, path.Dir(f))
		}
	}
}

// file reads one file that no Compose set has taken.
func (b *builder) file(name string) {
	switch {
	case b.taken[name]:
	case b.buildsImage(name):
		b.dockerfile(name)
	case b.emit(name):
	case inTemplates(name, b.chartDirs) && b.templated(name):
	case isYAML(name), kustomize.Is(name), b.manifests[name]:
		b.kubernetes(name)
	case isJSON(name) && b.tooLarge(name):
		b.unread(name, fmt.Errorf("read %s: %w (limit %d bytes)", name, source.ErrTooLarge, source.MaxFileBytes))
	case isJSON(name) && b.looksLikeManifest(name):
		b.kubernetes(name)
	case isTemplate(name) && b.speaks(name):
		b.unrendered(name)
	default:
		b.plain(name)
	}
}

// fromLine is an instruction that every Dockerfile has.
var fromLine = regexp.MustCompile(`(?m)^[ \t]*FROM[ \t]`)

// speaks reports whether a template holds lines of a deployment.
func (b *builder) speaks(name string) bool {
	head, err := b.tree.Head(name, recogniseHead)
	return err == nil && (recognise.Speaks(head) || recognise.IsDockerfile(strings.TrimSuffix(name, path.Ext(name)), nil) && fromLine.Match(head))
}

func (b *builder) looksLikeManifest(name string) bool {
	is, err := source.Ask(b.tree, source.Question[bool]{Name: "manifest marks", Answer: hasMarks, Limit: source.MaxFileBytes, Cut: true}, name)
	return err == nil && is
}

func hasMarks(_ string, data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		data = bytes.ReplaceAll(data, []byte{0}, nil) // UTF-16, which is reported when it is read
	}
	return isManifest(data)
}

// isManifest reports whether a JSON text has the marks of a manifest.
func isManifest(data []byte) bool {
	return bytes.Contains(data, []byte(`"apiVersion"`)) && bytes.Contains(data, []byte(`"kind"`))
}

func (b *builder) templated(name string) bool {
	is, err := source.Ask(b.tree, source.Question[bool]{Name: "templated", Answer: hasActions, Limit: source.MaxFileBytes}, name)
	return err == nil && is
}

func hasActions(_ string, data []byte) bool { return bytes.Contains(data, []byte("{{")) }

// links reports what looks like an input but is not a regular file of the tree.
func (b *builder) links() {
	for _, name := range b.found.Links {
		b.unreadable(name, "symbolic link leads out of the repository, to what git does not track there, or nowhere, and is not followed; replace it by the file")
	}
	for _, name := range b.found.Submodules {
		b.problem(gap.RemoteSource, finding.Top(name), "submodule: its files are another repository's and are not assessed here; assess that repository by itself and exclude the directory", config.StageNames[:]...)
	}
	for _, name := range b.found.Special {
		b.unreadable(name, "not a regular file (a pipe, socket or device) and not read; replace it by a file")
	}
	b.missing()
	for _, name := range b.found.Unreadable {
		b.problem(gap.Unreadable, finding.Top(name), "directory cannot be listed; grant read permission or exclude it", config.StageNames[:]...)
	}
}

// missing reports files of the commit that a sparse checkout, or a step before, keeps from
// the disk.
func (b *builder) missing() {
	if len(b.found.Missing) == source.MaxMissing {
		b.problem(gap.TooMany, finding.Location{}, "at least "+strconv.Itoa(source.MaxMissing)+" files of the commit are not on disk; check the whole repository out before the gate runs, or exclude what is left out", config.StageNames[:]...)
	}
	for _, name := range b.found.Missing {
		if stages := stagesFor(name); stages != nil {
			b.problem(gap.MissingFile, finding.Top(name), "the commit holds the file, but it is not on disk, so it was not judged; check the whole repository out before the gate runs, without steps that remove files, or exclude it", stages...)
		}
	}
}

// unreadable reports a file for the stages that would have read it, by its name.
func (b *builder) unreadable(name, msg string) {
	if stages := stagesFor(name); stages != nil {
		b.taken[name] = true
		b.problem(gap.NotRegular, finding.Top(name), msg, stages...)
	}
}

// stagesFor are the stages that need a file of this name.
func stagesFor(name string) []string {
	switch {
	case compose.Named(name), isEnvFile(name):
		return []string{"hardening", "images", "dast"}
	case isLockFile(name):
		return []string{"deps"}
	case dockerfile.Named(name), isYAML(name):
		return []string{"hardening", "images"}
	}
	return nil
}

// sameRole tells whether a file would be read under another name just as well.
func sameRole(name, as string) bool {
	return slices.Equal(stagesFor(name), stagesFor(as)) && dockerfile.Named(name) == dockerfile.Named(as)
}

func isEnvFile(name string) bool { return path.Base(name) == ".env" }

func (b *builder) problem(rule string, at finding.Location, msg string, stages ...string) {
	b.report(finding.Gap{Rule: rule, Location: at, Message: msg}, stages...)
}

func (b *builder) report(g finding.Gap, stages ...string) {
	b.plan.Problems = append(b.plan.Problems, plan.Problem{Gap: g, Stages: stages})
}

// reportOnce reports a gap unless the same stands at the same place already.
func (b *builder) reportOnce(g finding.Gap, stages ...string) {
	if !b.told(g.Location, g.Message) {
		b.report(g, stages...)
	}
}

// fault reports an error at its own place where it has one, else at the file.
func (b *builder) fault(name string, err error, stages ...string) {
	at, msg := placed(name, err)
	b.report(finding.Gap{Rule: ruleOf(err), Location: at, Subject: subjectOf(err), Message: msg}, stages...)
}

// subjectOf names what an error keeps from being seen, "" for the whole file.
func subjectOf(err error) string {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Subject
	}
	return ""
}

// placed is where an error stands and what it says.
func placed(name string, err error) (finding.Location, string) {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Location, e.Message
	}
	return finding.Top(name), err.Error()
}

// ruleOf is the kind of gap that a file leaves which could not be read.
func ruleOf(err error) string {
	e, placed := errors.AsType[*source.Error](err)
	switch {
	case errors.Is(err, source.ErrTooLarge):
		return gap.TooLarge
	case errors.Is(err, source.ErrOutside):
		return gap.Outside
	case errors.Is(err, fs.ErrNotExist):
		return gap.MissingFile
	case placed:
		return cmp.Or(e.Rule, gap.NotParsed)
	}
	return gap.Unreadable
}

// sort brings everything into file order, whatever order it was found in.
func (b *builder) sort() {
	p := b.plan
	slices.SortStableFunc(p.Images, func(x, y plan.Image) int { return x.Location.Compare(y.Location) })
	slices.SortStableFunc(p.Problems, func(x, y plan.Problem) int {
		return cmp.Or(x.Location.Compare(y.Location), cmp.Compare(x.Message, y.Message))
	})
}
