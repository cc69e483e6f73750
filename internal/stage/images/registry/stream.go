package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// bounds replace the limits of one request; they are for layers, which are larger than
// everything else that a registry is asked for.
type bounds struct {
	bytes   int64
	timeout time.Duration
}

type boundsKey struct{}

// boundsOf returns the limits that hold for a request.
func (t *gate) boundsOf(ctx context.Context) bounds {
	if b, ok := ctx.Value(boundsKey{}).(bounds); ok {
		return b
	}
	return bounds{bytes: maxAnswer, timeout: t.timeout}
}

// Stream reads a blob of any size up to limit bytes, within the time. The caller must
// close it and must check its content against a digest: a stream is a claim.
func (c *Client) Stream(ctx context.Context, ref reference.Reference, d Descriptor, limit int64, within time.Duration) (io.ReadCloser, error) {
	if !isDigest(d.Digest) {
		return nil, &Error{Contradiction, ref.Host, errors.New("it names a blob without a sha256 digest")}
	}
	if d.Size > limit {
		return nil, tooLarge(ref, limit)
	}
	resp, err := c.do(context.WithValue(ctx, boundsKey{}, bounds{limit + 1, within}), http.MethodGet, ref, "blobs/"+d.Digest)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, c.problem(ref, resp)
	}
	if resp.ContentLength > limit {
		resp.Body.Close()
		return nil, tooLarge(ref, limit)
	}
	return stream{resp.Body, ref.Host}, nil
}

// stream gives the errors of a body the kinds of this package.
type stream struct {
	io.ReadCloser
	host string
}

func (s stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("its answer ends early")
	}
	return n, wrap(s.host, err)
}
