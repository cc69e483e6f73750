package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener without a network.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, errors.New("closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pipe serves without a network, so that the test's time may be unreal.
func pipe(t *testing.T, h http.HandlerFunc) Target {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	s := &http.Server{Handler: h, ErrorLog: quiet()}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(p) })
	t.Cleanup(func() {
		time.Sleep(2 * time.Minute) // handlers that sleep must end within the bubble
		s.Close()
		wg.Wait()
	})
	return Target{Base: &url.URL{Scheme: "http", Host: "backend:80", Path: "/"}, Service: "backend", Dial: p.dial}
}

// bucket lets rate requests a second through and burst more at once.
func bucket(rate, burst float64, refusal int) http.HandlerFunc {
	var mu sync.Mutex
	tokens, last := burst+1, time.Now()
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		tokens = min(burst+1, tokens+time.Since(last).Seconds()*rate)
		last = time.Now()
		if tokens < 1 {
			w.WriteHeader(refusal)
			return
		}
		tokens--
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	after := func(n int64, h http.HandlerFunc) http.HandlerFunc {
		var seen atomic.Int64
		return func(w http.ResponseWriter, r *http.Request) {
			if seen.Add(1) > n {
				h(w, r)
			}
		}
	}
	sleep := func(d time.Duration) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) { time.Sleep(d) }
	}
	// late answers the nth request late, and stall every tenth of those that come too fast.
	late := func(n int64, h http.HandlerFunc) http.HandlerFunc {
		var seen atomic.Int64
		return func(w http.ResponseWriter, r *http.Request) {
			if seen.Add(1) == n {
				time.Sleep(time.Second / 4)
			}
			h(w, r)
		}
	}
	stall := func(h http.HandlerFunc) http.HandlerFunc {
		seen, gate := 0, make(chan struct{}, 1)
		return func(w http.ResponseWriter, r *http.Request) {
			gate <- struct{}{}
			if seen++; seen > warmup && seen%20 == 0 {
				time.Sleep(300 * time.Millisecond)
			}
			<-gate
			h(w, r)
		}
	}
	for _, c := range []struct {
		name    string
		handler func() http.HandlerFunc
		want    Verdict
		say     string
	}{
		{"at the limit", func() http.HandlerFunc { return bucket(40, 0, 429) }, Pass, "about 40 requests"},
		{"with a burst", func() http.HandlerFunc { return bucket(40, 20, 503) }, Pass, "about 40 requests a second, after a burst of"},
		{"far below", func() http.HandlerFunc { return bucket(6, 0, 429) }, Pass, "about 6 requests"},
		{"just one", func() http.HandlerFunc { return after(warmup+1, deny(429)) }, Pass, "more than 40"},
		{"too generous", func() http.HandlerFunc { return bucket(60, 5, 429) }, Warn, "about 60 requests"},
		{"too generous without a burst", func() http.HandlerFunc { return bucket(60, 0, 429) }, Warn, "about 54 requests"},
		{"no limit", func() http.HandlerFunc { return func(http.ResponseWriter, *http.Request) {} }, Fail, "at 80 requests a second"},
		{"refuses everybody", func() http.HandlerFunc { return deny(429) }, Unknown, "five requests a second"},
		{"broken", func() http.HandlerFunc { return deny(500) }, Unknown, "answers 500"},
		{"breaks", func() http.HandlerFunc { return after(50, deny(502)) }, Unknown, "answers 502"},
		{"slows down", func() http.HandlerFunc { return after(50, sleep(time.Second)) }, Unknown, "ten times"},
		{"one late answer", func() http.HandlerFunc { return late(50, bucket(40, 0, 429)) }, Pass, "about 40 requests"},
		{"recovers while nobody asks", func() http.HandlerFunc { return stall(bucket(60, 0, 429)) }, Unknown, "steadily enough"},
		{"slow from the start", func() http.HandlerFunc { return sleep(190 * time.Millisecond) }, Unknown, "times a second only"},
		{"hangs", func() http.HandlerFunc { return sleep(time.Minute) }, Unknown, "does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				h := c.handler()
				target := pipe(t, func(w http.ResponseWriter, r *http.Request) { sent.Add(1); h(w, r) })
				start := time.Now()
				got := Rate(t.Context(), target, "/health", DefaultRate)[0]
				if got.Verdict != c.want || !strings.Contains(got.Message, c.say) || got.Rule != RateRule {
					t.Errorf("%+v", got)
				}
				if sent.Load() > maxRequests || time.Since(start) > rateWindow+timeout {
					t.Errorf("%d requests in %s", sent.Load(), time.Since(start))
				}
			})
		})
	}
}

