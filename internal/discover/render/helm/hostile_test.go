package helm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"

// chartOf is a chart with one template.
func chartOf(template string) map[string]string {
	return map[string]string{"chart/Chart.yaml": "name: c\nversion: 1.0.0\n", "chart/templates/t.yaml": template}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	nested := strings.Repeat("{{if 1}}", 200) + strings.Repeat("{{end}}", 200)
	tests := []struct{ name, files, at, message string }{
		{"fail", "a: 1\nb: {{ fail \"no way\" }}", "chart/templates/t.yaml:2:1", "no way"},
		{"required", "a: 1\n\n  b: {{ required \"set a password\" .Values.password }}", "chart/templates/t.yaml:3:3", "set a password"},
		{"failure in a helper", "{{ include \"h\" . }}\n-- chart/templates/_h.tpl --\n{{ define \"h\" }}\n{{ fail \"deep\" }}{{ end }}", "chart/templates/_h.tpl:2:1", "deep"},
		{"syntax", "a: {{ if }}", "chart/templates/t.yaml:1:1", "missing value for if"},
		{"unclosed", "\n{{ if .Values.x }}", "chart/templates/t.yaml:3:", "unexpected EOF"},
		{"unknown function", "a: {{ env \"HOME\" }}", "chart/templates/t.yaml:1:1", "\"env\" not defined"},
		{"expandenv", "a: {{ expandenv \"$HOME\" }}", "chart/templates/t.yaml:1:1", "not defined"},
		{"unknown template", "a: {{ include \"x\" . }}", "chart/templates/t.yaml:1:1", "no template \"x\""},
		{"nil pointer", "\na: {{ .Values.x.y }}", "chart/templates/t.yaml:2:1", "nil pointer"},
		{"output is no YAML", pod + "{{- range list 1 2 }}\nx: [ {{ . }}\n{{- end }}\n", "chart/templates/t.yaml:5:", "not readable"},
		{"output is no object", "a: {{ 1 }}\n", "chart/templates/t.yaml:1:1", "no Kubernetes object"},
		{"endless include", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}", "chart/templates/t.yaml:1:1", "deeper than 200"},
		{"endless template", "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}", "chart/templates/t.yaml:1:1", "deeper than 200"},
		{"endless tpl", "{{ $_ := set .Values \"t\" \"{{ tpl .Values.t . }}\" }}{{ tpl .Values.t . }}", "chart/templates/t.yaml", "deeper than 200"},
		{"empty loop", "{{ range 1000000000000 }}{{ end }}", "chart/templates/t.yaml:1:1", "steps"},
		{"loop of loops", "{{ range 100000 }}{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}{{ end }}", "chart/templates/t.yaml:1:1", "steps"},
		{"huge list", "{{ range until 2000000000 }}{{ end }}", "chart/templates/t.yaml:1:1", "until would make"},
		{"huge sequence", "{{ seq 1 2000000000 }}", "chart/templates/t.yaml:1:1", "would make"},
		{"huge steps", "{{ untilStep 0 2000000000 1 }}", "chart/templates/t.yaml:1:1", "would make"},
		{"a gigabyte of text", "{{ range 1000000 }}" + strings.Repeat("x", 1000) + "{{ end }}", "chart/templates/t.yaml:1:1", "16 MiB"},
		{"repeat", "{{ repeat 1000000000 \"x\" }}", "chart/templates/t.yaml:1:1", "repeat would make"},
		{"indent", "{{ indent 1000000000 \"x\" }}", "chart/templates/t.yaml:1:1", "indent would make"},
		{"wide format", "{{ printf \"%999999d%999999d%999999d%999999d%999999d\" 1 2 3 4 5 }}", "chart/templates/t.yaml:1:1", "printf would make"},
		{"doubling text", "{{ $x := \"xxxxxxxx\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}", "chart/templates/t.yaml:1:1", "larger than"},
		{"doubling list", "{{ $x := list 1 }}{{ range 100 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}", "chart/templates/t.yaml:1:1", "larger than"},
		{"replacement", "{{ $x := repeat 100000 \"a\" }}{{ $x | replace \"a\" $x }}", "chart/templates/t.yaml:1:1", "replace would make"},
		{"expression", "{{ $x := repeat 100000 \"a\" }}{{ regexReplaceAll \"a\" $x $x }}", "chart/templates/t.yaml:1:1", "would make"},
		{"dict in itself", "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}", "chart/templates/t.yaml:1:1", "nests deeper"},
		{"list in a dict in itself", "{{ $d := dict }}{{ $_ := set $d \"d\" (list $d) }}{{ toJson $d }}", "chart/templates/t.yaml:1:1", "nests deeper"},
		{"deep TOML", "{{ printf \"a = %s\" (repeat 2000000 \"[\") | fromToml }}", "chart/templates/t.yaml:1:1", "fromToml is given brackets"},
		{"deep TOML behind strings", "{{ printf \"a = %s\" (repeat 500000 \"[ ']',\") | fromToml }}", "chart/templates/t.yaml:1:1", "fromToml is given brackets"},
		{"deep pattern", "{{ .Files.Glob (repeat 2000000 \"{\") }}", "chart/templates/t.yaml:1:1", "Files.Glob is given a pattern"},
		{"nested blocks", nested, "chart/templates/t.yaml:1:1", "nests blocks deeper"},
		{"alias bomb in values", pod + "-- chart/values.yaml --\n" + bomb, "chart/values.yaml:1:1", "expand"},
		{"values are a list", pod + "-- chart/values.yaml --\n- a\n", "chart/values.yaml:1:1", "must be a mapping"},
		{"missing subchart", pod + "-- chart/Chart.yaml --\nname: c\ndependencies:\n- name: redis\n  version: 1.x\n", "chart/Chart.yaml:3:9", "helm dependency build"},
		{"packed subchart", pod + "-- chart/Chart.yaml --\nname: c\ndependencies:\n- name: redis\n  version: 1.x\n-- chart/charts/redis-1.0.0.tgz --\nx", "chart/charts/redis-1.0.0.tgz:1:1", "not packed with gzip"},
		{"no name", pod + "-- chart/Chart.yaml --\nversion: 1\n", "chart/Chart.yaml:1:1", "no usable name"},
		{"broken Chart.yaml", pod + "-- chart/Chart.yaml --\nname: [\n", "chart/Chart.yaml:2:1", "not readable"},
		{"chart in itself", pod + "-- chart/Chart.yaml --\nname: c\ndependencies:\n- {name: d, repository: \"file://../chart\"}\n", "chart/Chart.yaml:1:1", "contains itself"},
		{"subchart from outside", pod + "-- chart/Chart.yaml --\nname: c\ndependencies:\n- {name: d, repository: \"file://../../../etc\"}\n", "chart/Chart.yaml:3:10", "not in its charts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := chartOf("")
			for name, text := range rendertest.Unpack("-- chart/templates/t.yaml --\n" + tt.files) {
				files[name] = text
			}
			out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
			if len(out.Problems) != 1 {
				t.Fatalf("problems %v", out.Problems)
			}
			got := out.Problems[0]
			if !strings.HasPrefix(got.Location.String(), tt.at) || !strings.Contains(got.Message, tt.message) {
				t.Errorf("got %s %s", got.Location, got.Message)
			}
			if strings.Contains(got.Message, markName) || strings.Contains(got.Message, sealName) || len(got.Message) > 700 {
				t.Errorf("message %s", got.Message)
			}
		})
	}
}

