package inventory

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/pip"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
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
	n, open, continued := 0, 0, false
	for line := range bytes.Lines(f.Text) {
		n++
		word := strings.TrimSpace(string(line))
		start := !continued
		continued = strings.HasSuffix(word, `\`)
		text := f.requirement(n, word)
		if text == "" || !start || judged[n] {
			continue
		}
		if open++; open <= maxGaps {
			f.gap(n, loose(text))
		}
	}
	f.more(open)
}

var requirementName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// loose is the gap of a requirement without an exact version.
func loose(text string) finding.Gap {
	g := finding.Gap{Rule: gap.UnpinnedVersion}
	name := requirementName.FindString(text)
	if rule, address := Source(text); rule != "" {
		g.Rule = rule
		_, egg, named := strings.Cut(text, "#egg=")
		before, after, direct := strings.Cut(text, "@")
		switch {
		case named:
			name, text = requirementName.FindString(egg), address
		case direct && requirementName.FindString(before) == strings.TrimSpace(before):
			_, text = Source(strings.TrimSpace(after))
		default:
			name, text = "", address
		}
	}
	g.Subject = text
	if name != "" {
		g.Subject = PackageURL(types.Pip, types.Package{Name: name}, false)
	}
	g.Message = Short(text) + " names no exact version and was not judged"
	return g
}

// requirement returns what the line n asks for, or "" for comments and options. It notes
// the files that the line includes.
func (f *file) requirement(n int, line string) string {
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
		f.include(n, value)
		return ""
	case strings.HasPrefix(option, "-r") && len(option) > 2 && option[1] == 'r':
		f.include(n, option[2:])
		return ""
	case strings.HasPrefix(option, "-e") || option == "--editable":
		return editable(value)
	case strings.HasPrefix(option, "-"):
		return ""
	}
	if len(fields) > 2 && fields[1] == "@" {
		return strings.Join(fields[:3], " ")
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

func (f *file) include(n int, name string) {
	target := path.Join(path.Dir(f.Name), name)
	if !f.r.has(target) {
		f.gap(n, finding.Gap{
			Rule: gap.MissingFile, Subject: Short(name), Message: fmt.Sprintf("the included requirements file %s is not in the repository or excluded; its dependencies were not judged", Short(name)),
		})
		return
	}
	f.r.included[target] = true
	f.Includes = append(f.Includes, target)
}
