package commit

import (
	"io/fs"
	"path/filepath"
	"regexp"
)

// promises are the settings by which a clone leaves objects to be fetched when they are
// needed. They are never fetched from here.
var promises = regexp.MustCompile(`(?im)^[ \t]*(?:promisor|partialclone)\b`)

// Complete reports whether the clone has the content of all files. Only in a partial clone
// it may lack some.
func (r *Repository) Complete(files *Files) bool {
	data, err := readFile(filepath.Join(r.refs.common, "config"), maxConfig)
	if err == nil && !promises.Match(data) {
		return true
	}
	for _, e := range files.entries {
		if e.Mode == fs.ModeDir {
			continue
		}
		if _, err := r.db.Size(e.ID); err != nil {
			return false
		}
	}
	return true
}
