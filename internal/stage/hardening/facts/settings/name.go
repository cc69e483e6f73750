package settings

import (
	"slices"
	"strings"
)

// isSettingKey reports whether .NET reads a variable as a setting with sections.
func isSettingKey(key string) bool {
	return strings.Contains(key, "__") || strings.Contains(key, ":") || slices.Contains(
		[]string{"ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "URLS"}, strings.ToUpper(key))
}

// dots is a name with one separator and in lower case.
func dots(name string) string {
	name = strings.NewReplacer("__", ".", ":", ".").Replace(strings.ToLower(name))
	return strings.Trim(name, ".")
}

// sharedSections are the sections that applications have in common.
var sharedSections = []string{"serilog", "logging", "kestrel", "urls", "scannerpool", "security"}

// canonical is the one name of a setting: Concelier's own have its prefix, what
// applications share has none.
func canonical(name, application string) string {
	name = strings.Replace(name, "concelier_", "concelier.", 1)
	for strings.HasPrefix(name, "concelier.concelier.") {
		name = strings.TrimPrefix(name, "concelier.")
	}
	rest, own := strings.CutPrefix(name, "concelier.")
	switch section := strings.SplitN(rest, ".", 2)[0]; {
	case slices.Contains(sharedSections, section):
		return rest
	case !own && application == "concelier":
		return "concelier." + name
	}
	return name
}