// TestEstimateKnowsOfBursts lets a burst of twenty come back while nothing is sent.
func TestEstimateKnowsOfBursts(t *testing.T) {
	t.Parallel()
	zero := time.Unix(0, 0)
	at := func(ms int, accepted bool) served {
		return served{zero.Add(time.Duration(ms) * time.Millisecond), accepted}
	}
	var back []served
	for i := range 20 {
		back = append(back, at(600+i, true))
	}
	for ms := 625; ms <= 1600; ms += 25 {
		back = append(back, at(ms, true))
	}
	w := window{start: zero.Add(600 * time.Millisecond), took: time.Second}
	for name, c := range map[string]struct {
		served []served
		want   int
	}{
		"refused before":          {append([]served{at(0, true), at(1, false)}, back...), 37},
		"never refused":           {back, 0},
		"refused at the start":    {append([]served{at(600, false)}, back...), 60},
		"refused at the end":      {append(slices.Clone(back), at(1599, false)), 0},
		"accepted afterwards":     {append(append([]served{at(1, false)}, back...), at(1700, true)), 37},
		"refused again and again": {append([]served{at(0, false), at(610, false), at(620, false)}, back...), 37},
	} {
		r := rate{served: c.served}
		if got := int(r.estimate(w)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestJudgeWantsUndisturbedWindows lets a limiter refuse, at a pace that was kept or not.
func TestJudgeWantsUndisturbedWindows(t *testing.T) {
	t.Parallel()
	full := window{sent: 80, accepted: 40, took: windowTime}
	late := window{sent: 80, accepted: 40, took: 2 * windowTime}
	for name, c := range map[string]struct {
		first, second, slow window
		trouble             string
		want                Verdict
	}{
		"steady":           {full, full, full, "", Pass},
		"late at first":    {late, full, full, "", Pass},
		"late at second":   {full, late, full, "", Unknown},
		"late at last":     {full, full, late, "", Unknown},
		"broke afterwards": {full, full, full, "it answers 500", Unknown},
	} {
		r := rate{limit: DefaultRate, trouble: c.trouble}
		r.refused.Store(40)
		if got, say := r.judge(t.Context(), c.first, c.second, c.slow); got != c.want {
			t.Errorf("%s: %s %s", name, got, say)
		}
	}
}

// TestRateBoundsWhatItSends covers a limit that would need too many requests.
func TestRateBoundsWhatItSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := pipe(t, func(http.ResponseWriter, *http.Request) {})
		if got := Rate(t.Context(), target, "/", 1000)[0]; got.Verdict != Unknown || !strings.Contains(got.Message, "without harm") {
			t.Errorf("%+v", got)
		}
	})
}

// TestRateAgreesWithNginx asks nginx, where it is installed, at three of its own limits.
// What nginx accepts follows from its limit and from how long a window really took, so a
// busy machine changes what can be expected and not whether it is compared.
func TestRateAgreesWithNginx(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	const burst = 2
	for limit, want := range map[int]Verdict{20: Pass, 40: Pass, 65: Warn} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			r := newRate(startNginx(t, nginx, limit, burst), "/", DefaultRate)
			ctx, cancel := context.WithTimeout(t.Context(), rateWindow)
			defer cancel()
			verdict, message := r.run(ctx)
			t.Logf("%s: %s", verdict, message)
			steady, fast := true, false
			for _, w := range r.windows {
				most := float64(limit)*w.took.Seconds() + burst + 1
				t.Logf("%d sent, %d accepted in %s: at most %.1f", w.sent, w.accepted, w.took, most)
				if float64(w.accepted) > most {
					t.Errorf("more is accepted than nginx's limit allows")
				}
				steady = steady && w.steady()
				fast = fast || w.perSecond(w.sent) > float64(limit)
			}
			switch {
			case verdict == want:
			case verdict == Unknown && (!steady || !fast || r.trouble != "" || ctx.Err() != nil):
				t.Logf("the machine is too busy for a verdict: steady %v, fast %v, %s", steady, fast, r.trouble)
			case want == Warn && verdict == Fail && !fast:
				t.Log("nothing was sent faster than nginx allows")
			default:
				t.Errorf("want %s", want)
			}
		})
	}
}

// startNginx runs nginx with a limit on a loopback port of its own.
func startNginx(t *testing.T, nginx string, limit, burst int) Target {
	t.Helper()
	dir := t.TempDir()
	port := freePort(t)
	conf := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log %[1]s/error.log; worker_processes 1;
events { worker_connections 64; }
http { access_log off; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
limit_req_zone $binary_remote_addr zone=z:1m rate=%[2]dr/s;
server { listen 127.0.0.1:%[3]d; location / { limit_req zone=z burst=%[4]d nodelay; return 200 "ok"; } } }
`, dir, limit, port, burst)
	// return runs before the limit is looked at, so the page is a file.
	conf = strings.Replace(conf, `return 200 "ok";`, "root "+dir+"/www;", 1)
	if err := os.MkdirAll(filepath.Join(dir, "www"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"nginx.conf": conf, "www/index.html": "ok"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		_ = os.Chmod(d, 0o755)
	}
	cmd := exec.CommandContext(t.Context(), nginx, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	ended := launch(t, cmd)
	target := targetOf(t, fmt.Sprintf("http://127.0.0.1:%d/", port))
	awaitPort(t, target.addr(), ended)
	return target
}

func freePort(t *testing.T) int {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	return s.Listener.Addr().(*net.TCPAddr).Port
}

// awaitPort waits until somebody listens, or the program that should has ended.
func awaitPort(t *testing.T, addr string, ended <-chan error) {
	t.Helper()
	for {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		select {
		case err := <-ended:
			t.Fatalf("nobody listens at %s: %v", addr, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// launch starts a program and returns how it ends.
func launch(t *testing.T, cmd *exec.Cmd) <-chan error {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, gone := make(chan error, 1), make(chan struct{})
	go func() { ended <- cmd.Wait(); close(gone) }()
	t.Cleanup(func() { <-gone })
	return ended
}
