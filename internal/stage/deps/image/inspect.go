package image

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/fanal/analyzer"
	"github.com/aquasecurity/trivy/pkg/fanal/applier"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	xos "github.com/aquasecurity/trivy/pkg/x/os"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	// The format of package databases of newer RPM systems.
	_ "modernc.org/sqlite"

	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// workers is how many files of a layer are analyzed at a time.
const workers = 2

// Contents are the packages of an image.
type Contents struct {
	types.ArtifactDetail
	// Problems are files that hold packages but could not be read.
	Problems []string
	// Notes are files of single packages that could not be read, as test data often cannot.
	Notes []string
	// IndexError is why Java archives were read without an index.
	IndexError error
	// Jars is how many Java archives there are; Unknown of them could not be identified.
	Jars, Unknown int
	// Keys are the private keys in any layer.
	Keys []PrivateKey
}

// Reader lists the packages of images. Layers that several images share are read once.
type Reader struct {
	// Log is where Trivy's log arrives while the reader works.
	Log *quiet.Log
	// OpenIndex returns what identifies Java archives. It is called when the first
	// archive turns up, so that nobody fetches the index without need.
	OpenIndex func(context.Context) (Index, error)
	// IndexError is why there is no index, after OpenIndex failed.
	IndexError error

	group  analyzer.AnalyzerGroup
	layers map[string]layer
	opened bool
	java   Index
}

// Close gives back the index.
func (r *Reader) Close() {
	if c, ok := r.java.(io.Closer); ok {
		c.Close()
	}
}

// index returns the index of Java archives, nil when there is none.
func (r *Reader) index(ctx context.Context) Index {
	if !r.opened {
		r.opened = true
		r.java, r.IndexError = r.OpenIndex(ctx)
	}
	if r.IndexError != nil {
		return nil
	}
	return r.java
}

// layer is what one layer holds.
type layer struct {
	types.BlobInfo
	problems, notes []string
	jars, unknown   int
	keys            []PrivateKey
}

// NewReader returns a reader that reports what Trivy logs through log.
func NewReader(log *quiet.Log) (*Reader, error) {
	disabled := slices.Concat(analyzer.TypeLockfiles, analyzer.TypeConfigFiles, []analyzer.Type{
		analyzer.TypeJar, analyzer.TypeSecret, analyzer.TypeLicenseFile, analyzer.TypeDpkgLicense, analyzer.TypeExecutable, analyzer.TypeRpmArchive,
	})
	group, err := analyzer.NewAnalyzerGroup(analyzer.AnalyzerOptions{DisabledAnalyzers: disabled, Parallel: workers})
	if err != nil {
		return nil, fmt.Errorf("prepare the analyzers of images: %w", err)
	}
	return &Reader{Log: log, group: group, layers: map[string]layer{}}, nil
}

// Read lists the packages of the image. Every layer must have the digest that the
// configuration promised.
func (r *Reader) Read(ctx context.Context, img *Image) (Contents, error) {
	var c Contents
	var blobs []types.BlobInfo
	for i, l := range img.Layers {
		got, err := r.layer(ctx, l)
		if err != nil {
			return c, fmt.Errorf("layer %d of %d: %w", i+1, len(img.Layers), err)
		}
		blobs = append(blobs, got.BlobInfo)
		c.Problems, c.Notes = append(c.Problems, got.problems...), append(c.Notes, got.notes...)
		c.Jars, c.Unknown = c.Jars+got.jars, c.Unknown+got.unknown
		c.Keys = append(c.Keys, got.keys...)
	}
	c.IndexError = r.IndexError
	c.ArtifactDetail = applier.ApplyLayers(blobs)
	c.Problems = append(c.Problems, missing(c.ArtifactDetail)...)
	return c, nil
}

// missing says when a system is there whose packages are not: somebody removed its
// package database, or it could not be read.
func missing(d types.ArtifactDetail) []string {
	if d.OS.Family == "" || !d.OS.Family.HasOSPackages() || len(d.Packages) > 0 {
		return nil
	}
	return []string{fmt.Sprintf("it is %s %s, but its package database is missing or cannot be read", d.OS.Family, d.OS.Name)}
}

func (r *Reader) layer(ctx context.Context, l Layer) (layer, error) {
	if known, ok := r.layers[l.DiffID]; ok {
		return known, nil
	}
	rc, err := l.Open(ctx)
	if err != nil {
		return layer{}, err
	}
	defer rc.Close()
	h := sha256.New()
	body := &counted{ctx: ctx, r: io.TeeReader(rc, h), left: maxUncompressed}
	got, readErr := r.walk(ctx, l, body)
	if _, err := io.Copy(io.Discard, body); err != nil && readErr == nil {
		readErr = err
	}
	if readErr != nil {
		return layer{}, readErr
	}
	if sum := "sha256:" + hex.EncodeToString(h.Sum(nil)); sum != l.DiffID {
		return layer{}, fmt.Errorf("its content is %s, its configuration promised %s", sum, l.DiffID)
	}
	r.layers[l.DiffID] = got
	return got, nil
}

