package images

import (
	"archive/tar"
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// entry is one of a layer: a file, a link when it has a target, a directory when its
// name ends with a slash.
type entry struct{ name, data, target string }

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Typeflag: tar.TypeReg, Linkname: e.target}
		switch {
		case e.target != "":
			h.Typeflag = tar.TypeSymlink
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		must(t, w.WriteHeader(h))
		_, err := w.Write([]byte(e.data))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func TestOneKeyInEveryPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{Referrers: true})
	right, other := w.key.PublicPEM, w.stranger.PublicPEM
	print := func(pem string) string {
		k, err := verify.LoadKey("", []byte(pem))
		must(t, err)
		return k.Fingerprint
	}
	keys := entry{name: "keys/cosign.pub", data: right}
	differs, gap := []string{"image/key-differs high"}, []string{"gap"}
	app := w.registry.Host + "/acme/app:"
	for name, tc := range map[string]struct {
		layers [][]entry
		url    string
		want   []string
		words  string
	}{
		"everywhere the same":         {[][]entry{{keys}}, right, nil, ""},
		"other text but the same key": {[][]entry{{{name: "./keys/cosign.pub", data: "# ours\n" + right}}}, right + "\n", nil, ""},
		"other in the image": {[][]entry{{{name: "keys/cosign.pub", data: other}}}, right, differs,
			"the key release is " + print(right) + ", but /keys/cosign.pub in " + app},
		"other at the URL":    {[][]entry{{keys}}, other, differs, "/keys/cosign.pub is " + print(other)},
		"replaced above":      {[][]entry{{keys}, {{name: "keys/cosign.pub", data: other}}}, right, differs, "is " + print(other)},
		"fixed above":         {[][]entry{{{name: "keys/cosign.pub", data: other}}, {keys}, {{name: "x", data: "x"}}}, right, nil, ""},
		"twice in a layer":    {[][]entry{{{name: "keys/cosign.pub", data: other}, keys}}, right, nil, ""},
		"removed above":       {[][]entry{{keys}, {{name: "keys/.wh.cosign.pub"}}}, right, differs, "it has no such file"},
		"directory removed":   {[][]entry{{keys}, {{name: ".wh.keys"}}}, right, differs, "it has no such file"},
		"directory emptied":   {[][]entry{{keys}, {{name: "keys/.wh..wh..opq"}}}, right, differs, "it has no such file"},
		"emptied and filled":  {[][]entry{{{name: "keys/cosign.pub", data: other}}, {{name: "keys/.wh..wh..opq"}, keys}}, right, nil, ""},
		"a neighbour removed": {[][]entry{{keys}, {{name: "keys/.wh.cosign"}, {name: ".wh.key"}}}, right, nil, ""},
		"not there":           {[][]entry{{{name: "keys/"}}}, right, differs, "is not at /keys/cosign.pub in " + app},
		"no key":              {[][]entry{{{name: "keys/cosign.pub", data: "PLACEHOLDER"}}}, right, differs, "it is not a public key in PEM"},
		"empty":               {[][]entry{{{name: "keys/cosign.pub"}}}, right, differs, "it is not a public key in PEM"},
		"a link":              {[][]entry{{{name: "keys/cosign.pub", target: "/other"}}}, right, gap, "it is no regular file"},
		"behind a link":       {[][]entry{{keys}, {{name: "keys", target: "/other"}}}, right, gap, "its directory keys is a link or a file"},
		"too large":           {[][]entry{{{name: "keys/cosign.pub", data: strings.Repeat("x", 64<<10+1)}}}, right, gap, "larger than 64 KiB"},
		"not at the URL":      {[][]entry{{keys}}, "", gap, "could not be compared with https://"},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			address := w.published(tc.url)
			if tc.url == "" {
				address += "/none"
			}
			w.cfg.Keys = []config.Key{{ID: "release", File: "keys/cosign.pub", URL: address + "/keys/cosign.pub", SHA256: print(right), ImagePath: "/keys/cosign.pub"}}
			w.opts.ReadKey = func(string) ([]byte, error) { return []byte(right), nil }
			var archives [][]byte
			for _, l := range tc.layers {
				archives = append(archives, archive(t, l...))
			}
			ref, err := w.registry.PushLayers("acme/app", strings.ReplaceAll(strings.ToLower(name), " ", "-"), archives...)
			must(t, err)
			must(t, w.registry.SignBundle(ref, w.key))
			set := w.run(ref)
			w.expect(set, tc.want, tc.words)
			if set.Judged[ruleKeyDiffers]+len(set.Gaps) != 2 {
				t.Errorf("judged %v", set.Judged)
			}
		})
	}
}

