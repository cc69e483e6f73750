package finding

import (
	"path"
	"slices"
	"strings"
)

// Covered reports whether everything that the finding reaches was reached by others that
// are no milder: what was narrowed or cut into parts is no worse than before. The others
// are about the same subject by the same rule.
func (f Finding) Covered(by []Finding) bool {
	return len(f.Reach) > 0 && !slices.ContainsFunc(f.Reach, func(narrow []string) bool {
		return !slices.ContainsFunc(by, func(old Finding) bool { return old.Weigh(f) >= 0 && old.reaches(narrow) })
	})
}

func (f Finding) reaches(narrow []string) bool {
	return slices.ContainsFunc(f.Reach, func(wide []string) bool { return slices.EqualFunc(wide, narrow, contains) })
}

// contains reports whether a word is the other, is * and so any, or a directory with
// everything below (/etc/*) that the other lies in.
func contains(wide, narrow string) bool {
	if wide == narrow || wide == "*" {
		return true
	}
	dir, deep := strings.CutSuffix(wide, "/*")
	return deep && path.IsAbs(wide) && path.IsAbs(narrow) && strings.HasPrefix(path.Clean(narrow), strings.TrimSuffix(path.Clean("/"+dir), "/")+"/")
}
