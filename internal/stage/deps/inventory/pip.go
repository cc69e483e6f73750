package inventory

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/pip"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// requirements reads a requirements file. Trivy skips what has no exact version; here
// that is a gap, and files that it includes are named.
func requirements(ctx context.Context, f *file) ([]types.Package, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), f.Text)
	if err != nil {
		return nil, err
	}
	f.Text = text
	pkgs, _, err := pip.NewParser(false).Parse(ctx, f.reader())
	if err != nil {
		return nil, err
	}
	judged := map[int]bool{}
	for _, p := range pkgs {
		judged[p.Locations[0].StartLine] = true
	}
	f.unpinned(judged)
	return pkgs, nil
}

// unpinned reports the requirements on lines that gave no package.
func (f *file) unpinned(judged map[int]bool) {
	var open []string
	first, n, continued := 0, 0, false
	for line := range bytes.Lines(f.Text) {
		n++
		word := strings.TrimSpace(string(line))
		start := !continued
		continued = strings.HasSuffix(word, `\`)
		name := f.requirement(word)
		if name == "" || !start || judged[n] {
			continue
		}
		if first == 0 {
			first = n
		}
		open = append(open, name)
	}
	if len(open) > 0 {
		f.gap(first, "without an exact version and not judged: %s; pin with ==, or commit a lock file", few(open))
	}
}

// requirement returns what a line asks for, or "" for comments and options. It notes
// the files that the line includes.
func (f *file) requirement(line string) string {
	if i := strings.Index(line, "#"); i == 0 || i > 0 && (line[i-1] == ' ' || line[i-1] == '\t') {
		line = strings.TrimSpace(line[:i])
	}
	fields := strings.Fields(strings.TrimSuffix(line, `\`))
	if len(fields) == 0 {
		return ""
	}
	option, value, _ := strings.Cut(fields[0], "=")
	if value == "" && len(fields) > 1 {
		value = fields[1]
	}
	switch {
	case option == "-r" || option == "--requirement":
		f.include(value)
		return ""
	case strings.HasPrefix(option, "-r") && len(option) > 2 && option[1] == 'r':
		f.include(option[2:])
		return ""
	case strings.HasPrefix(option, "-e") || option == "--editable":
		return editable(value)
	case strings.HasPrefix(option, "-"):
		return ""
	}
	return fields[0]
}

// editable names a requirement outside the repository; a local one is the repository's.
func editable(value string) string {
	if strings.Contains(value, "://") {
		return value
	}
	return ""
}

func (f *file) include(name string) {
	target := path.Join(path.Dir(f.Name), name)
	if !f.r.has(target) {
		f.gap(0, "the included requirements file %s is not in the repository or excluded; its dependencies were not judged", Short(name))
		return
	}
	f.Includes = append(f.Includes, target)
}
