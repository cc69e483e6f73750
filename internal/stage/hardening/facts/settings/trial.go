package settings

import (
	"path"
	"slices"
	"strings"
)

// trialDirs hold what is not deployed.
var trialDirs = []string{
	"test", "tests", "testdata", "__tests__", "fixtures", "__fixtures__", "mocks", "spec", "specs", "example", "examples",
	"sample", "samples", "demo", "docs", "doc", "bin", "obj", "vendor", "third_party",
}

// IsTrial reports whether a file lies below a directory of tests, examples or build products.
func IsTrial(name string) bool {
	for _, dir := range strings.Split(path.Dir(name), "/") {
		if slices.Contains(trialDirs, strings.ToLower(dir)) {
			return true
		}
	}
	return false
}