// TestNothingLeaks asks for what a chart must not learn.
func TestNothingLeaks(t *testing.T) {
	files := chartOf(pod + "data: {host: '{{ getHostByName \"localhost\" }}', secret: {{ lookup \"v1\" \"Secret\" \"a\" \"b\" | toJson }}," +
		" file: '{{ .Files.Get \"../../secret\" }}{{ .Files.Get \"link\" }}', now: '{{ now | date \"2006\" }}', id: '{{ uuidv4 }}'}\n")
	files["secret"] = "do not tell"
	tree := rendertest.Repository(t, files)
	if err := os.Symlink("/etc/passwd", filepath.Join(tree.Dir(), "chart", "link")); err != nil {
		t.Fatal(err)
	}
	out := Render(t.Context(), tree, "chart", nil)
	if len(out.Objects) == 1 {
		got := fmt.Sprint(out.Objects[0].Model["data"])
		t.Errorf("the link was read: %s", got)
	}
	if len(out.Problems) != 1 || !strings.Contains(out.Problems[0].Message, "link cannot be read") {
		t.Errorf("problems %v", out.Problems)
	}
	if err := os.Remove(filepath.Join(tree.Dir(), "chart", "link")); err != nil {
		t.Fatal(err)
	}
	out = Render(t.Context(), tree, "chart", nil)
	got := fmt.Sprint(out.Objects[0].Model["data"])
	if want := "map[file: host: id:00000000-0000-4000-8000-000000000000 now:2025 secret:map[]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestTimeEnds gives up when the context does.
func TestTimeEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := Render(ctx, rendertest.Repository(t, chartOf("{{ range 1900 }}{{ range 1900 }}{{ end }}{{ $x := repeat 4000 \"ab\" | sha256sum }}{{ end }}")), "chart", nil)
	// Either the renderer notices first or whoever waits for it.
	if text := fmt.Sprint(out.Problems); len(out.Problems) != 1 || !strings.Contains(text, "not rendered within") && !strings.Contains(text, "takes longer") {
		t.Errorf("%v", out.Problems)
	}
}

