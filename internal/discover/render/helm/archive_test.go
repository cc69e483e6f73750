package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/finding"
)

// entry is one of an archive that a test makes.
type entry struct {
	name, text string
	kind       byte
}

func pack(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Size: int64(len(e.text)), Mode: 0o644, Typeflag: e.kind}
		if e.kind != 0 {
			h.Size, h.Linkname = 0, e.text
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// packFiles packs files as helm package does: without entries for directories.
func packFiles(t testing.TB, files map[string]string) string {
	t.Helper()
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(files)) {
		entries = append(entries, entry{name: name, text: files[name]})
	}
	return pack(t, entries...)
}

// redis is a chart to be packed.
func redis() map[string]string {
	return map[string]string{
		"redis/Chart.yaml":             "name: redis\nversion: 1.0.0\n",
		"redis/values.yaml":            "image: redis:7\ntext: own\n",
		"redis/templates/pod.yaml":     pod + "spec:\n  containers: [{name: a, image: \"{{ .Values.image }}\"}]\ndata: '{{ .Values.text }} {{ .Files.Get \"more.txt\" }}'\n",
		"redis/templates/_h.tpl":       "",
		"redis/more.txt":               "more",
		"redis/charts/README.md":       "no chart",
		"redis/charts/_off/Chart.yaml": "name: [",
	}
}

func parent(needs string) map[string]string {
	files := chartOf("")
	files["chart/Chart.yaml"] = "name: c\nversion: 1.0.0\n" + needs
	return files
}

// TestPackedSubcharts renders charts that are packed, one in another, and finds their
// values where they are.
func TestPackedSubcharts(t *testing.T) {
	t.Parallel()
	inner, outer := redis(), redis()
	outer["redis/charts/redis-1.0.0.tgz"] = packFiles(t, inner)
	for name, text := range map[string]string{"Chart.yaml": "name: common\nversion: 1.0.0\n", "templates/x.yaml": pod} {
		outer["redis/charts/common/"+name] = text
	}
	files := parent("dependencies:\n- {name: redis, version: 1.x, alias: cache, repository: 'https://charts.example', condition: cache.enabled}\n")
	files["chart/charts/redis-1.0.0.tgz"] = packFiles(t, outer)
	files["chart/values.yaml"] = "cache:\n  text: given\n"
	out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
	var got []string
	for _, p := range out.Problems {
		got = append(got, p.Location.String()+" "+p.Message)
	}
	for _, o := range out.Objects {
		at, _ := o.Locator.Locate([]any{"spec", "containers", 0, "image"})
		text, _ := o.Locator.Locate([]any{"data"})
		got = append(got, fmt.Sprint(o.File, o.Files, o.Model["data"], " ", at, at.Inside(), " ", text, text.Inside()))
	}
	const tgz = "chart/charts/redis-1.0.0.tgz"
	want := []string{
		tgz + "[" + tgz + " chart/values.yaml] <nil> " + tgz + ":1:1 (inside the archive at redis/charts/common/templates/x.yaml:1) " + tgz + ":1:1 (inside the archive at redis/charts/common/templates/x.yaml:1)",
		tgz + "[" + tgz + " chart/values.yaml]own more " + tgz + ":1:1 (inside the archive at redis/charts/redis-1.0.0.tgz/redis/values.yaml:1) " + tgz + ":1:1 (inside the archive at redis/charts/redis-1.0.0.tgz/redis/templates/pod.yaml:6)",
		tgz + "[" + tgz + " chart/values.yaml]given more " + tgz + ":1:1 (inside the archive at redis/values.yaml:1) " + tgz + ":1:1 (inside the archive at redis/templates/pod.yaml:6)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{tgz, "chart/templates/t.yaml"}, out.Parts); diff != "" {
		t.Error(diff)
	}
	files["chart/values.yaml"] = "cache: {enabled: false}\n"
	if out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil); len(out.Objects)+len(out.Problems) != 0 {
		t.Errorf("switched off: %v %v", out.Objects, out.Problems)
	}
}

