package images

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/registry"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// publicGood is the id of the root of Sigstore's public instance, which is built in.
const publicGood = "public-good"

// maxKeyBytes and maxRootBytes bound what is fetched.
const (
	maxKeyBytes  = 64 << 10
	maxRootBytes = 1 << 20
)

// prepare loads keys, trusted roots, policies and credentials. What is broken there
// would turn every answer into a wrong one, so it is an error.
func (s *Stage) prepare(ctx context.Context) (*run, error) {
	r := &run{stage: s, keys: map[string]verify.Key{}, roots: map[string]verify.Roots{}}
	var err error
	r.client, err = registry.New(registry.Options{
		Insecure: s.cfg.InsecureRegistries, Private: s.cfg.PrivateRegistries,
		Auth: s.opts.Auth, Token: s.opts.Token, DockerConfig: s.opts.DockerConfig,
		Dial: s.opts.Dial, Proxy: s.opts.Proxy, Timeout: s.opts.Timeout, Wait: s.opts.Wait, TLS: s.opts.TLS,
	})
	if err != nil {
		return nil, err
	}
	for _, load := range []func(context.Context) error{r.loadKeys, r.loadRoots, r.compile} {
		if err := load(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *run) loadKeys(ctx context.Context) error {
	for _, k := range r.stage.cfg.Keys {
		key, err := r.loadKey(ctx, k)
		if err != nil {
			return fmt.Errorf("load key %s: %w", k.ID, err)
		}
		r.keys[k.ID] = key
	}
	return nil
}

// loadKey reads a key and compares its fingerprint, which a key by URL must have.
func (r *run) loadKey(ctx context.Context, k config.Key) (verify.Key, error) {
	pem, err := r.pem(ctx, k)
	if err != nil {
		return verify.Key{}, err
	}
	key, err := verify.LoadKey(k.ID, pem)
	if err != nil {
		return verify.Key{}, err
	}
	want := "sha256:" + strings.TrimPrefix(k.SHA256, "sha256:")
	if (k.SHA256 != "" || k.URL != "") && key.Fingerprint != want {
		return verify.Key{}, fmt.Errorf("%s holds the key %s, not %s", cmp.Or(k.File, k.URL, k.Env, "pem"), key.Fingerprint, want)
	}
	return key, nil
}

func (r *run) pem(ctx context.Context, k config.Key) ([]byte, error) {
	switch {
	case k.PEM != "":
		return []byte(k.PEM), nil
	case k.File != "":
		return r.stage.read(k.File)
	case k.URL != "":
		return r.client.Fetch(ctx, k.URL, maxKeyBytes)
	case k.Env != "":
		if r.stage.opts.Env != nil {
			if v, ok := r.stage.opts.Env(k.Env); ok {
				return []byte(v), nil
			}
		}
		return nil, fmt.Errorf("the environment variable %s is not set", k.Env)
	}
	return nil, errors.New("it has no source")
}

// read reads a file of the trusted commit.
func (s *Stage) read(path string) ([]byte, error) {
	if s.opts.ReadKey == nil {
		return nil, fmt.Errorf("read %s: key files are not available", path)
	}
	data, err := s.opts.ReadKey(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

func (r *run) loadRoots(ctx context.Context) error {
	public, err := verify.LoadRoots(r.stage.opts.TrustedRoot)
	if err != nil {
		return err
	}
	r.roots[publicGood], r.builtin = public, r.stage.opts.TrustedRoot == nil
	for _, c := range r.stage.cfg.Roots {
		if r.roots[c.ID], err = r.loadRoot(ctx, c); err != nil {
			return fmt.Errorf("load root %s: %w", c.ID, err)
		}
		r.builtin = r.builtin && c.ID != publicGood
	}
	return nil
}

func (r *run) loadRoot(ctx context.Context, c config.Root) (verify.Roots, error) {
	if c.File != "" {
		data, err := r.stage.read(c.File)
		if err != nil {
			return nil, err
		}
		return verify.LoadRoots(data)
	}
	first, err := r.stage.read(c.TUF.Root)
	if err != nil {
		return nil, err
	}
	return verify.FetchRoots(c.TUF.Mirror, first, r.fetch(ctx))
}

// compile makes demands of rules and policies.
func (r *run) compile(ctx context.Context) error {
	for i, rule := range r.stage.cfg.Rules {
		if rule.AllowUnsigned {
			r.rules = append(r.rules, nil)
			continue
		}
		d, err := r.newRule(i, rule)
		if err != nil {
			return err
		}
		r.rules = append(r.rules, d)
	}
	for _, p := range r.stage.cluster.Policies {
		d, err := r.newPolicy(ctx, p)
		if err != nil {
			return err
		}
		r.policies = append(r.policies, d)
	}
	return nil
}

// oldRoot is the age above which instances may have rotated what the built-in root
// names.
const oldRoot = 180 * 24 * time.Hour

// noteRoot says how old the built-in trusted root is, when anything is verified by it.
func (r *run) noteRoot(set *finding.Set) {
	uses := func(d *demand) bool {
		return d != nil && slices.ContainsFunc(d.authorities, func(a authority) bool { return a.policy.Roots == r.roots[publicGood] })
	}
	if !r.builtin || r.stage.opts.Now == nil || !slices.ContainsFunc(slices.Concat(r.rules, r.policies), uses) {
		return
	}
	age := verify.BuiltinRootAge(r.stage.opts.Now())
	note := fmt.Sprintf("signatures are judged by the built-in trusted root of Sigstore, of %s, %d days old", verify.BuiltinRootDate(), int(age.Hours()/24))
	if age > oldRoot {
		note += "; update this program, or name a newer root with the id public-good under images.roots"
	}
	set.Notes = append(set.Notes, note)
}
