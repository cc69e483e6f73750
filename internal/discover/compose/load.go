package compose

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/validation"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/source"
)

// Set is one Compose project: the files that belong together.
type Set struct {
	Dir   string
	Files []string
	env   Environment
	*closure
	// broken is why brokenFile, or something it refers to, could not be read.
	Broken     error
	BrokenFile string
	// Loads is how often the set may be loaded in part when it does not load as a whole.
	Loads int
	// Faults are the parts that do not load; the model is without them.
	Faults []error
}

// Lookup is the value that the set's .env gives a variable.
func (s *Set) Lookup(name string) (string, bool) { return s.env.lookup(name) }

// contents are the bytes of the set's own files, in merge order.
func (s *Set) contents() ([]types.ConfigFile, error) {
	var out []types.ConfigFile
	for _, name := range s.Files {
		data, err := s.tree.Read(name, source.MaxFileBytes)
		if err != nil {
			return nil, err
		}
		out = append(out, types.ConfigFile{Filename: s.abs(name), Content: data})
	}
	return out, nil
}

func (s *Set) abs(name string) string { return filepath.Join(s.tree.Dir(), filepath.FromSlash(name)) }

// load merges files into one model with compose-go. It validates afterwards, because
// the loader's own validation would write warnings to a global log. (What remains
// there: a .env line with an unset variable, the old external.name, and ~ without a
// home. The program's entry point silences that log.)
func (s *Set) load(ctx context.Context, files []types.ConfigFile, m mode) (model map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			model, err = nil, fmt.Errorf("values of an unexpected type: %v", r)
		}
	}()
	stub, err := s.stub()
	defer os.Remove(stub)
	if err != nil {
		return nil, err
	}
	at, err := s.mirrored()
	defer at.remove()
	if err != nil {
		return nil, err
	}
	env := maps.Clone(m.env)
	details := types.ConfigDetails{WorkingDir: at.there(s.abs(s.Dir)), ConfigFiles: at.in(files), Environment: env}
	model, err = loader.LoadModelWithContext(ctx, details, func(o *loader.Options) {
		o.SkipValidation, o.SkipNormalization, o.SkipConsistencyCheck = true, true, true
		o.SkipResolveEnvironment, o.SkipResolveLabels, o.SkipDefaultValues = true, true, true
		o.ResolvePaths = false
		o.ResourceLoaders = []loader.ResourceLoader{guard{s, stub, at.at}}
		o.SetProjectName(s.projectName(), true)
		o.Interpolate = &interpolation.Options{
			LookupValue:     func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Substitute:      m.substitute,
			TypeCastMapping: s.casts(stub, at, m.typed),
		}
	})
	if err != nil && at.at != at.dir {
		err = mirrorError{err, at}
	}
	if err != nil {
		return nil, err
	}
	at.back(model)
	delete(model, "version")
	return model, nil
}

// mode is how a set is loaded: what becomes of references, and which values names
// without a value of their own (environment: [NAME]) take.
type mode struct {
	substitute func(string, template.Mapping) (string, error)
	env        map[string]string
	// checked models are held against the specification.
	checked bool
	// typed replaces the references of every value that is no text.
	typed bool
}

// effective replaces references; unresolved keeps them, and takes nothing from .env;
// typed keeps those in texts alone.
func (s *Set) effective() mode  { return mode{substitute: withValues, env: s.env.Values, checked: true} }
func (s *Set) unresolved() mode { return mode{substitute: mask, env: map[string]string{}} }
func (s *Set) typed() mode      { return mode{substitute: mask, env: map[string]string{}, typed: true} }

func withValues(s string, value template.Mapping) (string, error) {
	return interpolate.Expand(s, value)
}

// validate checks a loaded model against the Compose specification. A model with
// placeholders is not held to formats that a placeholder cannot have.
func validate(model map[string]any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("values of an unexpected type: %v", r)
		}
	}()
	if err := schema.Validate(model); err != nil {
		return err
	}
	return validation.Validate(model)
}

// projectName is the name of the set's directory as Compose would spell it.
func (s *Set) projectName() string {
	if v := loader.NormalizeProjectName(s.env.Values[consts.ComposeProjectName]); v != "" {
		return v
	}
	if v := loader.NormalizeProjectName(filepath.Base(s.abs(s.Dir))); v != "" {
		return v
	}
	return "project"
}

// guard stands before compose-go's reader of included and extended files: only files
// that the closure has read and found inside the tree pass it.
type guard struct {
	set *Set
	// stub is the file that stands for those that are fetched from elsewhere.
	stub string
	// root is the directory that they are read from.
	root string
}

