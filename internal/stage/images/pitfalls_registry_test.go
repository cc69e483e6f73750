package images

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// answering lets the registry answer the requests that match by f.
func (s *swap) answering(match func(*http.Request) bool, f http.HandlerFunc) {
	h := func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if match(r) {
			f(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}
	s.answer.Store(&h)
}

func pathHolds(part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, part) }
}

func bare(ref string) string { return ref[:strings.Index(ref, "@")] }

func digestOf(ref string) string { return ref[strings.Index(ref, "@")+1:] }

// Half a megabyte on the wire must not become a gigabyte in memory, and a hundred large
// signatures not six.
func TestP2_BlobsAreNeitherUnpackedNorReadWithoutEnd(t *testing.T) {
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	for i := range 8 {
		must(t, w.registry.PutBundle(ref, fmt.Appendf(make([]byte, 12<<20), "%d", i)))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w.expect(w.run(ref), []string{"image/invalid-signature critical", "gap"}, "larger than 64 MiB together", "without them it is not known to be signed")
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 512 {
		t.Errorf("%d MiB were allocated for it", mib)
	}
	s.answering(pathHolds("/blobs/"), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("\x1f\x8b\x08"))
	})
	w.expect(w.run(ref), []string{"gap"}, "it answers with other content")
}

// A tag that leads elsewhere on every question is asked once, and what was verified is
// what is written down.
func TestP8_ATagIsResolvedOnce(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	w.opts.Fixes = true
	good, other := w.push("1.2.3"), w.push("9")
	must(t, w.registry.SignBundle(good, w.key))
	var asked atomic.Int32
	flip := func(rw http.ResponseWriter, r *http.Request, h http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/manifests/1.2.3") && asked.Add(1) > 1 {
			r.URL.Path = strings.Replace(r.URL.Path, "1.2.3", digestOf(other), 1)
		}
		h.ServeHTTP(rw, r)
	}
	s.answer.Store(&flip)
	files := map[string]string{"Dockerfile": "FROM " + bare(good) + "\nFROM " + bare(good) + "\n"}
	_, set := w.runFiles(files)
	want := "FROM " + good + "\nFROM " + good + "\n"
	if got := applyFixes(t, files, set, false)["Dockerfile"]; got != want || asked.Load() != 1 {
		t.Errorf("asked %d times, wrote %s", asked.Load(), got)
	}
}

func TestP9_TheTagBesideADigestIsCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules = nil
	one, two := w.push("1.2.3"), w.push("2.0.0")
	w.expect(w.run(bare(one)+"@"+digestOf(two)), []string{"image/tag-moved high"}, "leads to "+digestOf(one)+", not to the pinned "+digestOf(two))
}

func TestP10_APinOfOnePlatformIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules = nil
	index, child, err := w.registry.PushIndex("acme/multi", "1.2.3")
	must(t, err)
	w.expect(w.run(child), []string{"image/single-platform info"}, "is one platform of the index "+digestOf(index)+" that its tag leads to")
	w.expect(w.run(index), nil)
}

// Six answers that look alike are six different messages, and only the definite ones
// are findings.
func TestP11_NotThereIsNotUnsigned(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ref    string
		status int
		want   []string
		words  string
	}{
		"unsigned":          {"acme/app:1.2.3", 0, []string{"image/unpinned medium", "image/unsigned high"}, "is unsigned"},
		"no such digest":    {"acme/app@" + someDigest, 0, []string{"image/digest-missing critical"}, "is absent"},
		"no such tag":       {"acme/app:9", 0, []string{"image/unpinned medium", "image/not-found high"}, "knows no such image"},
		"no such name":      {"acme/none:9", 0, []string{"image/unpinned medium", "image/not-found high"}, "knows no such image"},
		"not allowed":       {"acme/app:1.2.3", 401, []string{"image/unpinned medium", "gap"}, "denied: it answers 401"},
		"forbidden":         {"acme/app:1.2.3", 403, []string{"image/unpinned medium", "gap"}, "denied: it answers 403"},
		"not now":           {"acme/app:1.2.3", 429, []string{"image/unpinned medium", "gap"}, "limited: it answers 429"},
		"out of order":      {"acme/app:1.2.3", 503, []string{"image/unpinned medium", "gap"}, "unreachable: it answers 503"},
		"answers in German": {"acme/app:1.2.3", 200, []string{"image/unpinned medium", "gap"}, "contradiction: its manifest is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := hostileWorld(t)
			w.push("1.2.3")
			if tc.status != 0 {
				s.answering(manifestsOfTags, func(rw http.ResponseWriter, _ *http.Request) {
					rw.WriteHeader(tc.status)
					fmt.Fprint(rw, "Nein.")
				})
			}
			w.expect(w.run(w.registry.Host+"/"+tc.ref), tc.want, tc.words)
		})
	}
}

