package dockerfile

import (
	"path"
	"slices"
	"strings"
)

// Named tells a Dockerfile by its name. Ignore lists, prose and templates that
// other tools render only look like one.
func Named(name string) bool {
	base := strings.ToLower(path.Base(name))
	if slices.Contains(notDockerfiles[:], path.Ext(base)) {
		return false
	}
	for _, word := range [...]string{"dockerfile", "containerfile"} {
		if base == word || strings.HasPrefix(base, word+".") || strings.HasSuffix(base, "."+word) {
			return true
		}
	}
	return false
}

// notDockerfiles are the endings of what is about Dockerfiles or makes them: code,
// prose, data, templates.
var notDockerfiles = [...]string{
	".dockerignore", ".md", ".rst", ".adoc", ".txt", ".html", ".j2", ".tmpl", ".tpl", ".template", ".erb",
	".go", ".rs", ".py", ".rb", ".js", ".mjs", ".ts", ".tsx", ".java", ".kt", ".cs", ".php", ".c", ".h", ".cc", ".cpp", ".lua",
	".pl", ".sh", ".ps1", ".vim", ".json", ".yaml", ".yml", ".toml", ".xml", ".lock", ".sum", ".rego", ".snap", ".golden", ".svg", ".png",
}
