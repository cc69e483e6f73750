package verify

import (
	"errors"
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// Fetch reads a file by HTTPS.
type Fetch func(address string, limit int64) ([]byte, error)

// DownloadFile is what the update client calls.
func (f Fetch) DownloadFile(address string, limit int64, _ time.Duration) ([]byte, error) {
	data, err := f(address, limit)
	var status *registry.StatusError
	if errors.As(err, &status) {
		// The client takes this one for the end of the list of roots.
		return nil, &metadata.ErrDownloadHTTP{StatusCode: status.Code, URL: address}
	}
	return data, err
}

// FetchRoots asks an update repository for its trusted root, starting at the root of
// its own that is known. Nothing is cached.
func FetchRoots(mirror string, first []byte, fetch Fetch) (Roots, error) {
	o := tuf.DefaultOptions().WithRoot(first).WithRepositoryBaseURL(mirror).WithDisableLocalCache().WithFetcher(fetch)
	r, err := root.FetchTrustedRootWithOptions(o)
	if err != nil {
		return nil, fmt.Errorf("ask the update repository %s: %w", mirror, err)
	}
	return r, nil
}
