package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

func TestParseRules(t *testing.T) {
	t.Parallel()
	good := "# comment\tIGNORE\t\n\n \t\n10038\tIGNORE\t(CSP)\tno scripts here\r\n10035-1\tFAIL\t(HSTS)\n2\tPASS\t(x)\n10020,*\tOUTOFSCOPE\thttps?://[^/]+/docs\n"
	l, errs := ParseRules([]byte(good))
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	if d := cmp.Diff(map[string]string{"10038": "IGNORE", "10035-1": "FAIL", "2": "PASS"}, l.Levels); d != "" {
		t.Error(d)
	}
	if l.Messages["10038"] != "no scripts here" || len(l.OutOfScope["*"]) != 1 || len(l.OutOfScope["10020"]) != 1 {
		t.Errorf("%+v", l)
	}
}

func TestParseRulesErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, want string }{
		{"10038 IGNORE (CSP)", "found 0 TAB"},
		{"10038\tIGNORE", "found 1 TAB"},
		{"10038\tIGNORE\t", "found 1 TAB"},
		{"10038\tignore\t(x)", `unknown level "ignore"`},
		{"CSP\tIGNORE\t(x)", "not a number"},
		{"010038\tIGNORE\t(x)", "not a number"},
		{"10038-\tIGNORE\t(x)", "not a number"},
		{"-1\tIGNORE\t(x)", "not a number"},
		{"10038\tIGNORE\t(x)\ta\tb", "TAB too many"},
		{"10038\tOUTOFSCOPE\t(", "read URL pattern"},
		{"10038\tOUTOFSCOPE\t(?=x)", "read URL pattern"},
		{"all\tOUTOFSCOPE\tx", "not a number"},
	}
	for _, test := range tests {
		_, errs := ParseRules([]byte("# first\n" + test.line + "\n10020\tWARN\t(x)\n"))
		if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "line 2: ") || !strings.Contains(errs[0].Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.line, errs, test.want)
		}
	}
	if _, errs := ParseRules(make([]byte, maxRulesFile+1)); len(errs) != 1 {
		t.Errorf("a huge file: %v", errs)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	l, errs := ParseRules([]byte("10038\tFAIL\t(x)\n10038-2\tIGNORE\t(x)\told browsers\n10020\tPASS\t(x)\n10021\tINFO\t(x)\n*\tOUTOFSCOPE\thttp://a/docs\n10035-1\tOUTOFSCOPE\t.*/x$\n"))
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	alert := func(id int, ref, link string) rules.Alert {
		return rules.Alert{PluginID: id, Ref: ref, Name: "N", URL: link}
	}
	r := l.Apply(Result{Notes: []string{"first"}, Alerts: []rules.Alert{
		alert(10038, "10038-1", "http://a/"), alert(10038, "10038-2", "http://a/"), alert(10038, "10038-2", "http://a/b"), alert(10020, "10020-1", "http://a/"),
		alert(10021, "10021", "http://a/"), alert(10021, "10021", "http://a/docs/1"), alert(10035, "10035-1", "http://a/x"), alert(10035, "10035-1", "http://a/?http://a/docs"),
	}})
	var got []string
	for _, a := range r.Alerts {
		got = append(got, a.Ref+" "+a.URL+" "+a.Level)
	}
	if d := cmp.Diff([]string{"10038-1 http://a/ FAIL", "10021 http://a/ INFO", "10035-1 http://a/?http://a/docs "}, got); d != "" {
		t.Error(d)
	}
	notes := []string{
		"first", "the rules file sets aside IGNORE: N [10038-2] old browsers x 2", "the rules file sets aside OUTOFSCOPE: N [10021] x 1",
		"the rules file sets aside OUTOFSCOPE: N [10035-1] x 1", "the rules file sets aside PASS: N [10020-1] x 1",
	}
	if d := cmp.Diff(notes, r.Notes); d != "" {
		t.Error(d)
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add("10038\tIGNORE\t(CSP)\tmessage\n*\tOUTOFSCOPE\t.*\n")
	f.Add("10038-1\tFAIL\t(x)\n# c\n\t\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, errs := ParseRules([]byte(text))
		for id := range l.Levels {
			if checkID(id) != nil {
				t.Errorf("id %q", id)
			}
		}
		for _, err := range errs {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("no line: %v", err)
			}
		}
		l.Apply(Result{Alerts: []rules.Alert{{PluginID: 10038, Ref: "10038-1", URL: "http://a/"}}})
	})
}
