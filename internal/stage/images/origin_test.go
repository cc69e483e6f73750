package images

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestFreshness(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	w.cfg.Rules, w.cfg.MaxAge = nil, 31*24*time.Hour
	w.opts.Now = func() time.Time { return noon }
	built := func(tag string, created time.Time, annotations map[string]string) string {
		ref, err := w.registry.PushBuilt("acme/app", tag, created, annotations)
		must(t, err)
		return ref
	}
	newest := built("1.2", noon.AddDate(0, 0, -1), nil)
	old := built("a", noon.AddDate(0, 0, -40), nil)
	young := built("b", noon.AddDate(0, 0, -20), nil)
	undated := built("c", time.Time{}, nil)
	annotated := built("d", time.Unix(0, 0), map[string]string{"org.opencontainers.image.created": "2026-01-01T00:00:00Z"})
	base := w.push("base")
	on := func(tag, name, digest string) string {
		return built(tag, noon, map[string]string{"org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest})
	}
	index, child, err := w.registry.PushIndex("acme/multi", "1.0.0")
	must(t, err)
	at := bare(newest) + "@"
	for name, tc := range map[string]struct {
		ref   string
		want  []string
		words string
	}{
		"old and the tag moved":   {at + digestOf(old), []string{"image/tag-moved info", "image/outdated medium"}, "was built 40 days ago, and its tag leads to " + digestOf(newest)},
		"old, but the tag stays":  {old, nil, ""},
		"young and the tag moved": {at + digestOf(young), []string{"image/tag-moved info"}, ""},
		"no date":                 {at + digestOf(undated), []string{"image/tag-moved info"}, ""},
		"date in an annotation":   {at + digestOf(annotated), []string{"image/tag-moved info", "image/outdated medium"}, "was built 326 days ago"},
		"on a base that moved":    {on("e", bare(base), someDigest), []string{"image/stale-base low"}, "was built on " + bare(base) + "@" + someDigest + ", and that leads to " + digestOf(base) + " now"},
		"on the newest base":      {on("f", bare(base), digestOf(base)), nil, ""},
		"on a base's platform":    {on("g", bare(index), digestOf(child)), nil, ""},
		"on a base that is gone":  {on("h", w.registry.Host+"/acme/none:1", someDigest), nil, ""},
		"on a base without name":  {on("i", "<none>", someDigest), nil, ""},
		"on a forbidden base":     {on("j", "169.254.169.254/x:1", someDigest), nil, ""},
		"an index":                {index, nil, ""},
	} {
		set := w.run(tc.ref)
		w.expect(set, tc.want, tc.words)
		if forbidden := strings.Contains(strings.Join(set.Notes, "\n"), "could not be asked about"); forbidden != (name == "on a forbidden base") {
			t.Errorf("%s: notes %v", name, set.Notes)
		}
		if set.Judged[ruleBase] > 0 != (strings.HasPrefix(name, "on a base that") || name == "on the newest base" || name == "on a base's platform") {
			t.Errorf("%s: the base was judged: %d", name, set.Judged[ruleBase])
		}
		if (set.Judged[ruleOutdated] == 0) != (name == "no date" || strings.HasPrefix(name, "an index")) {
			t.Errorf("%s: the age was judged: %d", name, set.Judged[ruleOutdated])
		}
	}
}

// What was not asked for costs no pull, and an image that cannot be read is a gap.
func TestFreshnessIsAskedOnDemand(t *testing.T) {
	t.Parallel()
	w, s := hostileWorld(t)
	w.cfg.Rules = nil
	ref := w.push("1.2.3")
	blobs := pathHolds("/blobs/")
	s.answering(blobs, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) })
	w.expect(w.run(ref), nil)
	w.cfg.MaxAge = time.Hour
	w.expect(w.run(ref), []string{"gap"}, "it answers 418")
}

func TestMirrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	ref := w.push("1.2.3")
	must(t, w.registry.SignBundle(ref, w.key))
	w.cfg.Mirrors = []config.Mirror{{Of: "ghcr.io/stellaops/", At: w.registry.Host + "/acme"}, {Of: "index.docker.io", At: "mirror.corp/hub"}}
	w.cfg.Rules[0].Match, w.cfg.Registries = []string{"ghcr.io/stellaops/app"}, []string{"ghcr.io/stellaops", "nginx"}
	w.verified(w.run(ref), 1)
	other := strings.Replace(ref, "/acme/", "/acme-evil/", 1)
	w.expect(w.run(other), []string{"image/registry-not-allowed high", "image/uncovered medium", "image/not-found high"})
	set := runOffline(t, w.cfg, "", image("mirror.corp/hub/library/nginx@"+someDigest))
	w.expect(set, []string{"image/uncovered medium"})
}
