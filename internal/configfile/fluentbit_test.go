package configfile_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/finding"
)

const classic = "# shipper\n@SET x=1\n[SERVICE]\n    Flush 5\n[ INPUT ]\r\n\tName  tail\n    Path  /var/log/é *.log\n\n[OUTPUT]\n    name\n"

func TestFluentBit(t *testing.T) {
	t.Parallel()
	want := map[string]any{"sections": []any{
		map[string]any{"kind": "service", "settings": map[string]any{"flush": "5"}},
		map[string]any{"kind": "input", "settings": map[string]any{"name": "tail", "path": "/var/log/é *.log"}},
		map[string]any{"kind": "output", "settings": map[string]any{"name": ""}},
	}}
	f := read(t, "fluent-bit.conf", classic)
	if diff := cmp.Diff(want, f.Content); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		path []any
		want finding.Region
	}{
		{[]any{"sections", 1, "settings", "path"}, finding.Region{StartLine: 7, StartColumn: 11, EndLine: 7, EndColumn: 27}},
		{[]any{"sections", 1.0, "settings", "lost"}, finding.Region{StartLine: 5, StartColumn: 1, EndLine: 5, EndColumn: 10}},
		{[]any{"sections", 2, "settings", "name"}, finding.Region{StartLine: 10, StartColumn: 5, EndLine: 10, EndColumn: 9}},
		{nil, finding.Region{StartLine: 3, StartColumn: 1, EndLine: 3, EndColumn: 10}},
	} {
		at, _ := f.Locator.Locate(tt.path)
		if diff := cmp.Diff(tt.want, at.Region); diff != "" {
			t.Errorf("%v: %s", tt.path, diff)
		}
	}
}

func TestFluentBitYAML(t *testing.T) {
	t.Parallel()
	f := read(t, "x.yml", "pipeline:\n  inputs:\n  - Name: tail\n  outputs:\n  - name: loki\n")
	want := map[string]any{"sections": []any{
		map[string]any{"kind": "input", "settings": map[string]any{"name": "tail"}},
		map[string]any{"kind": "output", "settings": map[string]any{"name": "loki"}},
	}}
	if diff := cmp.Diff(want, f.Content); diff != "" {
		t.Error(diff)
	}
	at, _ := f.Locator.Locate([]any{"sections", 1, "settings", "name"})
	if want := (finding.Region{StartLine: 5, StartColumn: 11, EndLine: 5, EndColumn: 15}); at.Region != want {
		t.Error(at)
	}
}

func TestOtherConf(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "[mysqld]\nport=1\n", "[PARSER]\n    Name x\n", "pool ntp.org iburst\n", "[INPUT]\nName x\n", "[INPUT]\n    \xff\n", " Name tail\n"} {
		if f := read(t, "x.conf", data); f != nil {
			t.Errorf("%q is %s", data, f.Family)
		}
	}
}

// Whatever a file holds, its sections are found inside it.
func FuzzFluentBit(f *testing.F) {
	f.Add([]byte(classic))
	f.Add([]byte("[OUTPUT]\n \xc2\xa0 a b"))
	f.Add([]byte("\ufeff[INPUT]\n\tName\ttail\t"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := configfile.Read(configfile.Input{Name: "x.conf", Data: data})
		if err != nil || file == nil || file.Family != configfile.FluentBit {
			return
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for i, s := range file.Content.(map[string]any)["sections"].([]any) {
			for key := range s.(map[string]any)["settings"].(map[string]any) {
				at, _ := file.Locator.Locate([]any{"sections", i, "settings", key})
				if r := at.Region; r.StartLine < 1 || r.StartLine > lines || r.StartColumn < 1 || r.EndColumn < r.StartColumn {
					t.Errorf("%s stands at %v", key, r)
				}
			}
		}
	})
}
