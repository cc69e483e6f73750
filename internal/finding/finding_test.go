package finding_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
)

func TestFingerprintIgnoresLinesAndVersions(t *testing.T) {
	f := finding.Finding{Rule: "r", Subject: "s", Key: "k", Location: finding.Top("a.yaml")}
	moved := f
	moved.Location.Region.StartLine, moved.Message, moved.Severity = 40, "other words", finding.High
	moved.Alias, moved.Degree = "another name", 7
	if f.Fingerprint() != moved.Fingerprint() {
		t.Error("a moved finding lost its identity")
	}
	for name, change := range map[string]func(*finding.Finding){
		"rule":    func(f *finding.Finding) { f.Rule = "q" },
		"file":    func(f *finding.Finding) { f.Location.URI = "b.yaml" },
		"subject": func(f *finding.Finding) { f.Subject = "t" },
		"key":     func(f *finding.Finding) { f.Key = "l" },
		"borders": func(f *finding.Finding) { f.Subject, f.Key = "sk", "" },
	} {
		other := f
		change(&other)
		if f.Fingerprint() == other.Fingerprint() {
			t.Errorf("changing the %s kept the fingerprint", name)
		}
	}
}

// The file of what is true of more than one, or of the whole, is no part of the identity,
// and a subject that is the file itself is no other thing than its place.
func TestFingerprintWithoutFile(t *testing.T) {
	for name, f := range map[string]finding.Finding{
		"shared": {Rule: "r", Subject: "s", Shared: true, Location: finding.Top("a")},
		"whole":  {Rule: "r", Subject: "s", Whole: true, Location: finding.Top("a")},
	} {
		elsewhere := f
		elsewhere.Location = finding.Top("b")
		if f.Fingerprint() != elsewhere.Fingerprint() {
			t.Errorf("%s: the file counts", name)
		}
	}
	named := finding.Finding{Rule: "r", Subject: "a", Location: finding.Top("a")}
	unnamed := finding.Finding{Rule: "r", Location: finding.Top("a")}
	if named.Fingerprint() != unnamed.Fingerprint() {
		t.Error("the file counts twice")
	}
}

func TestWeigh(t *testing.T) {
	before := finding.Finding{Severity: finding.Medium, Degree: 60}
	for name, tt := range map[string]struct {
		now  finding.Finding
		want int
	}{
		"the same":   {before, 0},
		"graver":     {finding.Finding{Severity: finding.High, Degree: 1}, 1},
		"more of it": {finding.Finding{Severity: finding.Medium, Degree: 61}, 1},
		"less of it": {finding.Finding{Severity: finding.Medium, Degree: 59}, -1},
		"milder":     {finding.Finding{Severity: finding.Low, Degree: 90}, -1},
	} {
		if got := tt.now.Weigh(before); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestSeverityWords(t *testing.T) {
	for _, s := range finding.Severities {
		got, err := finding.ParseSeverity(s.String())
		if got != s || err != nil {
			t.Errorf("ParseSeverity(%q) = %v, %v", s, got, err)
		}
	}
	for word, want := range map[string]finding.Severity{" HIGH ": finding.High, "moderate": finding.Medium, "negligible": finding.Info} {
		if got, err := finding.ParseSeverity(word); got != want || err != nil {
			t.Errorf("ParseSeverity(%q) = %v, %v", word, got, err)
		}
	}
	if _, err := finding.ParseSeverity("severe"); err == nil {
		t.Error("severe was accepted")
	}
	if !slices.IsSortedFunc(finding.Severities[:], func(a, b finding.Severity) int { return int(b) - int(a) }) {
		t.Error("severities are not listed worst first")
	}
}

// TestScoresLieInTheirBand keeps the default numbers inside the bands by which GitHub
// turns security-severity back into a word.
func TestScoresLieInTheirBand(t *testing.T) {
	band := func(score float64) finding.Severity {
		switch {
		case score > 9.0:
			return finding.Critical
		case score >= 7.0:
			return finding.High
		case score >= 4.0:
			return finding.Medium
		case score > 0:
			return finding.Low
		}
		return finding.Info
	}
	for _, s := range finding.Severities {
		if got := band(s.Score()); got != s {
			t.Errorf("%s scores %.1f, which reads as %s", s, s.Score(), got)
		}
	}
	if got := (finding.Rule{Severity: finding.Low, Score: 9.8}).SecuritySeverity(); got != 9.8 {
		t.Errorf("a rule's own score is lost: %v", got)
	}
}

func TestSetAdds(t *testing.T) {
	var s finding.Set
	s.Cover("files", 2)
	s.Judge("r", 1)
	s.Add(finding.Set{Judged: map[string]int{"r": 2}, Coverage: map[string]int{"files": 1, "images": 0}, Database: &finding.Database{Digest: "d"}})
	want := finding.Set{Judged: map[string]int{"r": 3}, Coverage: map[string]int{"files": 3, "images": 0}, Database: &finding.Database{Digest: "d"}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
}

func TestLocations(t *testing.T) {
	a := finding.Location{URI: "a", Region: finding.Region{StartLine: 2, StartColumn: 3, EndLine: 2, EndColumn: 4}}
	if got := a.String(); got != "a:2:3" {
		t.Errorf("String() = %q", got)
	}
	if got := (finding.Location{URI: "a"}).String(); got != "a" {
		t.Errorf("String() = %q", got)
	}
	if a.Compare(finding.Top("a")) <= 0 || a.Compare(finding.Top("b")) >= 0 || a.Compare(a) != 0 {
		t.Error("locations are not ordered by file and place")
	}
}

func TestApply(t *testing.T) {
	tests := []struct {
		name  string
		edits []finding.Edit
		want  string
	}{
		{"nothing", nil, "abcdef"},
		{"replace", []finding.Edit{{Start: 1, End: 3, Text: "X"}}, "aXdef"},
		{"in_any_order", []finding.Edit{{Start: 4, End: 6, Text: "Z"}, {Start: 0, End: 1, Text: "A"}}, "AbcdZ"},
		{"insertions_keep_their_order", []finding.Edit{{Start: 2, End: 2, Text: "1"}, {Start: 2, End: 2, Text: "2"}}, "ab12cdef"},
		{"insert_before_a_replacement", []finding.Edit{{Start: 2, End: 3, Text: "C"}, {Start: 2, End: 2, Text: "1"}}, "ab1Cdef"},
		{"append", []finding.Edit{{Start: 6, End: 6, Text: "!"}}, "abcdef!"},
		{"overlap", []finding.Edit{{Start: 1, End: 3}, {Start: 2, End: 4}}, ""},
		{"outside", []finding.Edit{{Start: 5, End: 9}}, ""},
		{"backwards", []finding.Edit{{Start: 3, End: 1}}, ""},
		{"negative", []finding.Edit{{Start: -1, End: 1}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := finding.Apply([]byte("abcdef"), tt.edits)
			if string(got) != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