func manifestsOfTags(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/manifests/") && !strings.Contains(r.URL.Path, "/manifests/sha256")
}

// ghcr.io has no API for referrers and its descriptors do not say what they describe.
func TestP14_WhatARefererIsItsLayersSay(t *testing.T) {
	t.Parallel()
	for _, api := range []bool{true, false} {
		w := newWorld(t, imagestest.Options{Referrers: api})
		ref := w.push("1.2.3")
		must(t, w.registry.SignBundle(ref, w.key))
		w.verified(w.run(ref), 1)
	}
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	artifacts := artifactsOf(t, w.registry.Host, ref)
	s.answering(pathHolds("/referrers/"), func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"schemaVersion": 2, "manifests": []}`)
	})
	w.expect(w.run(ref), []string{"image/unsigned high"})
	var listed []string
	for _, artifact := range artifacts {
		listed = append(listed, fmt.Sprintf(`{"mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": "application/vnd.oci.empty.v1+json", "digest": %q, "size": 1}`, artifact))
	}
	put(t, w.registry.Host+"/v2/acme/app/manifests/"+strings.Replace(digestOf(ref), ":", "-", 1),
		`{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [`+strings.Join(listed, ",")+`]}`)
	w.verified(w.run(ref), 1)
}

func put(t *testing.T, address, index string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+address, strings.NewReader(index))
	must(t, err)
	req.Header.Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatal(resp.Status)
	}
}

// artifactsOf are the digests of what refers to an image.
func artifactsOf(t *testing.T, host, ref string) (digests []string) {
	t.Helper()
	resp, err := http.Get("http://" + host + "/v2/acme/app/referrers/" + digestOf(ref))
	must(t, err)
	defer resp.Body.Close()
	var index struct{ Manifests []struct{ Digest string } }
	must(t, json.NewDecoder(resp.Body).Decode(&index))
	for _, m := range index.Manifests {
		digests = append(digests, m.Digest)
	}
	return digests
}

func TestP15_PagesAreFollowed(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	artifacts := artifactsOf(t, w.registry.Host, ref)
	last := 3
	s.answering(pathHolds("/referrers/"), func(rw http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &n)
		if n == last {
			fmt.Fprintf(rw, `{"manifests": [{"digest": %q}]}`, artifacts[0])
			return
		}
		rw.Header().Set("Link", fmt.Sprintf(`<%s?page=%d>; rel="next"`, r.URL.Path, n+1))
		fmt.Fprint(rw, `{"manifests": []}`)
	})
	w.verified(w.run(ref), 1)
	last = 11
	w.expect(w.run(ref), []string{"gap"}, "has more than 10 pages")
}

func TestP16_NobodyIsAskedOnBehalfOfARegistry(t *testing.T) {
	t.Parallel()
	realm := func(to string) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("WWW-Authenticate", `Bearer realm="`+to+`",service="x"`)
			rw.WriteHeader(http.StatusUnauthorized)
		}
	}
	for _, to := range []string{
		"http://169.254.169.254/x", "https://169.254.169.254/x", "https://[fe80::1]/x", "https://[::ffff:169.254.169.254]/x", "https://0.0.0.0/x",
		"https://100.100.100.200/x", "https://10.0.0.1/x", "https://localhost:1/x", "https://2130706433:1/x", "file:///etc/passwd", "gopher://x/",
	} {
		for name, answer := range map[string]http.HandlerFunc{"redirect": redirect(to), "realm": realm(to)} {
			w, s := hostileWorld(t)
			ref := w.push("1.2.3")
			w.opts.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if address == w.registry.Host {
					return new(net.Dialer).DialContext(ctx, network, address)
				}
				return fakeConn{address}, nil
			}
			match := manifests
			if name == "realm" {
				match = func(*http.Request) bool { return true }
			}
			s.answering(match, answer)
			w.expect(w.run(ref), []string{"gap"})
		}
	}
}

// fakeConn is a connection to whatever was asked for; nothing may be written to it.
type fakeConn struct{ to string }

func (c fakeConn) RemoteAddr() net.Addr {
	host, port, _ := net.SplitHostPort(c.to)
	if ip := net.ParseIP(host); ip == nil {
		c.to = net.JoinHostPort("127.0.0.1", port)
	}
	a, _ := netip.ParseAddrPort(c.to)
	return net.TCPAddrFromAddrPort(a)
}
func (fakeConn) Write([]byte) (int, error)        { panic("a refused address was written to") }
func (fakeConn) Read([]byte) (int, error)         { panic("a refused address was read from") }
func (fakeConn) LocalAddr() net.Addr              { return nil }
func (fakeConn) Close() error                     { return nil }
func (fakeConn) SetDeadline(time.Time) error      { return nil }
func (fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (fakeConn) SetWriteDeadline(time.Time) error { return nil }

func TestP17_NoDowngradeToPlainHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	ref := w.push("1.2.3")
	w.cfg.InsecureRegistries, w.cfg.PrivateRegistries = nil, []string{w.registry.Host}
	w.expect(w.run(ref), []string{"gap"}, "would be asked by plain HTTP, which is refused", "list it in images.insecure-registries")
}

// A rate limit is not an answer, waiting is bounded, and the last pulls are left to the
// deployment.
func TestP23_RateLimits(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	w.cfg.Rules = nil
	one, two := w.push("1.2.3"), w.push("4.5.6")
	var gets atomic.Int32
	limited := func(rw http.ResponseWriter, r *http.Request, h http.Handler) {
		if strings.Contains(r.URL.Path, "/manifests/") && r.Method == http.MethodGet {
			gets.Add(1)
		}
		rw.Header().Set("RateLimit-Remaining", "3;w=21600")
		h.ServeHTTP(rw, r)
	}
	s.answer.Store(&limited)
	w.expect(w.run(one, two, bare(one)), []string{"image/unpinned medium"})
	if gets.Load() != 0 {
		t.Errorf("%d pulls for what HEAD tells", gets.Load())
	}
	set := w.run(bare(one) + "@" + digestOf(two))
	w.expect(set, []string{"gap"}, "limited: it leaves 3 pulls", "Sign in to")
	if gets.Load() != 0 {
		t.Errorf("%d of the last pulls were used", gets.Load())
	}
}

// On a pull request the keys come from the base commit, and a changed one is a finding.
func TestP25_TrustIsNotTakenFromTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.stranger))
	w.cfg.Keys = []config.Key{{ID: "release", File: "keys/cosign.pub"}}
	w.opts.ReadKey = func(string) ([]byte, error) { return []byte(w.key.PublicPEM), nil }
	files := map[string]string{"Dockerfile": "FROM " + ref + "\n", "keys/cosign.pub": w.stranger.PublicPEM}
	_, set := w.runFiles(files)
	w.expect(set, []string{"image/trust-changed medium", "image/invalid-signature critical"}, "keys/cosign.pub:1:1 image/trust-changed medium: keys/cosign.pub differs from the base commit")
	files["keys/cosign.pub"] = w.key.PublicPEM
	_, set = w.runFiles(files)
	w.expect(set, []string{"image/invalid-signature critical"})
	delete(files, "keys/cosign.pub")
	_, set = w.runFiles(files)
	w.expect(set, []string{"image/trust-changed medium", "image/invalid-signature critical"}, "keys/cosign.pub is gone")
	w.opts.ReadKey = func(string) ([]byte, error) { return nil, fs.ErrNotExist }
	if _, err := New(w.cfg, w.opts).Run(t.Context(), &plan.Plan{Images: []plan.Image{image(ref)}}, func(string) {}); err == nil {
		t.Error("a key that the base commit does not have is no error")
	}
}

func TestP26_ADigestThatIsGoneNamesTheTagsDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.cfg.Rules = nil
	ref := w.push("1.2.3")
	w.expect(w.run(bare(ref)+"@"+someDigest), []string{"image/digest-missing critical"}, "its tag 1.2.3 leads to "+digestOf(ref)+" now")
}

func TestP27_OtherDigestsAreNamed(t *testing.T) {
	t.Parallel()
	set := runOffline(t, config.Images{Rules: []config.ImageRule{{Match: []string{"**"}, AllowUnsigned: true, Reason: "x"}}}, "",
		image("app@sha512:"+strings.Repeat("0", 128)), image("app@blake3:"+strings.Repeat("0", 64)))
	want := []string{"image/uncovered medium", "image/uncovered medium", "image/unsupported-digest medium", "image/unsupported-digest medium"}
	got := brief(set)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
