package inventory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/packaging"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// Bounds of an archive: it is the repository's, and may unpack to anything.
const (
	maxEntries  = 100_000
	maxMetadata = 1 << 20
)

// egg reads the name and version of a Python package that is checked in as an archive.
func egg(ctx context.Context, f *file) ([]types.Package, error) {
	archive, err := zip.NewReader(f.reader(), int64(len(f.Text)))
	if err != nil {
		return nil, err
	}
	f.Text = nil // nothing in it is a line
	if len(archive.File) > maxEntries {
		return nil, fmt.Errorf("the archive has more than %d entries", maxEntries)
	}
	for _, entry := range archive.File {
		if !isEggInfo(entry.Name) {
			continue
		}
		data, err := unpack(entry)
		if err != nil {
			return nil, err
		}
		pkgs, _, err := packaging.NewParser().Parse(ctx, bytes.NewReader(data))
		return pkgs, err
	}
	return nil, errors.New("the archive has no EGG-INFO/PKG-INFO")
}

func isEggInfo(name string) bool {
	for _, suffix := range []string{"EGG-INFO/PKG-INFO", ".egg-info", ".egg-info/PKG-INFO"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func unpack(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Short(entry.Name), err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxMetadata+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Short(entry.Name), err)
	}
	if len(data) > maxMetadata {
		return nil, fmt.Errorf("%s unpacks to more than %d bytes", Short(entry.Name), maxMetadata)
	}
	return data, nil
}
