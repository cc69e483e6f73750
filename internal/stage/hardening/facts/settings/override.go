package settings

import (
	"regexp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// override marks the settings that a stronger source repeats: variables outweigh
// files, and the settings of production those of every environment.
func override(list []setting) {
	strong := map[string]bool{}
	for _, s := range list {
		if s.From == "compose" || s.From == "kubernetes" || s.From == "variables" && s.Service != "" {
			strong[s.Name] = true
			strong[s.Name+"\x00"+s.Service] = true
		}
		if base := productionOf(s); base != "" {
			strong[s.Name+"\x01"+base] = true
		}
	}
	for i, s := range list {
		if s.From == "file" || s.From == "variables" && s.Service == "" {
			key := s.Name
			if s.Service != "" {
				key += "\x00" + s.Service
			}
			list[i].Overridden = strong[key] || strong[s.Name+"\x01"+value.Text(s.Path[1])]
		}
	}
}

var productionFile = regexp.MustCompile(`(?i)^(.*appsettings)\.prod(uction)?(\.[a-z]+)$`)

// productionOf names the file that a file of production settings is laid over.
func productionOf(s setting) string {
	if s.Path[0] != "files" {
		return ""
	}
	m := productionFile.FindStringSubmatch(value.Text(s.Path[1]))
	if m == nil {
		return ""
	}
	return m[1] + m[3]
}
