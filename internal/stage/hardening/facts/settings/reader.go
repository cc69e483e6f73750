package settings

import (
	"maps"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// reader is a service that reads files.
type reader struct{ service, application string }

// Readers are the services that read a file of the repository, by its name.
func Readers(p *plan.Plan) map[string]string {
	out := map[string]string{}
	for file, r := range fileReaders(p) {
		out[file] = r.service
	}
	return out
}

// fileReaders finds which service reads which file of the repository: env_file, a bind
// mount or a config. A file with several readers keeps the first by name.
func fileReaders(p *plan.Plan) map[string]reader {
	out := map[string]reader{}
	for i := range p.Documents {
		d := &p.Documents[i]
		if d.Kind != plan.Compose {
			continue
		}
		services := value.Object(d.Model["services"])
		for _, name := range slices.Sorted(maps.Keys(services)) {
			for _, file := range serviceFiles(d, value.Object(services[name])) {
				if _, taken := out[file]; !taken {
					out[file] = reader{name, applicationOf(name, value.Text(value.Object(services[name])["image"]))}
				}
			}
		}
	}
	return out
}

// serviceFiles are the repository's files that a service reads, slash paths.
func serviceFiles(d *plan.Document, svc map[string]any) (files []string) {
	add := func(file any) {
		if name := value.Text(file); name != "" {
			files = append(files, path.Join(path.Dir(d.Name), name))
		}
	}
	for _, v := range value.List(svc["env_file"]) {
		add(value.Object(v)["path"])
	}
	for _, v := range value.List(svc["volumes"]) {
		if m := value.Object(v); m["type"] == "bind" {
			add(m["source"])
		}
	}
	for _, v := range value.List(svc["configs"]) {
		add(value.Object(value.Lookup(d.Model, []any{"configs", value.Text(value.Object(v)["source"])}))["file"])
	}
	return files
}