// TestMemory renders the worst that fits the bounds and counts all that was allocated for
// it. No other test runs at the same time, and when the collector runs does not matter.
func TestMemory(t *testing.T) { //nolint:paralleltest // it measures the whole process
	tree := rendertest.Repository(t, chartOf("{{ $x := repeat 1000000 \"x\" }}{{ range 1000 }}{{ $x }}{{ end }}"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Render(t.Context(), tree, "chart", nil)
	runtime.ReadMemStats(&after)
	if made := (after.TotalAlloc - before.TotalAlloc) / maxOutput; made > 8 {
		t.Errorf("rendering allocated %d times the bound of what templates may write", made)
	}
}

// TestOrder renders the same output every time.
func TestOrder(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(string(must0(os.ReadFile("testdata/web.txtar"))))
	files["chart/templates/z.yaml"] = pod + "data: {{ keys .Values | join \",\" }}{{ range $k, $v := .Values }}{{ $k }}{{ end }}\n"
	tree := rendertest.Repository(t, files)
	first := rendertest.Describe(Render(t.Context(), tree, "chart", nil), files)
	for range 5 {
		if again := rendertest.Describe(Render(t.Context(), tree, "chart", nil), files); again != first {
			t.Fatal("two runs differ")
		}
	}
}

func must0[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func FuzzAlign(f *testing.F) {
	for _, s := range []string{"a b c|b c d", "|", "a|a", "a a b a|a b a a", "x y z|p q r"} {
		a, b, _ := strings.Cut(s, "|")
		f.Add(a, b)
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := strings.Fields(x), strings.Fields(y)
		pairs := align(a, b)
		checkPairs(t, a, b, pairs)
		checkPairs(t, a, b, greedy(a, b))
		if len(a)*len(b) < 10_000 && len(pairs) != len(common(a, b)) {
			t.Errorf("%q %q: %d pairs, longest is %d", a, b, len(pairs), len(common(a, b)))
		}
		if slices.Equal(a, b) && len(pairs) != len(a) {
			t.Errorf("%q with itself: %v", a, pairs)
		}
	})
}

func checkPairs(t *testing.T, a, b []string, pairs [][2]int) {
	t.Helper()
	last := [2]int{-1, -1}
	for _, p := range pairs {
		if p[0] <= last[0] || p[1] <= last[1] || a[p[0]] != b[p[1]] {
			t.Fatalf("%q %q: %v", a, b, pairs)
		}
		last = p
	}
}

// FuzzRender demands that every place lies in a file of the chart.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		pod + "spec: {{ toYaml .Values.a | nindent 2 }}\n", pod + "{{- with .Values.a }}\nx: {{ .b }}\n{{- end }}", "{{ include \"h\" . }}",
		pod + "y: \"{{ .Values.a.b }}-{{ .Chart.Name }}\"", "{{ range $k, $v := .Values.a }}{{ $k }}: {{ $v }}\n{{ end }}",
		pod + "z:\n  {{- include \"h\" . | nindent 2 }}\n", "{{/* c */}}{{ tpl \"{{ .Values.a }}\" . }}", "{{ .Values.a | toJson }}",
	} {
		f.Add(s, "a:\n  b: c\n")
	}
	f.Fuzz(func(t *testing.T, template, values string) {
		files := chartOf(template)
		files["chart/values.yaml"] = values
		files["chart/templates/_h.tpl"] = "{{ define \"h\" }}{{ .Values.a | toYaml }}\nk: {{ .Chart.Name }}\n{{ end }}"
		out := Render(t.Context(), rendertest.Repository(t, files), "chart", nil)
		for _, p := range out.Problems {
			if _, ok := files[p.Location.URI]; !ok {
				t.Errorf("%s: %s", p.Location, p.Message)
			}
		}
		checkPlaces(t, files, out)
	})
}

func checkPlaces(t *testing.T, files map[string]string, out render.Output) {
	t.Helper()
	for _, o := range out.Objects {
		rendertest.Leaves(o.Model, nil, func(path []any, v any) {
			at, grade := o.Locator.Locate(path)
			if _, ok := files[at.URI]; !ok || at.Region.StartLine < 1 || grade == "" {
				t.Errorf("%v is at %s", path, at)
			}
			rendertest.Cut(files, at)
		})
	}
}