// Accept claims every path but those of the closure; the latter go on to compose-go's
// own local reader.
func (g guard) Accept(p string) bool {
	if p == os.DevNull || p == g.stub && p != "" {
		return false
	}
	for dir := range g.set.dirs {
		name, err := source.Inside(g.root, dir, p)
		if err == nil && g.set.read[name] != nil {
			return false
		}
	}
	return true
}

// Load refuses.
func (g guard) Load(_ context.Context, p string) (string, error) {
	return "", fmt.Errorf("%q is not one of the files that were checked: %w", p, source.ErrOutside)
}

// Dir is never asked for, because Load refuses.
func (g guard) Dir(string) string { return "" }

// casts are compose-go's type casts by path, made to let placeholders pass and to stay
// silent, and some of our own. The loader tries every one on every value, so those whose
// keys no file of the set holds are left out.
func (s *Set) casts(stub string, at mirror, typed bool) map[tree.Path]interpolation.Cast {
	out := map[tree.Path]interpolation.Cast{}
	for path, cast := range loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping {
		if out[path] = tolerant(cast); typed || unbending(path) {
			out[path] = s.settled(cast)
		}
	}
	out["services.*.ports.[]"] = portItem
	out["jobs.*.ports.[]"] = portItem
	known := func(v string) (string, error) {
		p, err := interpolate.Expand(unmask(v), s.Lookup)
		return at.there(p), err
	}
	for _, path := range [...]tree.Path{
		"include.[].path.[]", "include.[].env_file", "include.[].env_file.[]", "include.[].project_directory",
		"services.*.extends", "services.*.extends.service", "jobs.*.extends", "jobs.*.extends.service",
	} {
		out[path] = func(v string) (any, error) { return known(v) }
	}
	for path, instead := range map[tree.Path]string{
		"include.[]": os.DevNull, "include.[].path": os.DevNull, "services.*.extends.file": stub, "jobs.*.extends.file": stub,
	} {
		out[path] = func(v string) (any, error) {
			p, err := interpolate.Expand(unmask(v), s.Lookup)
			if err == nil && (source.IsRemote(p) || s.absent[p]) {
				return instead, nil
			}
			return at.there(p), err
		}
	}
	words := s.words()
	maps.DeleteFunc(out, func(p tree.Path, _ interpolation.Cast) bool {
		return slices.ContainsFunc(p.Parts(), func(part string) bool { return part != "*" && part != "[]" && !words[part] })
	})
	return out
}

// stub writes a file with the services that were to come from elsewhere, each of them
// empty, and returns its name; without such services it is none.
func (s *Set) stub() (string, error) {
	if len(s.stubs) == 0 {
		return "", nil
	}
	services := map[string]any{}
	for name := range s.stubs {
		services[name] = map[string]any{}
	}
	text, err := json.Marshal(map[string]any{"services": services, "jobs": services})
	if err != nil {
		return "", fmt.Errorf("write stand-in: %w", err)
	}
	f, err := os.CreateTemp("", "assure-*.yaml")
	if err != nil {
		return "", fmt.Errorf("write stand-in: %w", err)
	}
	if _, err = f.Write(text); err == nil {
		err = f.Close()
	}
	return f.Name(), err
}

// unbending reports whether the loader accepts no placeholder at a path.
func unbending(path tree.Path) bool {
	parts := path.Parts()
	return slices.Contains(parts, "ulimits") || parts[len(parts)-1] == "external"
}

// settled casts a value with its references replaced; what has no value counts as zero.
func (s *Set) settled(cast interpolation.Cast) interpolation.Cast {
	return func(value string) (any, error) {
		value, err := interpolate.Expand(unmask(value), s.Lookup)
		if err != nil {
			return nil, err
		}
		if interpolate.Placeholders(value) == nil {
			return tolerant(cast)(value)
		}
		if v, err := cast("0"); err == nil {
			return v, nil
		}
		return cast("false")
	}
}

func tolerant(cast interpolation.Cast) interpolation.Cast {
	v, err := cast("true")
	_, boolean := v.(bool)
	boolean = boolean && err == nil
	return func(value string) (any, error) {
		switch strings.ToLower(value) {
		case "y", "yes", "on":
			if boolean {
				return true, nil
			}
		case "n", "no", "off":
			if boolean {
				return false, nil
			}
		}
		if strings.Contains(value, "${") || strings.Contains(value, maskOpen) {
			return value, nil
		}
		return cast(value)
	}
}

// portItem keeps a short port that is a range, or holds a placeholder, one item in the
// long form: compose-go would spell out 65,535 ports, or fail.
func portItem(value string) (any, error) {
	if !strings.Contains(value, "-") && !strings.Contains(value, "${") && !strings.Contains(value, maskOpen) {
		return value, nil
	}
	p, ok := splitPort(value)
	if !ok {
		return value, nil
	}
	return p.long(), nil
}
