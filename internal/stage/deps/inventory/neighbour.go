package inventory

import (
	"context"
	"fmt"
	"os"
	"path"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/nodejs/yarn"
	"github.com/aquasecurity/trivy/pkg/fanal/analyzer"
	"github.com/aquasecurity/trivy/pkg/fanal/analyzer/language"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/aquasecurity/trivy/pkg/mapfs"
	xio "github.com/aquasecurity/trivy/pkg/x/io"
	xos "github.com/aquasecurity/trivy/pkg/x/os"

	// The analyzers that read a lock file together with its manifest.
	_ "github.com/aquasecurity/trivy/pkg/fanal/analyzer/language/julia/pkg"
	_ "github.com/aquasecurity/trivy/pkg/fanal/analyzer/language/nodejs/yarn"
	_ "github.com/aquasecurity/trivy/pkg/fanal/analyzer/language/php/composer"
	_ "github.com/aquasecurity/trivy/pkg/fanal/analyzer/language/python/poetry"
	_ "github.com/aquasecurity/trivy/pkg/fanal/analyzer/language/python/pylock"
)

// withNeighbours reads the lock file with its parser, and asks Trivy's analyzer about the
// manifests of the given name: what is direct, and what only development needs. The
// analyzer swallows errors and drops what it cannot place; what the parser saw stays.
func withNeighbours(p language.Parser, t analyzer.Type, manifest string) func(context.Context, *file) ([]types.Package, error) {
	return func(ctx context.Context, f *file) ([]types.Package, error) {
		all, deps, err := p.Parse(ctx, f.reader())
		f.graph(deps)
		view := f.view(manifest, t == analyzer.TypeYarn) // yarn's workspaces lie below
		if err != nil || len(view) == 1 {
			return all, err
		}
		placed, err := f.r.analyze(ctx, t, f.Name, view)
		if err != nil {
			return nil, err
		}
		byID := map[string]types.Package{}
		for _, p := range placed {
			byID[p.ID] = p
		}
		for i, p := range all {
			if known, ok := byID[p.ID]; ok {
				all[i] = known
			}
		}
		return all, nil
	}
}

// view returns the lock file and its manifests as far as they can be read.
func (f *file) view(manifest string, deep bool) map[string][]byte {
	view := map[string][]byte{f.Name: f.Text}
	for _, name := range f.neighbours(manifest, deep) {
		data, err := f.r.tree.Read(name, MaxBytes)
		if err != nil || depth(data) > maxDepth {
			f.Notes = append(f.Notes, fmt.Sprintf("%s could not be read: direct, indirect and development dependencies of %s are not told apart", name, f.Name))
			continue
		}
		view[name] = data
	}
	return view
}

// yarnParser hides a result of Trivy's parser that only its analyzer needs.
type yarnParser struct{}

func (yarnParser) Parse(ctx context.Context, r xio.ReadSeekerAt) ([]types.Package, []types.Dependency, error) {
	pkgs, deps, _, err := yarn.NewParser().Parse(ctx, r)
	return pkgs, deps, err
}

// analyze runs one analyzer over a file system in memory that holds nothing else.
func (r *Reader) analyze(ctx context.Context, t analyzer.Type, name string, view map[string][]byte) ([]types.Package, error) {
	tmp := xos.TempDir()
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("make Trivy's directory: %w", err)
	}
	defer os.Remove(tmp)
	composite, err := r.group.PostAnalyzerFS()
	if err != nil {
		return nil, err
	}
	defer composite.Cleanup()
	memory, err := inMemory(view)
	if err != nil {
		return nil, err
	}
	composite.Set(t, memory)
	result := analyzer.NewAnalysisResult()
	if err := r.group.PostAnalyze(ctx, composite, result, analyzer.AnalysisOptions{Offline: true}); err != nil {
		return nil, err
	}
	for _, app := range result.Applications {
		if app.FilePath == name {
			return app.Packages, nil
		}
	}
	return nil, nil
}

func inMemory(view map[string][]byte) (*mapfs.FS, error) {
	memory := mapfs.New()
	for name, data := range view {
		if dir := path.Dir(name); dir != "." {
			if err := memory.MkdirAll(dir, 0o755); err != nil && !os.IsExist(err) {
				return nil, fmt.Errorf("place %s: %w", name, err)
			}
		}
		if err := memory.WriteVirtualFile(name, data, 0o644); err != nil {
			return nil, fmt.Errorf("place %s: %w", name, err)
		}
	}
	return memory, nil
}
