package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
	"io"

	"github.com/stella-ops/assure/internal/source"
)

// Source says what a project is made of.
type Source struct {
	// Tree reads the repository.
	Tree *source.Tree
	// Dir is the project directory and Files are its Compose files in merge order:
	// slash paths from the repository's root.
	Dir   string
	Files []string
	// Profiles are the active profiles.
	Profiles []string
	// Env are the variables that the configuration sets.
	Env map[string]string
	// Random makes up a value of n hexadecimal digits.
	Random func(n int) string
	// Run is the id of this run; the project is named after it.
	Run string
}

// Model is a project that was loaded but not yet judged.
type Model struct {
	// Project is the merged and interpolated project. Its env and label files were not
	// opened yet.
	Project *types.Project
	// Files are those that the project was read from, as far as it could be: slash paths
	// from the repository's root.
	Files []string
	// Secrets are values that must never be printed.
	Secrets []string
}

// Load reads the project without leaving the repository, without the network and
// without this process's environment. After an error the model names its files alone.
func Load(ctx context.Context, s Source) (Model, error) {
	logrus.SetOutput(io.Discard) // the loader warns through this process-wide logger
	vars, secrets, err := environment(s.Tree, s.Dir, s.Env, s.Random)
	if err != nil {
		return Model{}, fmt.Errorf("load stack: %w", err)
	}
	details := types.ConfigDetails{WorkingDir: filepath.Join(s.Tree.Dir(), filepath.FromSlash(s.Dir)), Environment: vars}
	r := &refs{tree: s.Tree, seen: map[string]bool{}}
	for _, name := range s.Files {
		file := filepath.Join(s.Tree.Dir(), filepath.FromSlash(name))
		if err := r.check(file, details.WorkingDir, true); err != nil {
			return Model{Files: r.files()}, fmt.Errorf("load stack: %w", err)
		}
		data, err := s.Tree.Read(name, maxModelBytes)
		if err != nil {
			return Model{Files: r.files()}, fmt.Errorf("load stack: %w", err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: file, Content: data})
	}
	p, err := loader.LoadWithContext(ctx, details, func(o *loader.Options) {
		o.SetProjectName(projectName(s.Run), true)
		o.Profiles = s.Profiles
		o.SkipResolveEnvironment, o.SkipResolveLabels = true, true
		o.ResourceLoaders = []loader.ResourceLoader{gate{s.Tree.Dir()}}
	})
	if err != nil {
		return Model{Files: r.files()}, fmt.Errorf("load stack %s: %s; variables without a value can be set under dast.env", s.Files[0], mask(err.Error(), secrets))
	}
	return Model{Project: p, Files: r.files(), Secrets: secrets}, nil
}

// Complete opens the env and label files of a project that the guard has accepted.
func (m Model) Complete() (Model, error) {
	p, err := m.Project.WithServicesEnvironmentResolved(true)
	if err == nil {
		p, err = p.WithServicesLabelsResolved(true)
	}
	if err != nil {
		return m, fmt.Errorf("complete stack: %w", err)
	}
	secrets := m.Secrets
	for _, s := range p.Services {
		for name, value := range s.Environment {
			if value != nil && secretName(name) && !plain(*value) {
				secrets = append(secrets, *value)
			}
		}
	}
	return Model{Project: p, Files: m.Files, Secrets: append(secrets, secretFiles(p)...)}, nil
}

// maxSecret bounds a file that holds one secret, such as a password or a token.
const maxSecret = 4 << 10

// secretFiles are the contents of the project's secrets that are one short line. A file
// that cannot be read is left to the engine to complain about.
func secretFiles(p *types.Project) (values []string) {
	for _, s := range p.Secrets {
		if info, err := os.Stat(s.File); err != nil || !info.Mode().IsRegular() || info.Size() > maxSecret {
			continue
		}
		data, err := os.ReadFile(s.File)
		if value := strings.TrimSpace(string(data)); err == nil && value != "" && !strings.Contains(value, "\n") {
			values = append(values, value)
		}
	}
	return values
}

// projectName is a name that Compose accepts and that no other run has.
func projectName(run string) string {
	return "assure-" + loader.NormalizeProjectName(strings.ToLower(run))
}
