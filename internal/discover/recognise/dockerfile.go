package recognise

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxDockerfile bounds how much of a text is read as a Dockerfile, maxLines how many of
// its instructions.
const (
	maxDockerfile = 64 << 10
	maxLines      = 200
)

// codeEndings are the endings of what is about Dockerfiles or makes them: code, prose,
// data. Only the content can tell that such a file is one.
var codeEndings = [...]string{
	".dockerignore", ".md", ".rst", ".adoc", ".txt", ".html", ".go", ".rs", ".py", ".rb", ".js", ".mjs", ".ts", ".tsx", ".java", ".kt",
	".cs", ".php", ".c", ".h", ".cc", ".cpp", ".lua", ".pl", ".sh", ".ps1", ".vim", ".json", ".yaml", ".yml", ".toml", ".xml", ".lock",
	".sum", ".rego", ".snap", ".golden", ".svg", ".png", ".sql", ".hql", ".css", ".feature", ".nsi", ".mbox", ".eml", ".patch", ".diff",
}

// instructions are those of a Dockerfile.
var instructions = [...]string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
	"STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

// from is the first instruction with a plausible reference; variables count.
var from = regexp.MustCompile(`(?i)^FROM[ \t]+(?:--[a-z]+=\S+[ \t]+)*["']?[a-z0-9$@{_][^\s;()"',=<>]*["']?(?:[ \t]+AS[ \t]+[\w.$\{\}-]+)?[ \t]*(?:#.*)?$`)

// IsDockerfile reports whether a file builds an image: by its name, or by content when
// it has another one.
func IsDockerfile(name string, head []byte) bool {
	base := strings.ToLower(path.Base(made(name)))
	ext := path.Ext(base)
	switch code := slices.Contains(codeEndings[:], ext); {
	case !code && dockerfileName(base):
		return !templateName(name) || bytes.Contains(bytes.ToUpper(head[:min(len(head), maxDockerfile)]), []byte("FROM"))
	case code && !strings.HasPrefix(base, "dockerfile.") && !strings.HasPrefix(base, "containerfile."):
		return false
	case !code && hinted(name, base):
		return builds(plain(head), 1)
	}
	return builds(plain(head), 2)
}

// dockerfileName reports whether a name is that of a Dockerfile whatever it holds.
func dockerfileName(base string) bool {
	for _, word := range [...]string{"dockerfile", "containerfile"} {
		if base == word || strings.HasPrefix(base, word+".") || strings.HasSuffix(base, "."+word) {
			return true
		}
	}
	return false
}

// hinted reports whether a name is likely to be that of a Dockerfile.
func hinted(name, base string) bool {
	return strings.Contains(base, "dockerfile") || strings.Contains(base, "containerfile") || path.Ext(base) == ".docker" ||
		path.Ext(base) == ".container" || strings.Contains(strings.ToLower(path.Dir(name)), "docker")
}

// builds reports whether a text is a Dockerfile of at least so many instructions: FROM
// comes first, only ARG before it, and every line that can be told is an instruction.
func builds(text []byte, least int) bool {
	if !mayBuild(text) {
		return false
	}
	count, seen := 0, false
	for line := range logicalLines(text[:min(len(text), maxDockerfile)]) {
		word, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
		switch word = strings.ToUpper(word); {
		case !slices.Contains(instructions[:], word):
			return false
		case !seen && word != "ARG" && (word != "FROM" || !from.MatchString(line)):
			return false
		}
		if seen = seen || word == "FROM"; seen {
			count++
		}
		if strings.Contains(line, "<<") || count >= maxLines { // what follows is a document of another language
			break
		}
	}
	return count >= least
}

// mayBuild reports whether the first line that is no comment starts as it must. Nearly
// every file ends here.
func mayBuild(text []byte) bool {
	for len(text) > 0 {
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || markLine(line) {
			continue
		}
		return len(line) > 4 && (bytes.EqualFold(line[:4], []byte("FROM")) || bytes.EqualFold(line[:3], []byte("ARG")))
	}
	return false
}

// logicalLines yields the instructions of a Dockerfile: comments, template statements and
// the marks of continued lines are taken away.
func logicalLines(text []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		mark, joined := continuation(text), ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' || markLine([]byte(line)) {
				continue
			}
			more := strings.HasSuffix(line, mark)
			if joined == "" || len(joined) < 1<<12 { // the first words decide
				joined += strings.TrimSuffix(line, mark) + " "
			}
			if more {
				continue
			}
			if !yield(strings.TrimSpace(joined)) {
				return
			}
			joined = ""
		}
	}
}

var escape = regexp.MustCompile("(?i)^(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*`")

// continuation is the mark of a line that goes on; a directive may change it.
func continuation(text []byte) string {
	if escape.Match(text[:min(len(text), 1<<10)]) {
		return "`"
	}
	return `\`
}
