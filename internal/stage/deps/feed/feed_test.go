package feed_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/feed"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

const (
	kev  = `{"catalogVersion":"2027.01.09","count":2,"vulnerabilities":[{"cveID":"CVE-2027-0001","dateAdded":"2027-01-05","knownRansomwareCampaignUse":"Known"},{"cveID":"CVE-2027-0009","dateAdded":"2027-01-06","knownRansomwareCampaignUse":"Unknown"}]}`
	epss = "#model_version:v2027.01.01,score_date:2027-01-09T00:00:00Z\ncve,epss,percentile\nCVE-2027-0001,0.94321,0.999\nCVE-2027-0002,0.00045,0.1\n"
)

var at = time.Date(2027, 1, 10, 8, 0, 0, 0, time.UTC)

// publisher serves a feed, or refuses.
type publisher struct {
	*httptest.Server
	body   atomic.Value
	status atomic.Int32
	asked  atomic.Int32
}

func newPublisher(t *testing.T, body string) *publisher {
	p := &publisher{}
	p.body.Store(body)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		if code := int(p.status.Load()); code != 0 {
			w.WriteHeader(code)
			return
		}
		fmt.Fprint(w, p.body.Load())
	}))
	t.Cleanup(p.Close)
	return p
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, s)
	w.Close()
	return b.String()
}

func store(cache string, now time.Time, kevSource, epssSource string) *feed.Store {
	return feed.New(feed.Options{
		Sources:  map[feed.Kind]string{feed.KEV: kevSource, feed.EPSS: epssSource},
		CacheDir: cache, Now: func() time.Time { return now },
	})
}

func TestFeeds(t *testing.T) {
	k, e := newPublisher(t, kev), newPublisher(t, zipped(epss))
	s := store(t.TempDir(), at, k.URL, e.URL)
	c, err := s.Get(t.Context(), feed.KEV)
	if err != nil {
		t.Fatal(err)
	}
	known, err := c.Exploited()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]feed.Exploited{"CVE-2027-0001": {Added: "2027-01-05", Ransomware: true}, "CVE-2027-0009": {Added: "2027-01-06"}}, known); diff != "" {
		t.Error(diff)
	}
	c, err = s.Get(t.Context(), feed.EPSS)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := c.Scores(func(id string) bool { return id == "CVE-2027-0001" })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]feed.Score{"CVE-2027-0001": {Probability: 0.94321, Percentile: 0.999}}, scores); diff != "" {
		t.Error(diff)
	}
}

func TestCache(t *testing.T) {
	p, cache := newPublisher(t, kev), t.TempDir()
	get := func(now time.Time) (feed.Copy, error) {
		return store(cache, now, p.URL, "").Get(t.Context(), feed.KEV)
	}
	if _, err := get(at); err != nil {
		t.Fatal(err)
	}
	if _, err := get(at.Add(time.Hour)); err != nil || p.asked.Load() != 1 {
		t.Errorf("a young copy: asked %d times, %v", p.asked.Load(), err)
	}
	if _, err := get(at.Add(13 * time.Hour)); err != nil || p.asked.Load() != 2 {
		t.Errorf("an old copy: asked %d times, %v", p.asked.Load(), err)
	}
	p.status.Store(503)
	c, err := get(at.Add(40 * time.Hour))
	if err != nil || len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "could not be refreshed") || !c.FetchedAt.Equal(at.Add(13*time.Hour)) {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := store(t.TempDir(), at, p.URL, "").Get(t.Context(), feed.KEV); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("nothing cached: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(cache, "feeds", "kev-*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte(strings.Replace(kev, "CVE-2027-0001", "CVE-2027-0007", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store(cache, at, p.URL, "").Cached(feed.KEV); err == nil || !strings.Contains(err.Error(), "is not what was fetched") {
		t.Errorf("a changed copy: %v", err)
	}
	if _, err := get(at.Add(40 * time.Hour)); err == nil {
		t.Error("a changed copy answered for a feed that cannot be fetched")
	}
}

func TestFile(t *testing.T) {
	work := t.TempDir()
	name := filepath.Join(work, "kev.json")
	if err := os.WriteFile(name, []byte(kev), 0o644); err != nil {
		t.Fatal(err)
	}
	for workspace, notes := range map[string]int{t.TempDir(): 0, work: 1} {
		s := feed.New(feed.Options{Sources: map[feed.Kind]string{feed.KEV: name}, Offline: true, Workspace: workspace})
		if c, err := s.Get(t.Context(), feed.KEV); err != nil || len(c.Notes) != notes {
			t.Errorf("%+v %v", c, err)
		}
	}
}

// TestFileOfAnotherMachine exports a feed that the configuration names as a file.
func TestFileOfAnotherMachine(t *testing.T) {
	dir := t.TempDir()
	if err := fixture.Write(dir, nil, at); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "kev.json")
	if err := os.WriteFile(name, []byte(kev), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "all.tar.gz")
	if _, err := database.New(config.Deps{Database: dir}, database.Options{}).Export(t.Context(), file, store(t.TempDir(), at, name, "").Extra()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	there := store(cache, at, name, "")
	if _, err := there.Get(t.Context(), feed.KEV); err == nil {
		t.Error("a feed out of nothing")
	}
	if _, err := database.New(config.Deps{}, database.Options{CacheDir: cache}).Import(t.Context(), file, there.Extra()); err != nil {
		t.Fatal(err)
	}
	if c, err := there.Get(t.Context(), feed.KEV); err != nil || len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "of the cache is used") {
		t.Errorf("%+v %v", c, err)
	}
}

// TestBroken has feeds that are not whole; none of them is kept.
func TestBroken(t *testing.T) {
	huge := "cve,epss,percentile\n" + strings.Repeat("x", 1<<17) + "\n"
	tests := map[string]struct {
		kind feed.Kind
		body string
		want string
	}{
		"no JSON":       {feed.KEV, "<html>", "not the JSON"},
		"cut":           {feed.KEV, kev[:100], "not the JSON"},
		"empty":         {feed.KEV, `{"catalogVersion":"1","vulnerabilities":[]}`, "not the whole KEV catalogue"},
		"fewer":         {feed.KEV, strings.Replace(kev, `"count":2`, `"count":3`, 1), "2 entries where it says 3"},
		"something":     {feed.KEV, `{"a":1}`, "not the whole"},
		"no id":         {feed.KEV, strings.Replace(kev, "CVE-2027-0009", "x", 1), "which is no CVE"},
		"cut zip":       {feed.EPSS, zipped(epss)[:60], "cut off"},
		"cut line":      {feed.EPSS, epss[:len(epss)-5], "cut off"},
		"no scores":     {feed.EPSS, "cve,epss,percentile\n", "holds no EPSS scores"},
		"out of range":  {feed.EPSS, strings.Replace(epss, "0.94321", "1.5", 1), "not a number from 0 to 1"},
		"not a number":  {feed.EPSS, strings.Replace(epss, "0.94321", "NaN", 1), "not a number from 0 to 1"},
		"other columns": {feed.EPSS, "id;score\n1;2\n", "is no CVE"},
		"long line":     {feed.EPSS, huge, "too long"},
		"html":          {feed.EPSS, "<html>\n", "is no CVE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, cache := newPublisher(t, tt.body), t.TempDir()
			_, err := store(cache, at, p.URL, p.URL).Get(t.Context(), tt.kind)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if left, _ := os.ReadDir(filepath.Join(cache, "feeds")); len(left) > 0 {
				t.Errorf("kept %v", left)
			}
		})
	}
}

func TestHostileServers(t *testing.T) {
	loop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", 302) }))
	defer loop.Close()
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://10.1.2.3/x", 302) }))
	defer away.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	limits := map[string]time.Duration{slow.URL: 300 * time.Millisecond}
	for source, want := range map[string]string{
		loop.URL: "redirects without end", away.URL: "use https", slow.URL: "deadline", "http://feeds.example/kev.json": "use https",
	} {
		s := feed.New(feed.Options{Sources: map[feed.Kind]string{feed.KEV: source}, CacheDir: t.TempDir(), Timeout: limits[source]})
		if _, err := s.Get(t.Context(), feed.KEV); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", source, err, want)
		}
	}
}