// Only the layers down to the one that decides are downloaded, once for all places.
func TestKeyIsReadFromTheTop(t *testing.T) {
	t.Parallel()
	var layers atomic.Int32
	w := newWorld(t, imagestest.Options{Referrers: true, Wrap: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("User-Agent") == "assure" && strings.Contains(r.URL.Path, "/blobs/") {
				layers.Add(1)
			}
			h.ServeHTTP(rw, r)
		})
	}})
	w.cfg.Keys[0].ImagePath = "/keys/cosign.pub"
	ref, err := w.registry.PushLayers("acme/app", "1", archive(t, entry{name: "base", data: "1"}), archive(t, entry{name: "keys/cosign.pub", data: w.key.PublicPEM}))
	must(t, err)
	must(t, w.registry.SignLegacy(ref, w.key))
	other, err := w.registry.PushLayers("other/app", "1", archive(t, entry{name: "base", data: "2"}))
	must(t, err)
	w.cfg.Rules[0].Match = []string{w.registry.Host + "/acme/**"}
	w.cfg.Rules = append(w.cfg.Rules, config.ImageRule{Match: []string{"**"}, AllowUnsigned: true, Reason: "not ours"})
	w.expect(w.run(ref, ref, other), nil)
	if n := layers.Load(); n != 2 { // the signature's payload and one layer
		t.Errorf("%d blobs were read", n)
	}
}

func TestKeyPlacesOffline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, imagestest.Options{})
	w.opts.Offline, w.opts.Dial = true, refuse
	w.cfg.Keys = append(w.cfg.Keys, config.Key{ID: "other", File: "k", URL: "https://keys.example/k", SHA256: strings.Repeat("0", 64)})
	w.opts.ReadKey = func(string) ([]byte, error) { return []byte(w.key.PublicPEM), nil }
	set, err := New(w.cfg, w.opts).Run(t.Context(), &plan.Plan{}, func(string) {})
	must(t, err)
	if diff := cmp.Diff([]string{"offline: the key other was not compared with its address or with images"}, set.Notes); diff != "" || len(set.Gaps) != 0 {
		t.Error(diff, gaps(set))
	}
}

// What a registry serves in the place of a layer is not believed, whatever stands in it.
func TestForgedLayerIsNoAnswer(t *testing.T) {
	t.Parallel()
	var forged []byte
	w := newWorld(t, imagestest.Options{Referrers: true, Wrap: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if forged != nil && r.Method == http.MethodGet && r.Header.Get("User-Agent") == "assure" && strings.Contains(r.URL.Path, "/acme/app/blobs/") {
				_, _ = rw.Write(forged)
				return
			}
			h.ServeHTTP(rw, r)
		})
	}})
	w.cfg.Keys[0].ImagePath = "/keys/cosign.pub"
	ref, err := w.registry.PushLayers("acme/app", "1", archive(t, entry{name: "keys/cosign.pub", data: w.stranger.PublicPEM}))
	must(t, err)
	must(t, w.registry.SignBundle(ref, w.key))
	w.expect(w.run(ref), []string{"image/key-differs high"})
	r, err := New(w.cfg, w.opts).prepare(t.Context())
	must(t, err)
	parsed := newUse(image(ref)).ref
	for name, data := range map[string][]byte{
		"another layer": archive(t, entry{name: "keys/cosign.pub", data: w.key.PublicPEM}), "no archive": []byte("no archive"), "nothing": {},
	} {
		forged = data
		got, err := r.client.File(t.Context(), parsed, parsed.Digest, "/keys/cosign.pub")
		if got != nil || err == nil || strings.Contains(err.Error(), "no such file") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
