package registry

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Origin is what an image says about where it comes from. Its builder wrote it.
type Origin struct {
	// Created is when it was built, zero when it does not say.
	Created time.Time
	// Base is the image that it was built on, and BaseDigest which one; empty when it
	// does not say.
	Base, BaseDigest string
}

// The annotations of OCI images that say so.
const (
	createdKey    = "org.opencontainers.image.created"
	baseKey       = "org.opencontainers.image.base.name"
	baseDigestKey = "org.opencontainers.image.base.digest"
)

// Origin reads the annotations and the configuration of an image; of an index, those of
// its first platform, linux/amd64 where it has it.
func (c *Client) Origin(ctx context.Context, ref reference.Reference, digest string) (Origin, error) {
	index, m, err := c.platform(ctx, ref, digest)
	if err != nil {
		return Origin{}, err
	}
	config, err := c.config(ctx, ref, m.Config)
	if err != nil {
		return Origin{}, err
	}
	o := Origin{Created: config.Created}
	for _, more := range []map[string]string{index.Annotations, m.Annotations, config.Config.Labels} {
		o.add(more)
	}
	return o, nil
}

// add takes what is not known yet.
func (o *Origin) add(said map[string]string) {
	if at, err := time.Parse(time.RFC3339, said[createdKey]); err == nil && !plausible(o.Created) {
		o.Created = at
	}
	if o.Base == "" && said[baseKey] != "" {
		o.Base, o.BaseDigest = said[baseKey], said[baseDigestKey]
	}
}

// plausible tells a date from the stand-ins that reproducible builds write.
func plausible(t time.Time) bool { return t.Year() >= 2000 }

// Known tells whether the image says when it was built.
func (o Origin) Known() bool { return plausible(o.Created) }

// platform reads a manifest and, where it is an index, that of its first platform; both
// are the same where it is not.
func (c *Client) platform(ctx context.Context, ref reference.Reference, digest string) (index, m Manifest, err error) {
	if index, err = c.Manifest(ctx, ref, digest); err != nil || len(index.Manifests) == 0 {
		return index, index, err
	}
	m, err = c.Manifest(ctx, ref, first(index.Manifests).Digest)
	return index, m, err
}

func first(list []Descriptor) Descriptor {
	i := slices.IndexFunc(list, func(d Descriptor) bool {
		return d.Platform != nil && *d.Platform == (Platform{OS: "linux", Architecture: "amd64"})
	})
	return list[max(i, 0)]
}

type imageConfig struct {
	Created time.Time `json:"created"`
	Config  struct {
		Labels map[string]string `json:"Labels"`
	} `json:"config"`
}

func (c *Client) config(ctx context.Context, ref reference.Reference, d Descriptor) (cfg imageConfig, err error) {
	data, err := c.Blob(ctx, ref, d)
	if err == nil && json.Unmarshal(data, &cfg) != nil {
		err = &Error{Contradiction, ref.Host, errors.New("the configuration of its image is not JSON")}
	}
	return cfg, err
}
