package images

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// pinned are files with † where the digest of REG/app:1.2.3 must be written, and
// nothing else may change.
var pinned = map[string]string{
	"compose.yaml": "services:\r\n  # REG/app:1.2.3\r\n  plain: {image: REG/app:1.2.3†}   # kept\r\n  quoted:\r\n    image: \"REG/app:1.2.3†\"\r\n" +
		"  single: {image: 'REG/app:1.2.3†'}\r\n  default: {image: 'REG/app:${TAG:-1.2.3†}'}\r\n  whole: {image: '${IMAGE-REG/app:1.2.3†}'}\r\n" +
		"  name: {image: '${WHERE:-REG}/app:1.2.3†'}\r\n",
	"k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: é}\nspec:\n  containers:\n  - {name: a, image: &i REG/app:1.2.3†}\n  - name: b\n    image: *i\n" +
		"  initContainers:\n  - {name: ü, image: \"REG/app:1.2.3†\"}\n",
	"k8s/pod.json":               `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "j", "image": "REG/app:1.2.3†"}]}}`,
	"k8s/kustomization.yaml":     "images:\n- name: app\n  newName: REG/app\n  newTag: 1.2.3†\n",
	"Dockerfile":                 "# syntax=REG/app:1.2.3†\nFROM REG/app:1.2.3† AS build\nCOPY --from=REG/app:1.2.3† /a /b\nRUN --mount=from=REG/app:1.2.3†,target=/x true\n",
	"arg.Dockerfile":             "ARG VERSION=1.2.3†\nFROM --platform=$BUILDPLATFORM REG/app:${VERSION}\n",
	"quoted.Dockerfile":          "ARG BASE=\"REG/app:1.2.3†\"\nFROM $BASE\n",
	".github/workflows/test.yml": "jobs:\n  a:\n    container: REG/app:1.2.3†\n    services: {s: {image: 'REG/app:1.2.3†'}}\n    steps: [{uses: \"docker://REG/app:1.2.3†\"}]\n",
	"action.yml":                 "runs: {using: docker, image: docker://REG/app:1.2.3†}\n",
}

// refused are files that stay as they are, with the reasons.
var refused = map[string]string{
	"a/compose.yaml":           "services:\n  bad: {image: REG/bad:1}\n  stranger: {image: other.example/x:1}\n  none: {image: REG/none:1}\n",
	"b/compose.yaml":           "services:\n  env: {image: 'REG/app:${TAG}'}\n  shadowed: {image: 'REG/app:${TAG:-9}'}\n",
	"b/.env":                   "TAG=1.2.3\n",
	"two.Dockerfile":           "ARG V=1.2.3\nFROM REG/app:$V\nRUN echo $V\n",
	"chart/Chart.yaml":         "apiVersion: v2\nname: chart\n",
	"chart/values.yaml":        "image: {repository: REG/app, tag: 1.2.3}\n",
	"chart/templates/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec:\n  containers:\n  - name: a\n    image: '{{ .Values.image.repository }}:{{ .Values.image.tag }}'\n",
	"block/pod.yaml":           "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: >-\n      REG/app:1.2.3\n",
	"escape/pod.yaml":          "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: \"REG/app:1.2\\u002e3\"}]}\n",
	".github/workflows/m.yml":  "jobs: {a: {strategy: {matrix: {v: [1.2.3, 1.2.4]}}, container: 'REG/app:${{ matrix.v }}'}}\n",
}

