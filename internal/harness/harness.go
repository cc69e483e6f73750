// Package harness brings everything that a run of the gate needs without internet: a
// small vulnerability database, a registry with one signed and one unsigned image of
// its own static servers, and a copy of a sample project that refers to them. The demo
// and the end-to-end tests share it.
package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/stella-ops/assure/internal/stage/deps/fixture"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// Options choose what the harness prepares.
type Options struct {
	// Root is the directory of this module.
	Root string
	// Project is the name of a sample project below testdata/projects.
	Project string
}

// Harness is a prepared environment. It must be closed.
type Harness struct {
	// Project is the directory of the project's copy.
	Project string
	// Database is the directory of the vulnerability database.
	Database string
	// Registry holds demo/backend:latest (unsigned) and demo/store:1.2.0 (signed).
	Registry *imagestest.Registry

	name string
	dir  string
}

// programs are the servers that become images, with the user that they run as.
var programs = []struct{ name, repository, tag, user string }{
	{"backend", "demo/backend", "latest", ""},
	{"store", "demo/store", "1.2.0", "10001:10001"},
}

// Start prepares the environment.
func Start(ctx context.Context, o Options) (h *Harness, err error) {
	dir, err := os.MkdirTemp("", "assure-harness-")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	h = &Harness{Project: filepath.Join(dir, "project"), Database: filepath.Join(dir, "db"), name: o.Project, dir: dir}
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	if h.Registry, err = imagestest.Start(imagestest.Options{Referrers: true}); err != nil {
		return nil, err
	}
	key, err := imagestest.NewKey()
	if err != nil {
		return nil, err
	}
	if err := fixture.Write(h.Database, Advisories(), time.Now().Add(-6*time.Hour)); err != nil {
		return nil, err
	}
	digest, servers, err := h.pushImages(ctx, o.Root, key)
	if err != nil {
		return nil, err
	}
	if err := copyProject(filepath.Join(o.Root, "testdata", "projects", o.Project), h.Project, h.Registry.Host, digest); err != nil {
		return nil, err
	}
	return h, errors.Join(h.placeServers(servers), h.configure(key))
}

// pushImages builds the servers and pushes their images. It returns the digest of the
// signed one and the programs by name.
func (h *Harness) pushImages(ctx context.Context, root string, key *imagestest.Key) (string, map[string][]byte, error) {
	servers, digest := map[string][]byte{}, ""
	for _, p := range programs {
		program, err := buildServer(ctx, root, p.name, filepath.Join(h.dir, p.name))
		if err != nil {
			return "", nil, err
		}
		servers[p.name] = program
		if digest, err = h.push(p.repository, p.tag, program, p.user); err != nil {
			return "", nil, err
		}
	}
	signed := programs[len(programs)-1]
	ref := fmt.Sprintf("%s/%s:%s@%s", h.Registry.Host, signed.repository, signed.tag, digest)
	return digest, servers, h.Registry.SignBundle(ref, key)
}

func (h *Harness) push(repository, tag string, program []byte, user string) (string, error) {
	img, err := scratchImage(program, user, time.Now().Add(-24*time.Hour))
	if err != nil {
		return "", err
	}
	ref, err := name.NewTag(h.Registry.Host + "/" + repository + ":" + tag)
	if err != nil {
		return "", fmt.Errorf("name image: %w", err)
	}
	if err := remote.Write(ref, img); err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	digest, err := img.Digest()
	return digest.String(), err
}

// placeServers puts the programs into the build contexts that the project has for them.
func (h *Harness) placeServers(servers map[string][]byte) error {
	for name, program := range servers {
		context := filepath.Join(h.Project, name)
		if _, err := os.Stat(context); err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(context, "server"), program, 0o755); err != nil {
			return fmt.Errorf("place %s: %w", name, err)
		}
	}
	return nil
}

// configure writes the project's configuration: who signs, and which registry is the
// harness's own.
func (h *Harness) configure(key *imagestest.Key) error {
	if err := os.MkdirAll(filepath.Join(h.Project, "keys"), 0o755); err != nil {
		return fmt.Errorf("make keys directory: %w", err)
	}
	text := strings.ReplaceAll(configuration, "HOST", h.Registry.Host)
	return errors.Join(
		os.WriteFile(filepath.Join(h.Project, "keys", "cosign.pub"), []byte(key.PublicPEM), 0o644),
		os.WriteFile(filepath.Join(h.Project, ".assure.yml"), []byte(text), 0o644),
	)
}

const configuration = `# Written by the harness.
images:
  keys:
    - {id: release, file: keys/cosign.pub}
  rules:
    - {match: ["HOST/demo/**"], keys: [release]}
  insecure-registries: ["HOST"]
dast:
  engine: builtin
  env: {STORE_PASSWORD: random}
  target: {service: backend, port: 8080}
  ready-timeout: 3m
`

// Arguments are the flags that point a run at the harness.
func (h *Harness) Arguments() []string { return []string{"--database", h.Database} }

// Environ removes what would lead a run elsewhere from an environment.
func (h *Harness) Environ(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "ASSURE_") && !strings.HasPrefix(e, "TRIVY_") && !strings.HasPrefix(e, "GITHUB_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// ExitCode is the exit code that a run on the project must have.
func (h *Harness) ExitCode() int {
	if h.name == "vulnerable" {
		return 1
	}
	return 0
}

// Close ends the registry and removes all files.
func (h *Harness) Close() {
	if h.Registry != nil {
		h.Registry.Close()
	}
	os.RemoveAll(h.dir)
}

// Advisories are what the harness's database knows.
func Advisories() []fixture.Advisory {
	return []fixture.Advisory{
		{
			ID: "CVE-2023-45288", Aliases: []string{"GHSA-4v7x-pqxf-cx7m"}, Ecosystem: "go", Package: "golang.org/x/net",
			Vulnerable: []string{"<0.23.0"}, Patched: []string{">=0.23.0"},
			Title: "An endpoint can be made to read any number of header frames", Severity: "HIGH", Score: 7.5, CWE: []string{"CWE-400"},
		},
		{
			ID: "CVE-2021-23337", Ecosystem: "npm", Package: "lodash", Vulnerable: []string{"<4.17.21"}, Patched: []string{">=4.17.21"},
			Title: "Templates can inject commands", Severity: "HIGH", Score: 7.2, CWE: []string{"CWE-94"},
		},
		{
			ID: "CVE-2020-28493", Ecosystem: "pip", Package: "jinja2", Vulnerable: []string{"<2.11.3"}, Patched: []string{">=2.11.3"},
			Title: "A regular expression takes quadratic time", Severity: "MEDIUM", Score: 5.3, CWE: []string{"CWE-400"},
		},
	}
}
