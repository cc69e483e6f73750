package images

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// crowd watches what one host is asked: how often for what, over how many connections
// at a time.
type crowd struct {
	latency time.Duration
	// The first question is answered when a second one has come beside it.
	pair  chan struct{}
	once  sync.Once
	mu    sync.Mutex
	asked map[string]int
	open  map[string]int
	most  int
}

func (c *crowd) wrap(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("User-Agent"), "assure") {
			inner.ServeHTTP(w, r)
			return
		}
		c.note(r, 1)
		defer c.note(r, -1)
		select {
		case <-c.pair:
		case <-r.Context().Done():
		}
		<-time.After(c.latency)
		inner.ServeHTTP(w, r)
	})
}

func (c *crowd) note(r *http.Request, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n > 0 {
		c.asked[r.Method+" "+r.URL.Path]++
	}
	if c.open[r.RemoteAddr] += n; c.open[r.RemoteAddr] == 0 {
		delete(c.open, r.RemoteAddr)
	}
	c.most = max(c.most, len(c.open))
	if n > 0 && c.most == 2 {
		c.once.Do(func() { close(c.pair) })
	}
}

// reset forgets what was asked.
func (c *crowd) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.open, c.most = map[string]int{}, map[string]int{}, 0
}

// estate is a registry with 50 signed images of four tags each: 200 references.
func estate(tb testing.TB, latency time.Duration) (*world, *crowd, *plan.Plan) {
	tb.Helper()
	c := &crowd{latency: latency, pair: make(chan struct{})}
	c.reset()
	w := newWorld(tb, imagestest.Options{Referrers: true, Wrap: c.wrap})
	p := &plan.Plan{}
	for i := range 50 {
		ref, err := w.registry.Push(fmt.Sprintf("acme/app%d", i%10), fmt.Sprintf("1.0.%d", i))
		must(tb, err)
		must(tb, w.registry.SignBundle(ref, w.key))
		for j := range 4 {
			im := image(retag(tb, ref, fmt.Sprintf("1.%d.%d", j+1, i)))
			im.Location = place(i*4 + j + 1)
			p.Images = append(p.Images, im)
		}
	}
	return w, c, p
}

// retag gives an image a further tag.
func retag(tb testing.TB, ref, tag string) string {
	tb.Helper()
	named, digest, _ := strings.Cut(ref, "@")
	named = named[:strings.LastIndex(named, ":")]
	host, repository, _ := strings.Cut(named, "/")
	base := "http://" + host + "/v2/" + repository + "/manifests/"
	resp, err := http.Get(base + digest)
	must(tb, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	must(tb, err)
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, base+tag, bytes.NewReader(data))
	must(tb, err)
	req.Header.Set("Content-Type", resp.Header.Get("Content-Type"))
	done, err := http.DefaultClient.Do(req)
	must(tb, err)
	done.Body.Close()
	return named + ":" + tag + "@" + digest
}

func TestEachDigestIsAskedOnce(t *testing.T) {
	t.Parallel()
	w, c, p := estate(t, 0)
	set, err := New(w.cfg, w.opts).Run(t.Context(), p, func(string) {})
	must(t, err)
	if set.Coverage["digests"] != 50 || set.Coverage["signatures verified"] != 200 || len(set.Findings)+len(set.Gaps) != 0 {
		t.Errorf("coverage %v: %v %v", set.Coverage, said(set), gaps(set))
	}
	for what, n := range c.asked {
		if n > 1 {
			t.Errorf("%s was asked %d times", what, n)
		}
	}
	if c.most > 4 || c.most < 2 {
		t.Errorf("%d connections at a time", c.most)
	}
}

// BenchmarkTwoHundredReferences judges 200 references to 50 signed images of one host
// that takes 20 ms for every answer.
func BenchmarkTwoHundredReferences(b *testing.B) {
	w, c, p := estate(b, 20*time.Millisecond)
	for b.Loop() {
		c.reset()
		set, err := New(w.cfg, w.opts).Run(b.Context(), p, func(string) {})
		must(b, err)
		if set.Coverage["signatures verified"] != 200 {
			b.Fatal(set.Coverage)
		}
	}
	b.ReportMetric(float64(len(c.asked)), "requests")
	b.ReportMetric(float64(c.most), "connections")
}