func TestPinsWhatWasVerified(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.opts.Fixes = true
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	must(t, w.registry.SignBundle(w.push("1.2.4"), w.key))
	_, err := w.registry.Push("acme/bad", "1")
	must(t, err)
	digest := ref[strings.Index(ref, "@"):]
	files, want := map[string]string{}, map[string]string{}
	for name, text := range pinned {
		text = strings.ReplaceAll(text, "REG", w.registry.Host+"/acme")
		files[name], want[name] = strings.ReplaceAll(text, "†", ""), strings.ReplaceAll(text, "†", digest)
	}
	for name, text := range refused {
		files[name] = strings.ReplaceAll(text, "REG", w.registry.Host+"/acme")
		want[name] = files[name]
	}
	before, set := w.runFiles(files)
	fixed := applyFixes(t, files, set, false)
	if diff := cmp.Diff(want, fixed); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	after, set := w.runFiles(fixed)
	if len(before.Images) != len(after.Images) {
		t.Errorf("%d images became %d", len(before.Images), len(after.Images))
	}
	n := strings.Count(strings.Join(keep(want, pinned), ""), digest)
	if got := len(slices.DeleteFunc(after.Images, func(im plan.Image) bool { return !strings.HasSuffix(im.Ref, ":1.2.3"+digest) })); got != n+1 {
		t.Errorf("%d images are pinned, want %d and the alias", got, n)
	}
	wantRefused := map[string]string{
		"a/compose.yaml bad":                  "its signature did not verify",
		"a/compose.yaml stranger":             "no rule of images.rules covers it",
		"a/compose.yaml none":                 "the registry does not have it",
		"b/compose.yaml env":                  "a variable or template decides which image it is",
		"b/compose.yaml shadowed":             "a variable or template decides which image it is",
		"two.Dockerfile ":                     "a variable or template decides which image it is",
		"block/pod.yaml Pod//a":               "the text there is not the reference itself",
		"escape/pod.yaml Pod//a":              "the text there is not the reference itself",
		".github/workflows/m.yml a/container": "its text stands for several images",
	}
	got := map[string]string{}
	for _, f := range set.Findings {
		if why := f.Properties[NotPinned]; f.Rule == ruleUnpinned && f.Fix == nil {
			got[f.Location.URI+" "+f.Key] = why
		}
	}
	if diff := cmp.Diff(wantRefused, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if fixed = applyFixes(t, fixed, set, true); fixed["chart/values.yaml"] != "image: {repository: "+w.registry.Host+"/acme/app, tag: 1.2.3"+digest+"}\n" {
		t.Errorf("with a look: %s", fixed["chart/values.yaml"])
	}
}

// A digest that a header claims is never written down, and none is without a request.
func TestPinsTheBytesAndOnlyOnDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	w.cfg.Rules[0] = config.ImageRule{Match: []string{"**"}, AllowUnsigned: true, Reason: "nobody signs it"}
	files := map[string]string{"Dockerfile": "FROM " + ref[:strings.Index(ref, "@")] + "\n"}
	_, set := w.runFiles(files)
	if f := set.Findings[0]; f.Fix != nil || f.Properties != nil {
		t.Errorf("unasked: %+v", f)
	}
	w.opts.Fixes = true
	_, set = w.runFiles(files)
	want := "FROM " + ref + "\n"
	if got := applyFixes(t, files, set, false)["Dockerfile"]; got != want {
		t.Errorf("got %s", got)
	}
	if d := set.Findings[0].Fix.Description; !strings.HasSuffix(d, "accepted without a signature: nobody signs it.") {
		t.Error(d)
	}
}

func (w *world) runFiles(files map[string]string) (*plan.Plan, finding.Set) {
	w.t.Helper()
	dir := w.t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(w.t, os.WriteFile(path, []byte(text), 0o600))
	}
	tree, err := source.Open(dir)
	must(w.t, err)
	w.t.Cleanup(func() { tree.Close() })
	p, err := discover.Build(w.t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	must(w.t, err)
	set, err := New(w.cfg, w.opts).Run(w.t.Context(), p, func(string) {})
	must(w.t, err)
	return p, set
}

func applyFixes(t *testing.T, files map[string]string, set finding.Set, review bool) map[string]string {
	t.Helper()
	edits := map[string][]finding.Edit{}
	for _, f := range set.Findings {
		if f.Fix != nil && (f.Fix.Safe || review) {
			for _, e := range f.Fix.Edits {
				if !slices.Contains(edits[f.Location.URI], e) {
					edits[f.Location.URI] = append(edits[f.Location.URI], e)
				}
			}
		}
	}
	out := map[string]string{}
	for name, text := range files {
		data, err := finding.Apply([]byte(text), edits[name])
		must(t, err)
		out[name] = string(data)
	}
	return out
}

func keep(from, names map[string]string) (out []string) {
	for name := range names {
		out = append(out, from[name])
	}
	return out
}
