package images

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// Other stages reach registries by the same rules.
func TestTransportForOtherStages(t *testing.T) {
	t.Parallel()
	r, err := imagestest.Start(imagestest.Options{})
	must(t, err)
	t.Cleanup(r.Close)
	image, err := r.Push("acme/app", "1")
	must(t, err)
	ref, err := name.NewDigest(r.Host+"/acme/app@"+digestOf(image), name.Insecure)
	must(t, err)
	for range 3 * 4 { // more often than one host has turns
		_, err = remote.Image(ref, remote.WithTransport(Transport(config.Images{InsecureRegistries: []string{r.Host}}, nil)))
		must(t, err)
	}
	_, err = remote.Image(ref, remote.WithTransport(Transport(config.Images{}, nil)))
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a loopback address that nobody listed: %v", err)
	}
}

func TestTransportTakesLargeAnswers(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, io.LimitReader(zeros{}, 20<<20))
	}))
	t.Cleanup(srv.Close)
	client := &http.Client{Transport: Transport(config.Images{InsecureRegistries: []string{strings.TrimPrefix(srv.URL, "http://")}}, nil)}
	resp, err := client.Get(srv.URL)
	must(t, err)
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); n != 20<<20 || err != nil {
		t.Error(fmt.Errorf("%d bytes: %w", n, err))
	}
}