func TestCacheInTheWorkspace(t *testing.T) {
	p, root := newPublisher(t, kev), t.TempDir()
	s := feed.New(feed.Options{Sources: map[feed.Kind]string{feed.KEV: p.URL}, CacheDir: filepath.Join(root, "c"), Workspace: root})
	if _, err := s.Get(t.Context(), feed.KEV); err == nil || !strings.Contains(err.Error(), "lies in the repository under test") {
		t.Errorf("error %v", err)
	}
}

// TestExportImport moves database and feeds to a machine without network.
func TestExportImport(t *testing.T) {
	dir := t.TempDir()
	if err := fixture.Write(dir, nil, at); err != nil {
		t.Fatal(err)
	}
	k, e := newPublisher(t, kev), newPublisher(t, zipped(epss))
	here := store(t.TempDir(), at, k.URL, e.URL)
	for _, kind := range []feed.Kind{feed.KEV, feed.EPSS} {
		if _, err := here.Pull(t.Context(), kind); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "all.tar.gz")
	if _, err := database.New(config.Deps{Database: dir}, database.Options{}).Export(t.Context(), file, here.Extra()); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	there := feed.New(feed.Options{Sources: map[feed.Kind]string{feed.KEV: k.URL, feed.EPSS: e.URL}, CacheDir: cache, Offline: true})
	if _, err := there.Get(t.Context(), feed.KEV); err == nil || !strings.Contains(err.Error(), "never fetched or imported") {
		t.Errorf("before the import: %v", err)
	}
	if _, err := database.New(config.Deps{}, database.Options{CacheDir: cache, Offline: true}).Import(t.Context(), file, there.Extra()); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []feed.Kind{feed.KEV, feed.EPSS} {
		a, errA := here.Cached(kind)
		b, errB := there.Get(t.Context(), kind)
		if errA != nil || errB != nil || a.Digest != b.Digest || !a.FetchedAt.Equal(b.FetchedAt) {
			t.Errorf("%s: %+v %+v %v %v", kind, a, b, errA, errB)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(kev))
	f.Add([]byte(epss))
	f.Add([]byte(zipped(epss)))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "feed")
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []feed.Kind{feed.KEV, feed.EPSS} {
			c, err := feed.New(feed.Options{Sources: map[feed.Kind]string{kind: name}}).Get(t.Context(), kind)
			if err != nil {
				continue
			}
			if kind == feed.KEV {
				if known, err := c.Exploited(); err != nil || len(known) == 0 {
					t.Errorf("taken, but %v %v", known, err)
				}
				continue
			}
			scores, err := c.Scores(func(string) bool { return true })
			if err != nil || len(scores) == 0 {
				t.Errorf("taken, but %v", err)
			}
			for id, s := range scores {
				if s.Probability < 0 || s.Probability > 1 {
					t.Errorf("%s has %v", id, s)
				}
			}
		}
	})
}
