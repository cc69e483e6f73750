package zap_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/dast/zap"
	"github.com/stella-ops/assure/internal/stage/dast/zap/zaptest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTranscript writes down what the client library and ZAP say to each other when all
// goes well, and when it does not.
func TestTranscript(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, scene := range []struct {
		name    string
		options zaptest.Options
		change  func(*zap.Config)
	}{
		{"start, spider, passive scan, alerts", zaptest.Options{SlowStart: 1, SpiderSteps: 2, URLs: []string{"http://backend/"}, Alerts: []map[string]any{rawAlert(1, "10038", "10038-1", "Medium", "http://backend/")}}, func(c *zap.Config) { c.Headers = http.Header{"Authorization": {"Bearer s3cret"}} }},
		{"wrong key", zaptest.Options{}, func(c *zap.Config) { c.APIKey, c.StartTimeout = "another key", time.Nanosecond }},
		{"hang", zaptest.Options{Hang: "spider/view/status"}, func(c *zap.Config) { c.Timeout = 2 * time.Second }},
		{"crash", zaptest.Options{Crash: "pscan/view/recordsToScan"}, nil},
	} {
		fmt.Fprintf(&b, "## %s\n", scene.name)
		scene.options.Key = key
		c := config(zaptest.New(t, scene.options))
		c.Transcript = func(line string) { fmt.Fprintln(&b, line) }
		if scene.change != nil {
			scene.change(&c)
		}
		r, err := zap.New(c).Scan(t.Context(), target(t), nil)
		fmt.Fprintf(&b, "= %d alerts, error: %v\n\n", len(r.Alerts), err)
	}
	got := b.String()
	if strings.Contains(got, "s3cret") || strings.Contains(got, "apikey") {
		t.Error("the transcript holds a secret")
	}
	const golden = "testdata/transcript.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("run with -update to accept: %s", d)
	}
}
