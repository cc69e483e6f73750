// Package workflow finds the images that workflows and actions of GitHub run.
package workflow

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// maxMatrix bounds the images that one expression of a workflow stands for.
const maxMatrix = 64

const dockerScheme = "docker://"

// IsWorkflow reports whether a file is a workflow of GitHub, by its name.
func IsWorkflow(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return path.Dir(name) == ".github/workflows" && (ext == ".yml" || ext == ".yaml")
}

// IsAction reports whether a file describes an action of GitHub, by its name.
func IsAction(name string) bool {
	base := path.Base(name)
	return base == "action.yml" || base == "action.yaml"
}

// Images are the images that the jobs of a GitHub workflow run in or beside.
func Images(d *source.Doc, model map[string]any) []plan.Image {
	var images []plan.Image
	jobs, _ := model["jobs"].(map[string]any)
	for _, name := range decoded.Keys(jobs) {
		job, _ := jobs[name].(map[string]any)
		w := workflowJob{images: &images, doc: d, matrix: decoded.At(job, []any{"strategy", "matrix"})}
		at := []any{"jobs", name}
		w.container(job["container"], decoded.Join(at, "container"), name+"/container")
		services, _ := job["services"].(map[string]any)
		for _, s := range decoded.Keys(services) {
			w.container(services[s], decoded.Join(at, "services", s), name+"/"+s)
		}
		w.steps(job["steps"], decoded.Join(at, "steps"), name)
	}
	return images
}

// ActionImages are the image that a GitHub action runs in, and those of its steps.
func ActionImages(d *source.Doc, model map[string]any) []plan.Image {
	var images []plan.Image
	w := workflowJob{images: &images, doc: d}
	if image, _ := decoded.At(model, []any{"runs", "image"}).(string); strings.HasPrefix(image, dockerScheme) {
		w.add(image, []any{"runs", "image"}, "action")
	}
	w.steps(decoded.At(model, []any{"runs", "steps"}), []any{"runs", "steps"}, "action")
	return images
}

// workflowJob is a job whose images are being read.
type workflowJob struct {
	images *[]plan.Image
	doc    *source.Doc
	matrix any
}

// container is an image by itself, or a mapping that names one.
func (w workflowJob) container(v any, at []any, subject string) {
	if m, ok := v.(map[string]any); ok {
		v, at = m["image"], decoded.Join(at, "image")
	}
	if image, ok := v.(string); ok {
		w.add(image, at, subject)
	}
}

func (w workflowJob) steps(v any, at []any, subject string) {
	steps, _ := v.([]any)
	for i, s := range steps {
		if uses, _ := decoded.At(s, []any{"uses"}).(string); strings.HasPrefix(uses, dockerScheme) {
			w.add(uses, decoded.Join(at, i, "uses"), subject+"/step "+strconv.Itoa(i+1))
		}
	}
}

func (w workflowJob) add(value string, at []any, subject string) {
	place, _ := w.doc.Locate(at)
	raw := strings.TrimPrefix(value, dockerScheme)
	place = ending(place, node(w.doc.Root, at), raw)
	for _, ref := range w.resolve(raw) {
		if ref == "" { // the runner takes an empty image for none
			continue
		}
		im := plan.Image{Ref: ref, Raw: raw, Kind: plan.Workflow, Subject: subject, Location: place}
		for _, m := range expression.FindAllStringSubmatch(ref, -1) {
			im.Unresolved = append(im.Unresolved, m[1])
		}
		*w.images = append(*w.images, im)
	}
}

var (
	expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)
	ofMatrix   = regexp.MustCompile(`^matrix((?:\.[A-Za-z_][\w-]*)+)$`)
	literal    = regexp.MustCompile(`^'((?:[^']|'')*)'$`)
)

// resolve are the references that a text stands for. Expressions of the matrix are
// replaced by each of its values; what only a run can know stays as written.
func (w workflowJob) resolve(text string) []string {
	refs := []string{text}
	for _, m := range expression.FindAllStringSubmatch(text, -1) {
		values := w.values(m[1])
		if len(values) == 0 || len(refs)*len(values) > maxMatrix {
			continue
		}
		var next []string
		for _, ref := range refs {
			for _, v := range values {
				next = append(next, strings.ReplaceAll(ref, m[0], v))
			}
		}
		slices.Sort(next)
		refs = slices.Compact(next)
	}
	return refs
}

func (w workflowJob) values(expr string) (out []string) {
	if m := literal.FindStringSubmatch(expr); m != nil {
		return []string{strings.ReplaceAll(m[1], "''", "'")}
	}
	m := ofMatrix.FindStringSubmatch(expr)
	if m == nil {
		return nil
	}
	var steps []any
	for part := range strings.SplitSeq(m[1][1:], ".") {
		steps = append(steps, part)
	}
	axis, _ := decoded.At(w.matrix, steps[:1]).([]any)
	for _, v := range axis {
		out = append(out, decoded.Scalars(v, steps[1:])...)
	}
	included, _ := decoded.At(w.matrix, []any{"include"}).([]any)
	for _, v := range included {
		out = append(out, decoded.Scalars(v, steps)...)
	}
	return out
}

// node is what stands at a path; nil when nothing does.
func node(n *yaml.Node, path []any) *yaml.Node {
	for _, step := range path {
		if _, n = source.Child(n, step); n == nil {
			return nil
		}
	}
	return source.Deref(n)
}

// ending narrows the place of a scalar on one line to the text that it ends with.
func ending(at finding.Location, n *yaml.Node, text string) finding.Location {
	r := &at.Region
	if n == nil || n.Value == text || !strings.HasSuffix(n.Value, text) || r.StartLine != r.EndLine {
		return at
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		r.EndColumn--
	}
	r.StartColumn = max(r.StartColumn, r.EndColumn-len([]rune(text)))
	return at
}
