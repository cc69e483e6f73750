package images

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// swap lets a test change what its registry answers after images were pushed.
type swap struct {
	inner  http.Handler
	answer atomic.Pointer[func(http.ResponseWriter, *http.Request, http.Handler)]
}

func (s *swap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f := s.answer.Load(); f != nil {
		(*f)(w, r, s.inner)
		return
	}
	s.inner.ServeHTTP(w, r)
}

func hostileWorld(t *testing.T) (*world, *swap) {
	t.Helper()
	s := &swap{}
	return newWorld(t, imagestest.Options{Referrers: true, Wrap: func(h http.Handler) http.Handler {
		s.inner = h
		return s
	}}), s
}

func manifests(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/sha256:") }

func TestHostileRegistries(t *testing.T) {
	t.Parallel()
	status := func(code int) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(code) }
	}
	only := func(which func(*http.Request) bool, f http.HandlerFunc) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, r *http.Request, h http.Handler) {
			if which(r) {
				f(w, r)
				return
			}
			h.ServeHTTP(w, r)
		}
	}
	referrers := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/referrers/") }
	for name, tc := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request, http.Handler)
		words  []string
	}{
		"401": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(401)
		}, []string{"could not be checked: 127.0.0.1:", ": denied: it answers 401 Unauthorized Give credentials for 127.0.0.1:", "by registry-auth"}},
		"403": {only(manifests, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }),
			[]string{"denied: it answers 403 Forbidden", "Many registries give the same answer for an image that does not exist"}},
		"no registry":   {status(404), []string{"unreachable: it is no image registry (404 for /v2/)", "Make 127.0.0.1:"}},
		"broken":        {status(500), []string{"unreachable: it answers 500 Internal Server Error"}},
		"rate limited":  {status(429), []string{"limited: it answers 429 Too Many Requests Sign in to 127.0.0.1:"}},
		"blocks late":   {only(referrers, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }), []string{"the signatures of", "429 Too Many Requests"}},
		"hides list":    {only(referrers, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }), []string{"the signatures of", "403 Forbidden; without them it is not known to be signed"}},
		"metadata host": {only(manifests, redirect("http://169.254.169.254/latest/meta-data")), []string{"refused: 169.254.169.254 would be asked by plain HTTP"}},
		"metadata TLS":  {only(manifests, redirect("https://169.254.169.254/latest")), []string{"refused: 169.254.169.254 leads to the link-local address 169.254.169.254, which is refused No setting allows this address"}},
		"metadata IPv6": {only(manifests, redirect("https://[fd00:ec2::254]/latest")), []string{"leads to the metadata address fd00:ec2::254"}},
		"IPv4 in IPv6":  {only(manifests, redirect("https://[::ffff:169.254.169.254]/")), []string{"leads to the link-local address 169.254.169.254"}},
		"loopback name": {only(manifests, redirect("https://localhost:1/")), []string{"localhost:1 leads to the loopback address", "If localhost:1 is yours, list it in images.private-registries"}},
		"realm": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://localhost:1/token",service="x"`)
			w.WriteHeader(401)
		}, []string{"refused: localhost:1 would be asked by plain HTTP"}},
		"endless redirects": {only(manifests, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, 307) }), []string{"unreachable"}},
		"huge manifest": {only(manifests, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 64<<20))
		}), []string{"too large: its answer is larger than 4 MiB"}},
		"other content": {only(manifests, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "{}") }),
			[]string{"contradiction: for sha256:", "it answers with other content (sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a)"}},
		"endless pages": {only(referrers, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			w.Header().Set("Link", fmt.Sprintf(`<%s?n=%d>; rel="next"`, r.URL.Path, n+1))
			fmt.Fprint(w, `{"manifests":[]}`)
		}), []string{"its list of referrers has more than 10 pages"}},
		"page elsewhere": {only(referrers, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<http://169.254.169.254/v2/acme/app/referrers/x>; rel=next`)
			fmt.Fprint(w, `{"manifests":[]}`)
		}), []string{"its next page of referrers leads elsewhere"}},
		"too many referrers": {only(referrers, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"manifests":[`)
			for i := range 10_000 {
				fmt.Fprintf(w, `{"digest":"sha256:%064d"},`, i)
			}
			fmt.Fprint(w, `{}]}`)
		}), []string{"it lists more than 100 referrers"}},
		"garbage list": {only(referrers, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>") }), []string{"its list of referrers is not JSON of an index"}},
		"slow": {only(manifests, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(10 * time.Millisecond):
				}
			}
		}), []string{"no answer within the time limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := hostileWorld(t)
			ref := w.push("1.2.3")
			s.answer.Store(&tc.answer)
			if name == "slow" {
				w.opts.Timeout = 300 * time.Millisecond
			}
			set := w.run(ref)
			w.expect(set, []string{"gap"}, tc.words...)
			if set.Coverage["signatures verified"] != 0 {
				t.Error("verified")
			}
		})
	}
}

// A blob is worth what its digest says, whatever the registry sends for it.
func TestBlobsAreHashed(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(w.push("other"), w.key))
	must(t, w.registry.SignBundle(ref, w.stranger))
	good, err := imagestest.NewBundle(ref, w.key, imagestest.PredicateSignature, struct{}{})
	must(t, err)
	swapped := func(rw http.ResponseWriter, r *http.Request, h http.Handler) {
		if strings.Contains(r.URL.Path, "/blobs/") {
			_, _ = rw.Write(good)
			return
		}
		h.ServeHTTP(rw, r)
	}
	s.answer.Store(&swapped)
	w.expect(w.run(ref), []string{"gap"}, "for blob sha256:", "it answers with other content")
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) }
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A header is a claim: a wrong one for a pinned digest makes us read the bytes, a wrong
// one beside the bytes of a tag makes the answer worthless.
func TestWrongDigestHeader(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	lie := func(rw http.ResponseWriter, r *http.Request, h http.Handler) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for k, v := range rec.Header() {
			rw.Header()[k] = v
		}
		if rec.Header().Get("Docker-Content-Digest") != "" {
			rw.Header().Set("Docker-Content-Digest", someDigest)
		}
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	}
	s.answer.Store(&lie)
	bare := ref[:strings.Index(ref, ":1.2.3")] + ref[strings.Index(ref, "@"):]
	w.expect(w.run(bare), []string{"gap"}, "contradiction: its header names "+someDigest)
	w.expect(w.run(ref[:strings.Index(ref, "@")]), []string{"image/unpinned medium", "gap"}, "contradiction: its header names "+someDigest)
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	var mu sync.Mutex
	var waits []time.Duration
	w.opts.Wait = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, d)
		return nil
	}
	var left atomic.Int32
	after := "7"
	busy := func(rw http.ResponseWriter, r *http.Request, h http.Handler) {
		if manifests(r) && r.Method == http.MethodHead && left.Add(-1) >= 0 {
			rw.Header().Set("Retry-After", after)
			rw.WriteHeader(http.StatusTooManyRequests)
			return
		}
		h.ServeHTTP(rw, r)
	}
	left.Store(2)
	s.answer.Store(&busy)
	w.verified(w.run(ref), 1)
	if diff := cmp.Diff([]time.Duration{7 * time.Second, 7 * time.Second}, waits); diff != "" {
		t.Error(diff)
	}
	left.Store(99)
	waits = nil
	w.expect(w.run(ref), []string{"gap"}, "limited")
	if len(waits) != 3 {
		t.Errorf("waited %v", waits)
	}
	after, waits = "3600", nil
	left.Store(99)
	w.expect(w.run(ref), []string{"gap"}, "limited")
	if len(waits) != 0 {
		t.Errorf("waited %v although the registry asks for an hour", waits)
	}
}

func TestNoNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.opts.Dial = refuse
	set := w.run("ghcr.io/acme/app:1.2.3@"+someDigest, "nginx:1.27@"+someDigest)
	w.expect(set, []string{"image/uncovered medium", "image/uncovered medium", "gap", "gap"},
		"ghcr.io/acme/app:1.2.3@"+someDigest+" could not be checked: ghcr.io: unreachable: ", "Make docker.io reachable from here, or run with offline")
	if set.Judged[ruleMissing]+set.Judged[ruleNotFound]+set.Judged[ruleMoved]+set.Judged[ruleUnsigned] != 0 {
		t.Errorf("judged without an answer: %v", set.Judged)
	}
}

func TestLoopbackMustBeListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	ref := w.push("1.2.3")
	w.cfg.InsecureRegistries = nil
	w.expect(w.run(ref), []string{"gap"}, "refused: "+w.registry.Host+" leads to the loopback address 127.0.0.1, which is refused If "+w.registry.Host+" is yours, list it in images.private-registries")
	w.cfg.PrivateRegistries = []string{w.registry.Host}
	w.expect(w.run(ref), []string{"gap"}, "refused: "+w.registry.Host+" would be asked by plain HTTP", "list it in images.insecure-registries")
	w.cfg.InsecureRegistries = []string{"127.0.0.1"}
	w.expect(w.run(ref), []string{"image/unsigned high"})
}

func TestTooManyReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.opts.Dial = refuse
	var refs []string
	for i := range maxReferences + 1 {
		refs = append(refs, fmt.Sprintf("ghcr.io/acme/app%d@%s", i, someDigest))
	}
	w.cfg.Rules = nil
	set := w.run(refs...)
	if len(set.Gaps) != len(refs) || !strings.Contains(set.Gaps[maxReferences].Message, "names more than 500 images") {
		t.Errorf("%d gaps, the last: %s", len(set.Gaps), set.Gaps[len(set.Gaps)-1].Message)
	}
}