// counted ends with its context and never yields more than left.
type counted struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.left <= 0 {
		return 0, fmt.Errorf("it is larger than %d GB unpacked", int64(maxUncompressed)>>30)
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// walk reads the files of a layer.
func (r *Reader) walk(ctx context.Context, l Layer, body io.Reader) (layer, error) {
	// Trivy's directory for temporary files is one per process.
	if err := os.MkdirAll(xos.TempDir(), 0o700); err != nil {
		return layer{}, fmt.Errorf("make a temporary directory: %w", err)
	}
	defer os.Remove(xos.TempDir())
	composite, err := r.group.PostAnalyzerFS()
	if err != nil {
		return layer{}, fmt.Errorf("make a temporary directory: %w", err)
	}
	defer composite.Cleanup()
	w := &walker{reader: r, composite: composite, result: analyzer.NewAnalysisResult(), limit: semaphore.NewWeighted(workers)}
	r.Log.Take()
	eg, egCtx := errgroup.WithContext(ctx)
	walkErr := w.entries(egCtx, eg, tar.NewReader(body))
	if err := eg.Wait(); err != nil {
		return layer{}, err
	}
	if walkErr != nil {
		return layer{}, walkErr
	}
	if err := r.group.PostAnalyze(ctx, composite, w.result, analyzer.AnalysisOptions{Offline: true}); err != nil {
		w.problems = append(w.problems, short(err.Error()))
	}
	return w.finish(l, r.Log), nil
}

// walker goes through one layer.
type walker struct {
	layer
	reader    *Reader
	composite *analyzer.CompositeFS
	result    *analyzer.AnalysisResult
	limit     *semaphore.Weighted
}

func (w *walker) entries(ctx context.Context, eg *errgroup.Group, tr *tar.Reader) error {
	for n := 0; ; n++ {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read layer: %w", err)
		}
		if n >= maxEntries {
			return fmt.Errorf("it has more than %d files", maxEntries)
		}
		name := strings.TrimLeft(path.Clean(h.Name), "/")
		if w.whiteout(name) || h.Typeflag != tar.TypeReg || !fs.ValidPath(name) {
			continue
		}
		if err := w.file(ctx, eg, name, h.FileInfo(), tr); err != nil {
			return fmt.Errorf("read %.200s: %w", name, err)
		}
	}
}

// whiteout notes what the layer removes of those below it.
func (w *walker) whiteout(name string) bool {
	dir, file := path.Split(name)
	gone, is := strings.CutPrefix(file, ".wh.")
	switch {
	case file == ".wh..wh..opq":
		w.OpaqueDirs = append(w.OpaqueDirs, dir)
	case is:
		w.WhiteoutFiles = append(w.WhiteoutFiles, path.Join(dir, gone))
	}
	return is
}

func (w *walker) file(ctx context.Context, eg *errgroup.Group, name string, info fs.FileInfo, r io.Reader) error {
	file := &content{name: name, size: info.Size(), r: r}
	defer file.remove()
	if isJar(name) {
		return w.jar(ctx, file)
	}
	if err := w.lookForKey(file); err != nil {
		return err
	}
	group := w.reader.group
	if err := group.AnalyzeFile(ctx, eg, w.limit, w.result, "", name, info, file.open, nil, analyzer.AnalysisOptions{Offline: true}); err != nil {
		return err
	}
	kinds := group.RequiredPostAnalyzers(name, info)
	if len(kinds) == 0 {
		return nil
	}
	copied, err := w.composite.CopyFileToTemp(file.open, info)
	if err != nil {
		return err
	}
	return w.composite.CreateLink(kinds, "", name, copied)
}

// finish turns what the analyzers said into the layer.
func (w *walker) finish(l Layer, log *quiet.Log) layer {
	res := w.result
	res.Sort()
	for _, rec := range log.Take() {
		if rec.Message == "Analysis error" {
			w.complain(short(rec.Detail))
		}
	}
	w.SchemaVersion, w.DiffID, w.CreatedBy = types.BlobJSONSchemaVersion, l.DiffID, l.CreatedBy
	w.OS, w.Repository, w.PackageInfos, w.BuildInfo = res.OS, res.Repository, res.PackageInfos, res.BuildInfo
	w.Applications = append(w.Applications, res.Applications...)
	w.Applications = withoutSystemFiles(w.Applications, res.SystemInstalledFiles)
	w.keys = w.keysOf(l.DiffID)
	return w.layer
}

// complain sorts a failure: package databases and programs hold what nothing else
// says, while a broken description of a single package is often test data.
func (w *walker) complain(text string) {
	for _, single := range [...]string{"package.json", ".gemspec", "METADATA", "PKG-INFO", "conda-meta/"} {
		if strings.Contains(text, single) {
			w.notes = append(w.notes, text)
			return
		}
	}
	w.problems = append(w.problems, text)
}

// withoutSystemFiles drops packages that the system's package manager installed: the
// system's advisories speak for them, with the system's version.
func withoutSystemFiles(apps []types.Application, installed []string) []types.Application {
	system := map[string]bool{}
	for _, f := range installed {
		system[strings.TrimPrefix(f, "/")] = true
	}
	delete(system, "")
	var kept []types.Application
	for _, app := range apps {
		if system[app.FilePath] {
			continue
		}
		app.Packages = slices.DeleteFunc(app.Packages, func(p types.Package) bool { return system[p.FilePath] })
		kept = append(kept, app)
	}
	return kept
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}
