package plan

import (
	"path"
	"strings"
)

// defaultNames are the names that Compose itself looks for, strongest first, and
// overrideNames the files it lays over them (compose-spec, "Compose file").
var (
	defaultNames  = [...]string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = [...]string{
		"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	}
)

// isCompose tells a Compose file by its name.
func isCompose(name string) bool {
	base := path.Base(name)
	ext := path.Ext(base)
	return (ext == ".yml" || ext == ".yaml") && strings.HasPrefix(strings.TrimPrefix(base, "docker-"), "compose")
}
