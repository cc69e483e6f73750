package source

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/finding"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	const in = "a:\n  b: |\n    FROM é AS x\n\n      RUN y\n    COPY ${Z} /\n  c: >\n    FROM f\n  d: 'FROM q'\n  e: |2-\n      two\n"
	for _, text := range []string{in, strings.ReplaceAll(in, "\n", "\r\n")} {
		d := parseOne(t, text)
		for _, tt := range []struct {
			key    string
			region finding.Region
			want   string
			exact  bool
		}{
			{"b", finding.Region{StartLine: 1, StartColumn: 6, EndLine: 1, EndColumn: 7}, "é", true},
			{"b", finding.Region{StartLine: 3, StartColumn: 3, EndLine: 3, EndColumn: 8}, "RUN y", true},
			{"b", finding.Region{StartLine: 4, StartColumn: 6, EndLine: 4, EndColumn: 9}, "COPY ${Z} /", false},
			{"b", finding.Region{StartLine: 9, StartColumn: 1, EndLine: 9, EndColumn: 2}, "", false},
			{"c", finding.Region{StartLine: 1, StartColumn: 1, EndLine: 1, EndColumn: 5}, ">\n    FROM f", false},
			{"d", finding.Region{StartLine: 1, StartColumn: 1, EndLine: 1, EndColumn: 5}, "'FROM q'", false},
			{"e", finding.Region{StartLine: 1, StartColumn: 3, EndLine: 1, EndColumn: 6}, "two", true},
		} {
			_, a := Child(d.Root, "a")
			_, n := Child(a, tt.key)
			r, exact := d.Within(n, strings.ReplaceAll(n.Value, "${Z}", "zet"), tt.region)
			got := strings.ReplaceAll(cut(text, r), "\r", "")
			if tt.want == "" {
				tt.want = strings.ReplaceAll(cut(text, d.Region(n)), "\r", "")
			}
			if got != tt.want || exact != tt.exact {
				t.Errorf("%s %v: got %q %t, want %q %t", tt.key, tt.region, got, exact, tt.want, tt.exact)
			}
		}
	}
}
