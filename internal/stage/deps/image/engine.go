package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// engine is a container engine that speaks Docker's API.
type engine struct {
	client   *http.Client
	base     string
	temp     string
	platform Platform
}

// Engine is the source of the images that a local engine has. The host is in the form
// of DOCKER_HOST; empty means the usual socket. Only two questions are asked, both of
// which change nothing.
func Engine(host, temp string, p Platform) (Source, error) {
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	u, err := url.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("read the address of the container engine: %w", err)
	}
	e := engine{temp: temp, platform: p, base: "http://engine"}
	transport := &http.Transport{ResponseHeaderTimeout: 2 * time.Minute, DisableCompression: true, MaxResponseHeaderBytes: 1 << 18}
	switch u.Scheme {
	case "unix":
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", u.Path)
		}
	case "tcp":
		e.base = "http://" + u.Host
	default:
		return nil, fmt.Errorf("the container engine at %s:// cannot be asked for images: use unix:// or tcp://", u.Scheme)
	}
	e.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return e, nil
}

// Name implements Source.
func (engine) Name() string { return "the container engine" }

// Find implements Source: it saves the image into a temporary archive. An engine that
// does not answer has no images.
func (e engine) Find(ctx context.Context, ref reference.Reference) (*Image, error) {
	name := ref.Familiar() + ":" + ref.TagOrLatest()
	if ref.Digest != "" {
		name = ref.Familiar() + "@" + ref.Digest
	}
	resp, err := e.get(ctx, "/images/"+name+"/json")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, ErrAbsent
	default:
		return nil, fmt.Errorf("the container engine answers %s", resp.Status)
	}
	return e.save(ctx, name, ref)
}

func (e engine) save(ctx context.Context, name string, ref reference.Reference) (*Image, error) {
	dir, err := os.MkdirTemp(e.temp, "assure-image-")
	if err != nil {
		return nil, fmt.Errorf("save %s: %w", name, err)
	}
	file := filepath.Join(dir, "image.tar")
	img, err := e.load(ctx, name, file)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("save %s: %w", name, err)
	}
	img.From, img.close = e.Name(), func() { os.RemoveAll(dir) }
	if ref.Digest != "" {
		img.Digest = ref.Digest
	}
	return img, nil
}

func (e engine) load(ctx context.Context, name, file string) (*Image, error) {
	resp, err := e.get(ctx, "/images/"+name+"/get")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the container engine answers %s", resp.Status)
	}
	if err := copyTo(file, resp.Body, maxUncompressed); err != nil {
		return nil, err
	}
	return archive{path: file, platform: e.platform}.only()
}

func (e engine) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the container engine: %w", err)
	}
	resp, err := e.client.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			return nil, fmt.Errorf("no container engine answers: %w", op.Err)
		}
		return nil, fmt.Errorf("ask the container engine: %s", strings.TrimPrefix(err.Error(), "Get "))
	}
	return resp, nil
}

// copyTo writes at most limit bytes into a new file.
func copyTo(file string, r io.Reader, limit int64) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if n > limit {
		return fmt.Errorf("it is larger than %d GB", limit>>30)
	}
	return nil
}
