package zap_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/stage/dast/zap"
	"github.com/stella-ops/assure/internal/stage/dast/zap/zaptest"
)

// TestT26_AlertsAreForeign: the scanned application chooses addresses and texts of alerts.
// Those of other hosts are dropped, the rest is bounded.
func TestT26_AlertsAreForeign(t *testing.T) {
	t.Parallel()
	alerts := []map[string]any{rawAlert(1, "10038", "10038-1", "Medium", "http://backend/a")}
	for i, link := range []string{
		"http://evil.example/", "http://backend.evil.example/", "http://backend@evil.example/", "https://backend/a", "http://backend:8080/", "//backend/", "javascript:alert(1)", "file:///etc/passwd", "http://169.254.169.254/",
	} {
		alerts = append(alerts, rawAlert(2+i, "10038", "10038-1", "High", link))
	}
	large := rawAlert(50, "10020", "10020-1", "Low", "http://backend/large")
	large["evidence"] = strings.Repeat("x", 1<<20)
	s := zaptest.New(t, zaptest.Options{Key: key, URLs: []string{"http://backend/a"}, Alerts: append(alerts, large)})
	r, err := zap.New(config(s)).Scan(t.Context(), target(t), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.Alerts {
		if !strings.HasPrefix(a.URL, "http://backend/") {
			t.Errorf("an alert about %s", a.URL)
		}
		if len(a.Evidence) > 64<<10 {
			t.Errorf("%d bytes of evidence", len(a.Evidence))
		}
	}
	if want := fmt.Sprintf("%d alerts of other hosts", len(alerts)-1); !strings.Contains(strings.Join(r.Notes, "\n"), want) {
		t.Errorf("notes: %v; want %q", r.Notes, want)
	}
}
