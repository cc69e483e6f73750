package images

import (
	"net/http"
	"net/url"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// Limits of a download, which is larger and slower than anything that is asked here.
const (
	maxDownload     = 1 << 30
	downloadTimeout = 15 * time.Minute
)

// Transport is the way to registries for other stages, under the rules of this one: who
// may be reached, by plain HTTP or not, how much at a time and how often.
func Transport(cfg config.Images, proxy func(*http.Request) (*url.URL, error)) http.RoundTripper {
	return registry.NewTransport(registry.Options{
		Insecure: cfg.InsecureRegistries, Private: cfg.PrivateRegistries, Proxy: proxy,
		MaxAnswer: maxDownload, Timeout: downloadTimeout,
	})
}
