package configfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

func read(t *testing.T, name, data string) *configfile.File {
	t.Helper()
	in := configfile.Input{Name: name, Data: []byte(data)}
	if strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".json") {
		docs, err := source.Parse(name, in.Data)
		if err != nil {
			t.Fatal(err)
		}
		in.Docs = docs
	}
	if !configfile.Claims(name) {
		return nil
	}
	f, err := configfile.Read(in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestYAMLFamilies(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]configfile.Family{
		"groups:\n- name: a\n  rules: [{alert: A, expr: up}]\n":                     configfile.AlertRules,
		"groups:\n- name: a\n  rules: [{record: A, expr: up}]\n":                    configfile.AlertRules,
		"apiVersion: 1\ngroups:\n- name: a\n  rules: [{title: A, data: []}]\n":      configfile.AlertRules,
		"groups:\n- name: a\n  rules: [{allow: all}]\n":                             "",
		"groups: [admin, users]\n":                                                  "",
		"groups: []\n":                                                              "",
		"scrape_configs: [{job_name: a}]\n":                                         configfile.Prometheus,
		"global: {}\nrule_files: [a.yml]\n":                                         configfile.Prometheus,
		"rule_files: [a.yml]\ntests: []\n":                                          "",
		"scrape_config_files: [a.yml]\n":                                            configfile.Prometheus,
		"clients: [{url: x}]\nscrape_configs: [{job_name: a}]\n":                    "",
		"route: {receiver: a}\nreceivers: [{name: a}]\n":                            configfile.Alertmanager,
		"route: x\nreceivers: [{name: a}]\n":                                        "",
		"title: T\nlogsource: {product: x}\ndetection: {a: {b: c}, condition: a}\n": configfile.SIEM,
		"title: T\nlogsource: {product: x}\n":                                       "",
		"{}\n":                                                                      "",
		"[]\n":                                                                      "",
	} {
		var got configfile.Family
		if f := read(t, "x.yml", data); f != nil {
			got = f.Family
		}
		if got != want {
			t.Errorf("%q: family %q, want %q", data, got, want)
		}
	}
}

// A part of an expression is found in every style of scalar, or the scalar is.
func TestParts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		expr, part string
		want       finding.Region
		grade      source.Grade
	}{
		"plain":      {"up > 0 or up > 1", "up > 1", finding.Region{StartLine: 4, StartColumn: 21, EndLine: 4, EndColumn: 27}, source.Exact},
		"quoted":     {`"é{x='y'} > 5 "`, "> 5", finding.Region{StartLine: 4, StartColumn: 21, EndLine: 4, EndColumn: 24}, source.Exact},
		"second":     {"a + a", "a", finding.Region{StartLine: 4, StartColumn: 11, EndLine: 4, EndColumn: 12}, source.Exact},
		"block":      {"|\n        up\n        > 5", "> 5", finding.Region{StartLine: 6, StartColumn: 9, EndLine: 6, EndColumn: 12}, source.Exact},
		"over_lines": {"|\n        up\n        > 5", "up\n> 5", finding.Region{StartLine: 4, StartColumn: 11, EndLine: 6, EndColumn: 12}, source.Item},
		"escaped":    {`"a\u0020> 5"`, "a > 5", finding.Region{StartLine: 4, StartColumn: 11, EndLine: 4, EndColumn: 23}, source.Item},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := read(t, "x.yml", "groups:\n- name: a\n  rules:\n  - expr: "+tt.expr+"\n")
			path := []any{"groups", 0, "rules", 0, "expr"}
			value := f.Content.(map[string]any)["groups"].([]any)[0].(map[string]any)["rules"].([]any)[0].(map[string]any)["expr"].(string)
			from := strings.Index(value, tt.part)
			at, grade := f.Locator.Locate(append(path, from, from+len(tt.part)))
			if diff := cmp.Diff(tt.want, at.Region); diff != "" || grade != tt.grade {
				t.Error(grade, diff)
			}
		})
	}
}

func TestPartsOutside(t *testing.T) {
	t.Parallel()
	f := read(t, "x.yml", "groups:\n- name: a\n  rules: [{expr: up}]\n")
	whole, _ := f.Locator.Locate([]any{"groups", 0, "rules", 0, "expr"})
	for _, part := range [][]any{{0, 99}, {-1, 2}, {2, 1}, {1, 1}} {
		at, grade := f.Locator.Locate(append([]any{"groups", 0, "rules", 0, "expr"}, part...))
		if at != whole || grade != source.Item {
			t.Errorf("%v: %v %v", part, at, grade)
		}
	}
}
