package database

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MediaType is the type of the layer that holds the database.
const MediaType = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"

// Puller asks registries; the one method that needs the network.
type Puller interface {
	// Resolve returns the artifact that ref (registry/repository:tag or @digest) names
	// now, without its content. An error for which Transient is true may pass.
	Resolve(ctx context.Context, ref string) (Artifact, error)
}

// Artifact is a database in a registry.
type Artifact struct {
	// Manifest and Layer are digests: sha256:<hex>.
	Manifest, Layer string
	// Ref is the reference by digest.
	Ref string
	// Size of the layer in bytes.
	Size int64
	// Open reads the compressed layer; its content must have the digest Layer.
	Open func() (io.ReadCloser, error)
}

// rounds is how often all repositories are asked when each of them says to try again.
const rounds = 3

// pull asks the repositories in their order, and all of them again after a while as
// long as each has only failed for now.
func (s *Store) pull(ctx context.Context) (Info, error) {
	if err := s.checkCache(); err != nil {
		return Info{}, err
	}
	for n := 1; ; n++ {
		s.retryAfter.Store(0)
		info, err := s.pullOnce(ctx)
		if err == nil || n == rounds || ctx.Err() != nil || !busy(err) {
			return info, err
		}
		wait := s.pause(n)
		s.opts.Say(fmt.Sprintf("every registry of the %s is busy, asking again in %s", s.form.what, wait))
		if s.opts.Wait(ctx, wait) != nil {
			return info, err
		}
	}
}

// pullOnce tries the repositories in their order. Only an error that may pass leads to
// the next one: a refused credential or a wrong name is for the user to correct.
func (s *Store) pullOnce(ctx context.Context) (Info, error) {
	var failed []error
	for _, repo := range s.cfg.Repositories {
		info, err := s.pullFrom(ctx, repo)
		if err == nil {
			for _, e := range failed {
				info.Notes = append(info.Notes, fmt.Sprintf("a registry of the %s failed, the next one answered: %v", s.form.what, e))
			}
			return info, nil
		}
		failed = append(failed, fmt.Errorf("%s: %w", repo, err))
		if ctx.Err() != nil || !Transient(err) {
			break
		}
	}
	return Info{}, errors.Join(failed...)
}

func (s *Store) pullFrom(ctx context.Context, repo string) (Info, error) {
	s.opts.Say("asking " + repo + " for the " + s.form.what)
	art, err := s.resolve(ctx, repo)
	if err != nil {
		return Info{}, err
	}
	for _, known := range s.list() {
		if known.Layer == art.Layer || known.Manifest == art.Manifest {
			if info, err := s.verify(ctx, known); err == nil {
				return info, s.pinned(info)
			}
		}
	}
	s.opts.Say(fmt.Sprintf("pulling the %s (%d MB) from %s", s.form.what, art.Size>>20, repo))
	return s.fetch(ctx, art)
}

// resolve asks for the pinned manifest first, because the tag may have moved on. A pin
// may also be the digest of the layer or of trivy.db, which only the content shows.
func (s *Store) resolve(ctx context.Context, repo string) (Artifact, error) {
	p := s.opts.Puller
	if p == nil {
		var err error
		if p, err = s.registry(); err != nil {
			return Artifact{}, err
		}
	}
	if s.cfg.Digest != "" {
		art, err := p.Resolve(ctx, bare(repo)+"@"+s.cfg.Digest)
		if !errors.Is(err, errNotFound) {
			return art, err
		}
	}
	return p.Resolve(ctx, repo)
}

// bare cuts tag and digest from a reference.
func bare(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(ref, ':'); colon > strings.LastIndexByte(ref, '/') {
		return ref[:colon]
	}
	return ref
}

// fetch unpacks the artifact into the cache, after its digest has proved right.
func (s *Store) fetch(ctx context.Context, art Artifact) (Info, error) {
	tmp, done, err := s.workdir()
	if err != nil {
		return Info{}, err
	}
	defer done()
	if err := s.fetchLayer(ctx, art, tmp); err != nil {
		return Info{}, err
	}
	return s.install(ctx, tmp, Info{Manifest: art.Manifest, Layer: art.Layer, Source: art.Ref})
}

func (s *Store) fetchLayer(ctx context.Context, art Artifact, dir string) error {
	if art.Size > maxLayer {
		return fmt.Errorf("the layer %s has %d bytes, the limit is %d", art.Layer, art.Size, int64(maxLayer))
	}
	rc, err := art.Open()
	if err != nil {
		return fmt.Errorf("read layer %s: %w", art.Layer, err)
	}
	defer rc.Close()
	h := sha256.New()
	awake := &awake{r: reader{ctx, rc}, patience: s.opts.Patience, close: rc.Close}
	body := io.TeeReader(io.LimitReader(awake, maxLayer+1), h)
	unpackErr := s.unpack(ctx, body, dir)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return fmt.Errorf("read layer %s: %w", art.Layer, err)
	}
	if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); got != art.Layer {
		return fmt.Errorf("%w: the layer is %s, its manifest promised %s", errIntegrity, got, art.Layer)
	}
	return unpackErr
}
