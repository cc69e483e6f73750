package configfile

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Purposes of a settings file: what is deployed has none.
const (
	development = "development"
	example     = "example"
)

// isSettings tells names that may hold an application's settings. Any YAML file may:
// its content decides.
func isSettings(name string) bool {
	return isAppSettings(name) || isEnv(name) || hasExtension(name, ".yaml", ".yml")
}

// isAppSettings tells the names that .NET gives its settings files.
func isAppSettings(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.HasPrefix(base, "appsettings.") && strings.HasSuffix(base, ".json")
}

func isEnv(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
}

// readSettings returns {"format": json|yaml|env, "purpose": ""|development|example,
// "values": the settings as written, nested or, of an env file, by variable}.
func readSettings(in Input) (any, source.Locator, error) {
	switch {
	case isAppSettings(in.Name):
		return readJSONSettings(in)
	case isEnv(in.Name):
		return readEnv(in)
	}
	return readYAMLSettings(in)
}

func settings(format, name string, values any) map[string]any {
	return map[string]any{"format": format, "purpose": purpose(name), "values": values}
}

var (
	developmentName = regexp.MustCompile(`[._-](dev|development|local|debug|test|tests|testing|ci|e2e|integration)([._-]|$)`)
	exampleName     = regexp.MustCompile(`[._-](example|examples|sample|samples|template|tmpl|dist|default|defaults)([._-]|$)`)
)

// purpose tells by the file's name what is not meant for deployment.
func purpose(name string) string {
	base := strings.ToLower(path.Base(name))
	switch {
	case exampleName.MatchString(base):
		return example
	case developmentName.MatchString(base):
		return development
	}
	return ""
}

func readJSONSettings(in Input) (any, source.Locator, error) {
	doc, err := ParseJSONC(in.Name, in.Data)
	if err != nil {
		return nil, nil, err
	}
	values, err := doc.Value()
	if err != nil {
		return nil, nil, err
	}
	if _, ok := values.(map[string]any); !ok {
		return nil, nil, nil
	}
	return settings("json", in.Name, values), below{doc, "values"}, nil
}

func readYAMLSettings(in Input) (any, source.Locator, error) {
	if len(in.Docs) != 1 {
		return nil, nil, nil
	}
	values, err := in.Docs[0].Value()
	if err != nil {
		return nil, nil, nil //nolint:nilerr // the manifest reader has its own word for that
	}
	if m, ok := values.(map[string]any); !ok || !hasSettings(in.Name, m) {
		return nil, nil, nil
	}
	return settings("yaml", in.Name, values), below{in.Docs[0], "values"}, nil
}

// authorityKeys are settings that nothing but an authority's client has.
var authorityKeys = []string{
	"allowanonymousfallback", "clientsecretfile", "clientsecret", "bypassnetworks", "requiredscopes",
}

// hasSettings tells a settings file from the many other YAML files: by its name and a
// section that belongs there, or by keys that nothing else has.
func hasSettings(name string, values map[string]any) bool {
	sections := map[string]map[string]any{}
	for k, v := range values {
		if m, ok := v.(map[string]any); ok {
			sections[strings.ToLower(k)] = m
		}
	}
	base := strings.ToLower(path.Base(name))
	switch {
	case strings.HasPrefix(base, "values"): // a chart's, whatever its keys
		return false
	case strings.HasPrefix(base, "concelier."), strings.HasPrefix(base, "concelier-"), strings.HasPrefix(base, "appsettings."),
		base == "authority.yaml", base == "authority.yml":
		return len(sections) > 0
	case sections["serilog"] != nil, sections["scannerpool"] != nil:
		return true
	}
	return IsAuthority(sections["authority"]) || hasKey(sections["concelier"], "authority")
}

// IsAuthority tells whether a section configures a client of the authority.
func IsAuthority(section map[string]any) bool {
	for _, key := range authorityKeys {
		if hasKey(section, key) {
			return true
		}
	}
	return false
}

func hasKey(m map[string]any, key string) bool {
	for k := range m {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}

// readEnv reads a file of variables as Compose does.
func readEnv(in Input) (any, source.Locator, error) {
	text := strings.TrimPrefix(string(in.Data), "\ufeff")
	if source.TooManyBraces(text) {
		return nil, nil, &source.Error{Location: finding.Top(in.Name), Rule: gap.TooLarge, Message: fmt.Sprintf("references to variables are nested deeper than %d levels", source.MaxBraces)}
	}
	// References stay as written: their values come from a machine that is not here.
	vars, err := dotenv.UnmarshalWithLookup(text, func(name string) (string, bool) { return "${" + name + "}", true })
	if err != nil {
		// A broken .env is reported where Compose reads it; the error would quote the value.
		return nil, nil, nil //nolint:nilerr // the name alone does not make it a file of variables
	}
	values := make(map[string]any, len(vars))
	for k, v := range vars {
		values[k] = v
	}
	return settings("env", in.Name, values), indexEnv(in.Name, text), nil
}

// ReadVariables reads a file of variables whatever its name; nil when it is none.
func ReadVariables(in Input) *File {
	content, at, err := readEnv(in)
	if err != nil || content == nil {
		return nil
	}
	return &File{Name: in.Name, Family: Settings, Content: content, Locator: at}
}

// env locates ["values", NAME] as the value of the last line that sets the variable.
type env struct {
	name  string
	lines map[string]finding.Region
}

var envLine = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.:-]*?)\s*[=:]\s*("[^"]*"|'[^']*'|.*?)\s*(?:\s#.*)?$`)

func indexEnv(name, text string) env {
	e := env{name, map[string]finding.Region{}}
	for i, line := range strings.Split(text, "\n") {
		m := envLine.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		start, end := m[4], m[5]
		if start == end { // an empty value: the name
			start, end = m[2], m[3]
		}
		e.lines[line[m[2]:m[3]]] = finding.Region{
			StartLine: i + 1, StartColumn: 1 + runes(line[:start]), EndLine: i + 1, EndColumn: 1 + runes(line[:end]),
		}
	}
	return e
}

// Locate implements source.Locator.
func (e env) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 2 {
		if key, _ := path[1].(string); e.lines[key].StartLine > 0 {
			return finding.Location{URI: e.name, Region: e.lines[key]}, source.Exact
		}
	}
	return finding.Top(e.name), source.Parent
}

// below locates what stands under one key of the content.
type below struct {
	doc *source.Doc
	key string
}

// Locate implements source.Locator.
func (b below) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) > 0 && path[0] == b.key {
		path = path[1:]
	}
	return b.doc.Locate(path)
}
