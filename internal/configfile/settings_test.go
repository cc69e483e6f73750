package configfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// readText reads a file as the plan does.
func readText(t *testing.T, name, data string) *configfile.File {
	t.Helper()
	f, err := configfile.ReadText(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSettingsAreRecognised(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		data string
		want bool
	}{
		"appsettings.json":            {`{"A": 1}`, true},
		"src/AppSettings.Prod.json":   {`{"A": 1}`, true},
		"settings.json":               {`{"Serilog": {}}`, false},
		"concelier.yaml":              {"storage: {driver: mongo}", true},
		"etc/concelier.yml":           {"just text", false},
		"service.yaml":                {"concelier: {authority: {enabled: true}}", true},
		"client.yaml":                 {"authority: {enabled: true, clientSecretFile: /x}", true},
		"chart.yaml":                  {"authority: {enabled: true}", false},
		"values.yaml":                 {"authority: {clientSecret: x}", false},
		"authority.yaml":              {"authority: {accessTokenLifetime: 1}", true},
		"log.yaml":                    {"Serilog: {MinimumLevel: Debug}", true},
		".github/workflows/build.yml": {"on: push\njobs: {}", false},
		".env":                        {"A=1", true},
		"deploy/prod.env":             {"A=1", true},
		"lib.env":                     {"not an env file at all!", false},
		".environment":                {"A=1", false},
	} {
		f := readText(t, name, tt.data)
		if got := f != nil && f.Family == configfile.Settings; got != tt.want {
			t.Errorf("%s: recognised %v, want %v", name, got, tt.want)
		}
	}
}

func TestPurpose(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"appsettings.json": "", "appsettings.Production.json": "", "appsettings.Development.json": "development",
		"appsettings.Local.json": "development", ".env": "", ".env.production": "", ".env.example": "example",
		".env.test": "development", "sample.env": "", "prod.sample.env": "example", "device.env": "",
	} {
		f := readText(t, name, map[bool]string{true: "{}", false: "A=1"}[strings.HasSuffix(name, ".json")])
		if got := f.Content.(map[string]any)["purpose"]; got != want {
			t.Errorf("%s: purpose %q, want %q", name, got, want)
		}
	}
}

