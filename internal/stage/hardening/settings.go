package hardening

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// setting is one application setting, wherever and however it is written.
type setting struct {
	// Name is in lower case with dots: concelier.authority.enabled. The sections that
	// every .NET application shares (logging, kestrel, ...) carry no prefix.
	Name string `json:"name"`
	// Value is a string, a bool, a number or nil.
	Value any `json:"value"`
	// Known is false when the value holds a variable without a value.
	Known bool `json:"known"`
	// Seconds is the value read as a duration, nil when it is none.
	Seconds *float64 `json:"seconds"`
	// From is file, variables (a file of them), compose or kubernetes.
	From string `json:"from"`
	// Application is concelier where the place tells so, else empty.
	Application string `json:"application"`
	// Service reads it: a Compose service or Kind/name/container; empty when unknown.
	Service string `json:"service"`
	// Overridden is true when a stronger source gives the reader another value.
	Overridden bool  `json:"overridden"`
	Path       []any `json:"path"`
}

// Bounds on what hostile files may put into the list.
const (
	maxSettings     = 5000
	maxSettingDepth = 32
)

// settingList gathers settings.
type settingList struct {
	plan *plan.Plan
	list []setting
	// readers are the services that read a file of the repository, by its name.
	readers map[string]reader
}

// reader is a service that reads files.
type reader struct{ service, application string }

// settingsOf lists the settings of all files, services and workloads.
func settingsOf(p *plan.Plan) []setting {
	l := &settingList{plan: p, list: []setting{}, readers: fileReaders(p)}
	files := object(p.Config.Model["files"])
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := object(files[name]); f["family"] == string(configfile.Settings) && !isTrial(name) {
			l.file(name, object(f["content"]))
		}
	}
	for i := range p.Documents {
		switch d := &p.Documents[i]; d.Kind {
		case plan.Compose:
			l.compose(d, []any{"documents", i})
		case plan.Kubernetes:
			l.kubernetes(d, []any{"documents", i})
		}
	}
	override(l.list)
	return l.list
}

// trialDirs hold what is not deployed.
var trialDirs = []string{
	"test", "tests", "testdata", "__tests__", "fixtures", "__fixtures__", "mocks", "spec", "specs", "example", "examples",
	"sample", "samples", "demo", "docs", "doc", "bin", "obj", "vendor", "third_party",
}

// isTrial tells files below a directory of tests, examples or build products.
func isTrial(name string) bool {
	for _, dir := range strings.Split(path.Dir(name), "/") {
		if slices.Contains(trialDirs, strings.ToLower(dir)) {
			return true
		}
	}
	return false
}

// file adds the settings of a file that is deployed.
func (l *settingList) file(name string, content map[string]any) {
	if text(content["purpose"]) != "" {
		return
	}
	r := l.readers[name]
	base := setting{From: "file", Service: r.service, Application: r.application}
	values := object(content["values"])
	at := []any{"files", name, "content", "values"}
	if content["format"] == "env" {
		base.From = "variables"
		l.variables(base, values, func(key string) []any { return under(at, key) })
		return
	}
	if strings.HasPrefix(strings.ToLower(path.Base(name)), "concelier") || isConcelier(values) {
		base.Application = "concelier"
	}
	l.tree(base, "", values, at, nil)
}

func isConcelier(values map[string]any) bool {
	for k, v := range values {
		if strings.EqualFold(k, "concelier") || strings.EqualFold(k, "authority") && configfile.IsAuthority(object(v)) {
			return true
		}
	}
	return false
}

// tree adds the leaves below v. With a place of its own, all of them stand there.
func (l *settingList) tree(base setting, name string, v any, at []any, place []any) {
	if len(at) > maxSettingDepth {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			l.tree(base, name+"."+k, x[k], under(at, k), place)
		}
	case []any:
		for i, item := range x {
			l.tree(base, name+"."+strconv.Itoa(i), item, under(at, i), place)
		}
	default:
		if base.Path = at; place != nil {
			base.Path = place
		}
		l.add(base, name, v)
	}
}

// isSettingKey tells variables that .NET reads as settings with sections.
func isSettingKey(key string) bool {
	return strings.Contains(key, "__") || strings.Contains(key, ":") || slices.Contains(
		[]string{"ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "URLS"}, strings.ToUpper(key))
}

// variables adds environment variables that are settings.
func (l *settingList) variables(base setting, values map[string]any, at func(key string) []any) {
	if base.Application == "" && anonymousConcelier(values) {
		base.Application = "concelier"
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if isSettingKey(key) {
			base.Path = at(key)
			l.add(base, key, values[key])
		}
	}
}

// anonymousConcelier tells variables that name no application but have settings of
// which only Concelier's authority section has some.
func anonymousConcelier(values map[string]any) bool {
	section := map[string]any{}
	for key := range values {
		if rest, ok := strings.CutPrefix(dots(key), "authority."); ok {
			section[strings.SplitN(rest, ".", 2)[0]] = true
		}
	}
	return configfile.IsAuthority(section)
}

func (l *settingList) add(base setting, name string, v any) {
	if len(l.list) >= maxSettings {
		return
	}
	base.Name, base.Value = canonical(dots(name), base.Application), v
	base.Known = v != nil && !strings.Contains(text(v), "${")
	base.Seconds = duration(base.Name, v)
	l.list = append(l.list, base)
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
			list[i].Overridden = strong[key] || strong[s.Name+"\x01"+text(s.Path[1])]
		}
	}
}

var productionFile = regexp.MustCompile(`(?i)^(.*appsettings)\.prod(uction)?(\.[a-z]+)$`)

// productionOf names the file that a file of production settings is laid over.
func productionOf(s setting) string {
	if s.Path[0] != "files" {
		return ""
	}
	m := productionFile.FindStringSubmatch(text(s.Path[1]))
	if m == nil {
		return ""
	}
	return m[1] + m[3]
}
