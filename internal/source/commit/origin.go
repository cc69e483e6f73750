package commit

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// maxConfig is above every configuration of a repository.
const maxConfig = 1 << 20

// RemoteBranch is the commit of a branch as it was fetched from origin, empty when it was
// not.
func (r *Repository) RemoteBranch(name string) string {
	id, _, err := r.refs.resolve("refs/remotes/origin/" + name)
	if err != nil {
		return ""
	}
	return id
}

// RemoteDefault is the name of origin's default branch, as cloning noted it; empty when
// it did not.
func (r *Repository) RemoteDefault() string {
	text, err := r.refs.read("refs/remotes/origin/HEAD")
	target, symbolic := strings.CutPrefix(text, "ref:")
	if err != nil || !symbolic {
		return ""
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(target), "refs/remotes/origin/")
	if !ok {
		return ""
	}
	return name
}

// Origin is the address that origin is fetched from, empty without one, and where the
// configuration is not plain enough to be sure of it. Nothing else of it is read, and
// nothing of it is obeyed.
func (r *Repository) Origin() string {
	data, err := readFile(filepath.Join(r.refs.common, "config"), maxConfig)
	own, err2 := readFile(filepath.Join(r.refs.git, "config.worktree"), maxConfig)
	if errors.Is(err2, fs.ErrNotExist) {
		err2 = nil
	}
	var o originReader
	if errors.Join(err, err2) != nil || !o.read(string(data)) || !o.read(string(own)) {
		return ""
	}
	return o.url
}

// Lines of a configuration that are understood: headings with or without a name in
// quotes, and settings without quotes, comments and continuations where they matter.
var (
	heading = regexp.MustCompile(`^\[([A-Za-z0-9.-]+)(?:[ \t]+"([^"\\]*)")?\]$`)
	key     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*[ \t]*(=|$)`)
	setting = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*)[ \t]*=[ \t]*([^"\\#;\x00-\x20]+)$`)
	// credentials is what actions/checkout has git include: a file with a token for it.
	credentials = regexp.MustCompile(`^git-credentials-[0-9a-f-]+\.config$`)
)

// originReader goes through the lines of a configuration.
type originReader struct{ section, url string }

// read returns false for what is in doubt.
func (o *originReader) read(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.Trim(line, " \t\r\n")
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			m := heading.FindStringSubmatch(line)
			if m == nil {
				return false
			}
			o.section = strings.ToLower(m[1]) + " " + m[2]
		case !key.MatchString(line) || strings.HasSuffix(line, "\\") || !o.take(line):
			return false
		}
	}
	return true
}

// take reads a setting where it matters.
func (o *originReader) take(line string) bool {
	name, sub, _ := strings.Cut(o.section, " ")
	m := setting.FindStringSubmatch(line)
	switch {
	case name == "url" || strings.HasPrefix(name, "url."):
		return false // an address may stand for another one
	case strings.HasPrefix(name, "include"):
		return m != nil && strings.EqualFold(m[1], "path") && path.IsAbs(m[2]) && credentials.MatchString(path.Base(m[2]))
	case name == "remote" && sub == "origin", name == "remote.origin":
		if !strings.HasPrefix(strings.ToLower(line), "url") {
			return true
		}
		known := m != nil && strings.EqualFold(m[1], "url") && o.url == ""
		if known {
			o.url = m[2]
		}
		return known
	}
	return true
}
