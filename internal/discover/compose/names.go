package compose

import (
	"path"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
)

// defaultNames are the names that Compose itself looks for, strongest first, and
// overrideNames the files it lays over them (compose-spec, "Compose file").
var (
	DefaultNames  = [...]string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	OverrideNames = [...]string{
		"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	}
)

// Named tells a Compose file by its name.
func Named(name string) bool {
	base := path.Base(name)
	ext := path.Ext(base)
	return (ext == ".yml" || ext == ".yaml") && strings.HasPrefix(strings.TrimPrefix(base, "docker-"), "compose")
}

// The environment variables that name Compose's files (compose-spec, COMPOSE_FILE).
const (
	FileVariable      = consts.ComposeFilePath
	SeparatorVariable = consts.ComposePathSeparator
)
