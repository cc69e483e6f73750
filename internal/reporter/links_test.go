package reporter

import (
	"regexp"
	"testing"
)

// embedded is a link in a message of SARIF 2.1.0 (3.11.6): a bracket that no backslash
// takes its meaning from.
var embedded = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\[[^\]]*\]\([^)]*\)`)

// TestT21_MessagesOfSARIFHoldNoLinks reads every message of a report that is full of them.
func TestT21_MessagesOfSARIFHoldNoLinks(t *testing.T) {
	t.Parallel()
	if !embedded.MatchString("see [this](https://evil.example)") || embedded.MatchString(`see \[this\](https://evil.example)`) {
		t.Fatal("the expression does not know links")
	}
	n := 0
	for _, run := range readLog(t, "sarif", rich(verbatim)) {
		for _, r := range run.Results {
			texts := []string{*r.Message.Text}
			for _, l := range r.RelatedLocations {
				texts = append(texts, *l.Message.Text)
			}
			for _, text := range texts {
				n++
				if embedded.MatchString(text) {
					t.Errorf("a link: %q", text)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d messages were seen", n)
	}
}
