package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// Limits of what a project may be made of.
const (
	maxModelBytes = 1 << 20
	maxModelFiles = 200
)

// refs finds the files that a Compose file draws in with include and extends, before
// the loader opens them: the loader itself would read any file of the machine.
type refs struct {
	tree *source.Tree
	seen map[string]bool
}

// check reads the file at an absolute path and follows it. Relative names start from
// base; files that are only extended do not include others.
func (r *refs) check(file, base string, includes bool) error {
	key := fmt.Sprint(file, "\x00", base, "\x00", includes)
	if r.seen[key] {
		return nil
	}
	r.seen[key] = true
	if len(r.seen) > maxModelFiles {
		return fmt.Errorf("read %s: the project is made of more than %d files", file, maxModelFiles)
	}
	data, err := r.read(file)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc map[string]any
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read %s: %w", r.name(file), err)
		}
		if err := r.document(doc, base, includes); err != nil {
			return fmt.Errorf("%s: %w", r.name(file), err)
		}
	}
}

// files are those that were followed, inside of the repository.
func (r *refs) files() []string {
	var all []string
	for key := range r.seen {
		file, _, _ := strings.Cut(key, "\x00")
		if rel, err := filepath.Rel(r.tree.Dir(), file); err == nil && filepath.IsLocal(rel) {
			all = append(all, filepath.ToSlash(rel))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *refs) document(doc map[string]any, base string, includes bool) error {
	for _, section := range []string{"services", "jobs"} {
		services, _ := doc[section].(map[string]any)
		for name, s := range services {
			if err := r.extends(s, base); err != nil {
				return fmt.Errorf("service %s: %w", name, err)
			}
		}
	}
	list, ok := doc["include"].([]any)
	if !ok && doc["include"] != nil {
		return errors.New("include must be a list")
	}
	for _, item := range list {
		if !includes {
			break
		}
		if err := r.include(item, base); err != nil {
			return fmt.Errorf("include: %w", err)
		}
	}
	return nil
}

func (r *refs) extends(service any, base string) error {
	s, _ := service.(map[string]any)
	e, _ := s["extends"].(map[string]any)
	if e["file"] == nil {
		return nil
	}
	file, err := local(e["file"], base)
	if err != nil {
		return fmt.Errorf("extends: %w", err)
	}
	return r.check(file, filepath.Dir(file), false)
}

// include follows one entry. Its own project directory and environment files are not
// supported: they would move where everything below is looked for.
func (r *refs) include(item any, base string) error {
	paths := []any{item}
	if m, ok := item.(map[string]any); ok {
		for key := range m {
			if key != "path" {
				return fmt.Errorf("%s is not supported by the dynamic test; give a path alone", key)
			}
		}
		if paths, ok = m["path"].([]any); !ok {
			paths = []any{m["path"]}
		}
	}
	var dir string
	for _, p := range paths {
		file, err := local(p, base)
		if err != nil {
			return err
		}
		if dir == "" {
			if dir = filepath.Dir(file); !r.plain(filepath.Join(dir, ".env")) {
				return fmt.Errorf("%s is not a plain file of the repository", r.name(filepath.Join(dir, ".env")))
			}
		}
		if err := r.check(file, dir, true); err != nil {
			return err
		}
	}
	return nil
}

// local turns a name into an absolute path and refuses names that mean something else.
func local(name any, base string) (string, error) {
	s, ok := name.(string)
	switch {
	case !ok || s == "":
		return "", fmt.Errorf("%v is not the name of a file", name)
	case remote(s):
		return "", fmt.Errorf("%q is not in the repository; nothing is fetched for the test", s)
	case strings.ContainsAny(s, "$\x00") || s[0] == '~':
		return "", fmt.Errorf("%q is not a plain name; write the path out", s)
	case filepath.IsAbs(s):
		return filepath.Clean(s), nil
	}
	return filepath.Join(base, s), nil
}

// read reads a file through the repository's own root, which no link can leave.
func (r *refs) read(file string) ([]byte, error) {
	rel, err := filepath.Rel(r.tree.Dir(), file)
	if err != nil || !filepath.IsLocal(rel) {
		return nil, fmt.Errorf("read %s: the file lies outside of the repository", file)
	}
	return r.tree.Read(filepath.ToSlash(rel), maxModelBytes)
}

// plain tells whether the file is missing or can be read safely.
func (r *refs) plain(file string) bool {
	_, err := r.read(file)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

func (r *refs) name(file string) string {
	if rel, err := filepath.Rel(r.tree.Dir(), file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

// remote tells whether a name asks for something from elsewhere.
func remote(name string) bool {
	return strings.Contains(name, "://") || strings.HasPrefix(name, "git@") || strings.HasPrefix(name, "github.com/") || strings.HasPrefix(name, "oci:")
}

// gate is the loader's second lock: whatever the check above did not understand, no
// remote file and no file outside of the repository is loaded.
type gate struct{ root string }

// Accept claims what must not be loaded.
func (g gate) Accept(name string) bool {
	if filepath.IsAbs(name) {
		rel, err := filepath.Rel(g.root, name)
		return err != nil || !filepath.IsLocal(rel)
	}
	return remote(name)
}

// Load refuses.
func (g gate) Load(_ context.Context, name string) (string, error) {
	return "", fmt.Errorf("%q is not in the repository; nothing is fetched for the test", name)
}

// Dir is never used, because Load never succeeds.
func (g gate) Dir(string) string { return g.root }