// A settings file of .NET that cannot be read is an error with its reason.
func TestBrokenAppSettings(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"open": `{"A": `, "two": `{} {}`, "empty": "", "latin1": "{\"A\": \"\xe9\"}", "twice": `{"A": 1, "A": 2}`,
	} {
		_, err := configfile.ReadText("appsettings.json", data)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Places survive comments, trailing commas, wide characters and a byte order mark.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const jsonc = "\ufeff{\n  // größer\n  \"A\": /* é */ \"x\", \"B\": [\n    1,\n    \"ü\", /* ☃ */ true,\n  ],\n}\n"
	const env = "# A=0\nA=1\n export B = \"two words\" # note\nC=\nD: 4 # four\nA='5'\n"
	for _, tt := range []struct {
		name, data string
		path       []any
		want       string
	}{
		{"appsettings.json", jsonc, []any{"values", "A"}, "3:16-3:19"},
		{"appsettings.json", jsonc, []any{"values", "B", 1}, "5:5-5:8"},
		{"appsettings.json", jsonc, []any{"values", "B", 2}, "5:18-5:22"},
		{"appsettings.json", jsonc, []any{"values", "Z"}, "2:3"},
		{".env", env, []any{"values", "A"}, "6:3-6:6"},
		{".env", env, []any{"values", "B"}, "3:13-3:24"},
		{".env", env, []any{"values", "C"}, "4:1-4:2"},
		{".env", env, []any{"values", "D"}, "5:4-5:5"},
		{".env", env, []any{"values", "Z"}, "1:1"},
		{"concelier.yaml", "authority:\n  enabled: false\n", []any{"values", "authority", "enabled"}, "2:12-2:17"},
	} {
		at, grade := readText(t, tt.name, tt.data).Locator.Locate(tt.path)
		r := at.Region
		got := fmt.Sprintf("%d:%d-%d:%d", r.StartLine, r.StartColumn, r.EndLine, r.EndColumn)
		if grade == source.Parent {
			got = fmt.Sprintf("%d:%d", r.StartLine, r.StartColumn)
		}
		if tt.name == "appsettings.json" && tt.path[1] == "Z" {
			got, tt.want = fmt.Sprint(grade), string(source.Parent)
		}
		if got != tt.want {
			t.Errorf("%s %v: at %s, want %s", tt.name, tt.path, got, tt.want)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	f := readText(t, ".env", "A=1\nB=\"x ${OTHER} $A\"\nC__D='${raw}'\n")
	want := map[string]any{"A": "1", "B": "x ${OTHER} ${A}", "C__D": "${raw}"}
	if diff := cmp.Diff(want, f.Content.(map[string]any)["values"]); diff != "" {
		t.Error(diff)
	}
}

// No text makes a reader panic or place a value outside of it.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		`{"A": {"B": [1, "x", null,], /* c */ }, // d` + "\n}", "A=1\nexport B=\"x\ny\"\nC: ${D:-e}\n",
		"concelier:\n  authority: {enabled: true}\n", "\ufeff{}", "=", "A='", "{\"a\": \"\\ud83d\\ude00\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		lines := strings.Count(data, "\n") + 1
		for _, name := range []string{"appsettings.json", ".env", "concelier.yaml"} {
			file, err := configfile.ReadText(name, data)
			if err != nil || file == nil {
				continue
			}
			values, _ := file.Content.(map[string]any)["values"].(map[string]any)
			for key := range values {
				at, _ := file.Locator.Locate([]any{"values", key})
				if r := at.Region; at.URI != name || r.StartLine < 1 || r.EndLine > lines || r.StartColumn < 1 {
					t.Fatalf("%s: %q is at %v of %d lines", name, key, at, lines)
				}
			}
		}
	})
}

// TestNesting reads what would exhaust the stack of a parser, or its time, and what only
// looks so.
func TestNesting(t *testing.T) {
	t.Parallel()
	ruler, brackets := strings.Repeat("-", 100), strings.Repeat("[{", 1000)
	for name, tt := range map[string]struct {
		file, data string
		deep       bool
	}{
		"arrays":             {"appsettings.json", strings.Repeat("[", 5<<20), true},
		"objects":            {"appsettings.json", strings.Repeat(`{"a":`, 1<<20), true},
		"closed in strings":  {"appsettings.json", strings.Repeat(`["]",`, 1<<20), true},
		"closed in comments": {"appsettings.json", strings.Repeat("[/*]*/", 1<<20), true},
		"in a string":        {"appsettings.json", `{"a": "` + brackets + `\\"}`, false},
		"in comments":        {"appsettings.json", "{// \"" + brackets + "\n/*" + brackets + "*/}", false},
		"references":         {".env", "A=" + strings.Repeat("${A:-", 10_000) + strings.Repeat("}", 10_000), true},
		"a value in JSON":    {".env", "A='" + strings.Repeat(`{"a": {}, "b": `, 9) + "1" + strings.Repeat("}", 9) + "'\n", false},
		"quotes":             {"SECURITY.md", strings.Repeat("> ", 1<<19), true},
		"lists":              {"SECURITY.md", "a\n" + strings.Repeat("1. * ", 1<<18), true},
		"rulers":             {"SECURITY.md", "a\n" + ruler + "\n" + strings.ReplaceAll(ruler, "-", "*") + "\n> - 1. # b\n", false},
	} {
		_, err := configfile.ReadText(tt.file, tt.data)
		if e := new(source.Error); errors.As(err, &e) != tt.deep || tt.deep && (e.Rule != gap.TooLarge || !strings.Contains(e.Message, "nested deeper than 64")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
