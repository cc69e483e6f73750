package image

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/java/jar"
	"github.com/aquasecurity/trivy/pkg/fanal/analyzer/language"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	xio "github.com/aquasecurity/trivy/pkg/x/io"
)

// Limits of one Java archive with all archives in it.
const (
	maxJarDepth    = 8
	maxJarEntries  = 200_000
	maxJarUnpacked = 4 << 30
	maxJarText     = 64 << 20
)

// isPom tells whether the parser reads the file in an archive to its end.
func isPom(name string) bool {
	base := path.Base(name)
	return base == "pom.xml" || base == "pom.properties"
}

// Index identifies Java archives that do not say who they are.
type Index interface{ jar.Client }

// isJar tells whether the file is a Java archive.
func isJar(name string) bool {
	return slices.Contains([]string{".jar", ".war", ".ear", ".par"}, strings.ToLower(path.Ext(name)))
}

// jar reads a Java archive. One that cannot be read is a problem of the image, not an
// error: the rest of the image still counts.
func (w *walker) jar(ctx context.Context, file *content) error {
	r, err := file.open()
	if err != nil {
		return err
	}
	defer r.Close()
	w.jars++
	budget := &budget{entries: maxJarEntries, bytes: maxJarUnpacked}
	if err := budget.check(r, file.size, 0); err != nil {
		w.problems = append(w.problems, fmt.Sprintf("%s: %v", file.name, err))
		return nil
	}
	if budget.broken > 0 {
		w.notes = append(w.notes, fmt.Sprintf("%s: %d archives in it are none and were passed over", file.name, budget.broken))
	}
	index := w.reader.index(ctx)
	options := []jar.Option{jar.WithSize(file.size), jar.WithFilePath(file.name), jar.WithOffline(index == nil)}
	app, err := language.ParsePackage(ctx, types.Jar, file.name, r, jar.NewParser(index, options...), false)
	switch {
	case err != nil:
		w.problems = append(w.problems, short(err.Error()))
	case app == nil:
		w.unknown++
	default:
		w.Applications = append(w.Applications, *app)
	}
	return nil
}

// budget is what all archives inside of one may still hold.
type budget struct {
	entries int
	bytes   int64
	// broken counts the archives inside that cannot be read.
	broken int
}

// check reads an archive and those in it before a parser does, which unpacks them
// without bounds.
func (b *budget) check(r xio.ReadSeekerAt, size int64, depth int) error {
	zr, err := zip.NewReader(r, size)
	if err != nil && depth > 0 {
		b.broken++ // only named like an archive; the parser passes over it, too
		return nil
	} else if err != nil {
		return fmt.Errorf("it is not a readable archive: %w", err)
	}
	if b.entries -= len(zr.File); b.entries < 0 {
		return fmt.Errorf("it holds more than %d files", maxJarEntries)
	}
	for _, f := range zr.File {
		if isPom(f.Name) && f.UncompressedSize64 > maxJarText {
			return fmt.Errorf("%.200s in it has more than %d MB unpacked", f.Name, maxJarText>>20)
		}
		if !isJar(f.Name) {
			continue
		}
		if depth >= maxJarDepth {
			return fmt.Errorf("archives lie in archives more than %d levels deep", maxJarDepth)
		}
		if err := b.inner(f, depth); err != nil {
			return err
		}
	}
	return nil
}

// inner unpacks an archive within an archive.
func (b *budget) inner(f *zip.File, depth int) error {
	if f.UncompressedSize64 > uint64(b.bytes) {
		return fmt.Errorf("the archives in it have more than %d GB unpacked", int64(maxJarUnpacked)>>30)
	}
	size := int64(f.UncompressedSize64)
	b.bytes -= size
	rc, err := f.Open()
	if err != nil {
		return fmt.Errorf("read %.200s: %w", f.Name, err)
	}
	defer rc.Close()
	c := &content{name: f.Name, size: size, r: io.LimitReader(rc, size)}
	defer c.remove()
	r, err := c.open()
	if err != nil {
		return fmt.Errorf("read %.200s: %w", f.Name, err)
	}
	defer r.Close()
	return b.check(r, size, depth+1)
}