// TestSubchartsBeside renders what file:// names.
func TestSubchartsBeside(t *testing.T) {
	t.Parallel()
	sibling := "apiVersion: v2\nname: lib\nversion: 1.0.0\n"
	for name, tt := range map[string]struct {
		needs   string
		objects int
		gap     string
	}{
		"plain":         {"- {name: lib, repository: file://../lib}", 1, ""},
		"alias":         {"- {name: lib, repository: file://../lib}\n- {name: lib, alias: two, repository: file://../lib}", 2, ""},
		"switched off":  {"- {name: lib, repository: file://../lib, condition: lib.enabled}", 0, ""},
		"tag":           {"- {name: lib, repository: file://../lib, tags: [back]}", 0, ""},
		"other name":    {"- {name: bib, repository: file://../lib}", 0, "needs chart bib"},
		"not there":     {"- {name: lib, repository: file://../nib}", 0, "fetched from file://../nib"},
		"absolute":      {"- {name: lib, repository: file:///lib}", 0, "needs chart lib"},
		"out of it":     {"- {name: lib, repository: file://../../lib}", 0, "needs chart lib"},
		"remote":        {"- {name: lib, repository: 'https://me:secret@charts.example/x'}", 0, "fetched from https://charts.example/x and"},
		"another's tgz": {"- {name: lib-a, repository: ''}", 0, "needs chart lib-a, which is fetched from elsewhere"},
	} {
		files := parent("dependencies:\n" + tt.needs + "\n")
		files["chart/values.yaml"] = "lib: {enabled: false}\ntags: {back: false}\n"
		files["lib/Chart.yaml"], files["lib/templates/p.yaml"] = sibling, pod
		if name == "another's tgz" {
			files["chart/charts/lib-a-b-1.0.0.tgz"] = "broken"
		}
		out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
		var gaps []finding.Gap
		for _, p := range out.Problems {
			if p.Location.URI == "chart/Chart.yaml" {
				gaps = append(gaps, p)
			}
		}
		if len(out.Objects) != tt.objects || len(gaps) != min(1, len(tt.gap)) {
			t.Errorf("%s: %d objects, %v", name, len(out.Objects), out.Problems)
		}
		for _, p := range gaps {
			if !strings.Contains(p.Message, tt.gap) || p.Rule != "gap/remote-source" || p.Subject == "" || strings.Contains(p.Message, "secret") {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// TestLoops ends where charts name one another.
func TestLoops(t *testing.T) {
	t.Parallel()
	files := parent("dependencies: [{name: lib, repository: file://../lib}]\n")
	files["lib/Chart.yaml"] = "name: lib\ndependencies: [{name: c, repository: file://../chart}]\n"
	out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
	if len(out.Problems) != 1 || !strings.Contains(out.Problems[0].Message, "contains itself") {
		t.Errorf("%v", out.Problems)
	}
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	with := func(more ...entry) string {
		return pack(t, append([]entry{{name: "redis/Chart.yaml", text: "name: redis\n"}, {name: "redis/templates/a.yaml", text: pod}}, more...)...)
	}
	many := make([]entry, maxEntries)
	for i := range many {
		many[i].name = fmt.Sprint("redis/x", i)
	}
	noise := make([]byte, maxPacked+1)
	_, _ = rand.Read(noise)
	for name, tt := range map[string]struct {
		data, problem string
		objects       int
	}{
		"fine":             {with(entry{name: "redis/templates/", kind: tar.TypeDir}, entry{name: "./redis/b", text: "x"}), "", 1},
		"no templates":     {pack(t, entry{name: "redis/Chart.yaml", text: "name: redis\n"}), "", 0},
		"nothing":          {"", "not packed with gzip: EOF", 0},
		"no gzip":          {"PK\x03\x04 and so on", "not packed with gzip", 0},
		"no tar":           {zipped(t, strings.Repeat("x", 5000)), "table of contents", 0},
		"cut off":          {with()[:150], "cannot be read: unexpected EOF", 0},
		"empty":            {pack(t), "it is empty", 0},
		"no chart":         {pack(t, entry{name: "redis/x", text: "y"}), "holds no Chart.yaml", 0},
		"chart is a dir":   {pack(t, entry{name: "redis/Chart.yaml/x", text: "y"}), "holds no Chart.yaml", 0},
		"bomb":             {with(entry{name: "redis/big", text: strings.Repeat("x", 64<<20)}), "unpacks to more than", 0},
		"bomb of bombs":    {with(entry{name: "redis/charts/a.tgz", text: with(entry{name: "redis/big", text: strings.Repeat("x", 64<<20)})}), "unpacks to more than", 1},
		"too large packed": {string(noise), "too large", 0},
		"too many":         {with(many...), "more than 5000 entries", 0},
		"parent":           {with(entry{name: "redis/../../x", text: "y"}), "leads out of it", 0},
		"absolute":         {with(entry{name: "/etc/x", text: "y"}), "leads out of it", 0},
		"backslashes":      {with(entry{name: `redis\..\x`, text: "y"}), "which is no path", 0},
		"control":          {with(entry{name: "redis/\x1b[2J", text: "y"}), "which is no path", 0},
		"long name":        {with(entry{name: "redis/" + strings.Repeat("x/", 300) + "x", text: "y"}), "more than 512 bytes", 0},
		"twice":            {with(entry{name: "redis//Chart.yaml", text: "name: other\n"}), "twice", 0},
		"file and dir":     {with(entry{name: "redis/x", text: "y"}, entry{name: "redis/x/y", text: "y"}), "as a file and as a directory", 0},
		"two directories":  {with(entry{name: "other/x", text: "y"}), "one directory", 0},
		"file on top":      {with(entry{name: "x", text: "y"}), "one directory", 0},
		"symbolic link":    {with(entry{name: "redis/templates/l.yaml", text: "/etc/passwd", kind: tar.TypeSymlink}), `"redis/templates/l.yaml", which were not followed`, 1},
		"hard link":        {with(entry{name: "redis/l", text: "redis/Chart.yaml", kind: tar.TypeLink}), "not followed", 1},
		"device":           {with(entry{name: "redis/d", kind: tar.TypeChar}), "not followed", 1},
		"pipe":             {with(entry{name: "redis/p", kind: tar.TypeFifo}), "not followed", 1},
		"large template":   {with(entry{name: "redis/templates/b.yaml", text: strings.Repeat("# x\n", maxFile/4+1)}), "inside the archive at redis/templates/b.yaml:1", 1},
		"broken template":  {with(entry{name: "redis/templates/b.yaml", text: "\n{{ fail \"no\" }}"}), "inside the archive at redis/templates/b.yaml:2", 1},
	} {
		files := parent("")
		files["chart/charts/redis-1.0.0.tgz"] = tt.data
		out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
		if len(out.Objects) != tt.objects || len(out.Problems) != min(1, len(tt.problem)) {
			t.Errorf("%s: %d objects, %v", name, len(out.Objects), out.Problems)
			continue
		}
		for _, p := range out.Problems {
			if p.Location != (finding.Location{URI: "chart/charts/redis-1.0.0.tgz", Region: finding.Top("").Region, Inner: p.Location.Inner}) || !strings.Contains(p.Message, tt.problem) || strings.ContainsAny(p.Message, "\x00\x1b") {
				t.Errorf("%s: %s %q", name, p.Location, p.Message)
			}
		}
	}
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzUnpack demands that an archive keeps its bounds and its names inside.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte(packFiles(f, redis())), true)
	f.Add([]byte(pack(f, entry{name: "a/l", text: "/x", kind: tar.TypeSymlink}, entry{name: "a/Chart.yaml"})), true)
	f.Add([]byte(strings.Repeat("\x00", 1024)), false)
	f.Fuzz(func(t *testing.T, data []byte, packed bool) {
		if !packed {
			data = []byte(zipped(t, string(data)))
		}
		const left = 4 << 20
		a, err := unpack(data, left)
		if err != nil {
			return
		}
		held := 0
		for name, p := range a.entries {
			if held += len(p.data); !fs.ValidPath(name) || name != a.dir && !strings.HasPrefix(name, a.dir+"/") {
				t.Errorf("%q", name)
			}
		}
		if held > left || a.size > left || len(a.names) != len(a.entries) {
			t.Errorf("%d bytes held, %d unpacked, %d names of %d", held, a.size, len(a.names), len(a.entries))
		}
	})
}
