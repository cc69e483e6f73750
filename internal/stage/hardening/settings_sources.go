package hardening

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// fileReaders finds which service reads which file of the repository: env_file, a bind
// mount or a config. A file with several readers keeps the first by name.
func fileReaders(p *plan.Plan) map[string]reader {
	out := map[string]reader{}
	for i := range p.Documents {
		d := &p.Documents[i]
		if d.Kind != plan.Compose {
			continue
		}
		services := object(d.Model["services"])
		for _, name := range slices.Sorted(maps.Keys(services)) {
			for _, file := range serviceFiles(d, object(services[name])) {
				if _, taken := out[file]; !taken {
					out[file] = reader{name, applicationOf(name, text(object(services[name])["image"]))}
				}
			}
		}
	}
	return out
}

// serviceFiles are the repository's files that a service reads, slash paths.
func serviceFiles(d *plan.Document, svc map[string]any) (files []string) {
	add := func(file any) {
		if name := text(file); name != "" {
			files = append(files, path.Join(path.Dir(d.Name), name))
		}
	}
	for _, v := range list(svc["env_file"]) {
		add(object(v)["path"])
	}
	for _, v := range list(svc["volumes"]) {
		if m := object(v); m["type"] == "bind" {
			add(m["source"])
		}
	}
	for _, v := range list(svc["configs"]) {
		add(object(lookup(d.Model, []any{"configs", text(object(v)["source"])}))["file"])
	}
	return files
}

// applicationOf tells Concelier by a service's name or image.
func applicationOf(name, image string) string {
	for _, s := range []string{strings.ToLower(name), imageName(image)} {
		if slices.Contains(wordsOf(s), "concelier") {
			return "concelier"
		}
	}
	return ""
}

// compose adds the environment of services and the configs written in the file.
func (l *settingList) compose(d *plan.Document, base []any) {
	services := object(d.Model["services"])
	for _, name := range slices.Sorted(maps.Keys(services)) {
		svc := object(services[name])
		s := setting{From: "compose", Service: name, Application: applicationOf(name, text(svc["image"]))}
		l.variables(s, object(svc["environment"]), func(key string) []any {
			return under(base, "services", name, "environment", key)
		})
		for _, v := range list(svc["configs"]) {
			source := text(object(v)["source"])
			content, ok := lookup(d.Model, []any{"configs", source, "content"}).(string)
			file := text(object(v)["target"])
			if ok {
				l.embedded(s, file, content, under(base, "configs", source, "content"))
			}
		}
	}
}

// part is a container of an object, with the pod that it runs in.
type part struct {
	// name is Kind/name/container.
	name        string
	application string
	sort        string
	spec, obj   map[string]any
	path        []any
}

// parts are the containers of an object.
func parts(obj map[string]any) (out []part) {
	at := podPath(obj)
	if at == nil {
		return nil
	}
	spec := object(lookup(obj, at))
	owner := text(obj["kind"]) + "/" + text(object(obj["metadata"])["name"])
	for _, sort := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for i, v := range list(spec[sort]) {
			c := object(v)
			name := text(c["name"])
			out = append(out, part{owner + "/" + name, applicationOf(name, text(c["image"])), sort, spec, c, under(at, sort, i)})
		}
	}
	return out
}

// kubernetes adds the variables of containers and the data of ConfigMaps.
func (l *settingList) kubernetes(d *plan.Document, base []any) {
	for _, c := range parts(d.Model) {
		env, at := map[string]any{}, map[string][]any{}
		for i, v := range list(c.obj["env"]) {
			if name := text(object(v)["name"]); object(v)["value"] != nil {
				env[name], at[name] = object(v)["value"], under(base, under(c.path, "env", i, "value")...)
			}
		}
		s := setting{From: "kubernetes", Service: c.name, Application: c.application}
		l.variables(s, env, func(key string) []any { return at[key] })
	}
	if text(d.Model["kind"]) == "ConfigMap" {
		l.configMap(text(object(d.Model["metadata"])["name"]), object(d.Model["data"]), under(base, "data"))
	}
}

func (l *settingList) configMap(name string, data map[string]any, at []any) {
	s := setting{From: "kubernetes", Service: "ConfigMap/" + name, Application: applicationOf(name, "")}
	l.variables(s, data, func(key string) []any { return under(at, key) })
	for _, key := range slices.Sorted(maps.Keys(data)) {
		l.embedded(s, key, text(data[key]), under(at, key))
	}
}

// embedded adds the settings of a file that stands inside another one; all have the
// place of the whole text.
func (l *settingList) embedded(base setting, name, content string, at []any) {
	f, err := configfile.ReadText(name, content)
	if err != nil || f == nil || f.Family != configfile.Settings {
		return
	}
	values := object(object(f.Content)["values"])
	if object(f.Content)["format"] == "env" {
		l.variables(base, values, func(string) []any { return at })
		return
	}
	if strings.HasPrefix(strings.ToLower(path.Base(name)), "concelier") || isConcelier(values) {
		base.Application = "concelier"
	}
	l.tree(base, "", values, nil, at)
}
