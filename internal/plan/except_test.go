package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
)

const excepted = `services:
  # assure:except compose/user,compose/read-only until=2027-01-31 reason="legacy image" owner=ops

  web:
    image: web # assure:except compose/x until=2027-01-31 reason=why
    ports:
      - "80:80"
  db:
    image: db
    # assure:except compose/y until=2027-01-31 reason="because # it is"
    ports: [a]
`

func TestParseExceptions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{excepted, strings.ReplaceAll(excepted, "\n", "\r\n")} {
		found, errs := ParseExceptions("compose.yml", []byte(text))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		var got []string
		for _, e := range found {
			got = append(got, fmt.Sprintf("%s %d-%d %s by %s until %s at %s under %s", e.Rule, e.First, e.Last, e.Reason, e.Owner, e.Expires,
				e.Location, strings.ReplaceAll(e.Anchor, "\n", " < ")))
		}
		want := []string{
			"compose/user 4-7 legacy image by ops until 2027-01-31 at compose.yml:2:3 under web: < services:",
			"compose/read-only 4-7 legacy image by ops until 2027-01-31 at compose.yml:2:3 under web: < services:",
			"compose/x 5-5 why by  until 2027-01-31 at compose.yml:5:5 under image: web < web: < services:",
			"compose/y 11-11 because # it is by  until 2027-01-31 at compose.yml:10:5 under ports: [a] < db: < services:",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// What cannot be read accepts nothing and says so at its place.
func TestExceptionProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                       "names no rule",
		"until=2027-01-31 reason=x":              "names no rule",
		"a/b":                                    "needs until",
		"a/b until=2027-01-31":                   "needs until",
		`a/b until=2027-01-31 reason=""`:         "needs until",
		"a/b until=soon reason=x":                "is not a day",
		"a/b until=2027-02-31 reason=x":          "is not a day",
		"a/b until=2027-01-31 reason=x why=y":    "knows no field",
		"a/b until=2027-01-31 reason=x and more": "where a field",
	} {
		p := buildPlan(t, map[string]string{"compose.yml": "services:\n  web: # assure:except " + text + "\n    image: web\n"})
		if len(p.Problems) != 1 || len(p.Exceptions) != 0 {
			t.Fatalf("%q: problems %v, exceptions %v", text, p.Problems, p.Exceptions)
		}
		if got := p.Problems[0]; got.Location.String() != "compose.yml:2:3" || !strings.Contains(got.Message, want) {
			t.Errorf("%q: %s %s", text, got.Location, got.Message)
		}
	}
}

func FuzzExceptions(f *testing.F) {
	for _, s := range []string{excepted, "# assure:except", "# assure:except a until=2027-01-31 reason=\"x", "\t# assure:except a,b until=2027-01-31 reason=x\n\n\n", "a # assure:except é until=1 reason=2\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, errs := ParseExceptions("f", data)
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range found {
			if e.Reason == "" || e.Rule == "" || e.Expires.IsZero() || e.First < 1 || e.Last < e.First || e.Last > lines || e.Location == (finding.Location{}) {
				t.Errorf("%+v of %d lines", e, lines)
			}
		}
		for _, err := range errs {
			if err.Error() == "" {
				t.Error("an error without words")
			}
		}
	})
}
