package settings

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// gatherer gathers settings.
type gatherer struct {
	plan *plan.Plan
	list []setting
	// readers are the services that read a file of the repository, by its name.
	readers map[string]reader
}

// gather lists the settings of all files, services and workloads.
func gather(p *plan.Plan) []setting {
	l := &gatherer{plan: p, list: []setting{}, readers: fileReaders(p)}
	files := value.Object(p.Config.Model["files"])
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := value.Object(files[name]); f["family"] == string(configfile.Settings) && !IsTrial(name) {
			l.file(name, value.Object(f["content"]))
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

// file adds the settings of a file that is deployed.
func (l *gatherer) file(name string, content map[string]any) {
	if value.Text(content["purpose"]) != "" {
		return
	}
	r := l.readers[name]
	base := setting{From: "file", Service: r.service, Application: r.application}
	values := value.Object(content["values"])
	at := []any{"files", name, "content", "values"}
	if content["format"] == "env" {
		base.From = "variables"
		l.variables(base, values, func(key string) []any { return value.Under(at, key) })
		return
	}
	if strings.HasPrefix(strings.ToLower(path.Base(name)), "concelier") || isConcelier(values) {
		base.Application = "concelier"
	}
	l.tree(base, "", values, at, nil)
}

// tree adds the leaves below v. With a place of its own, all of them stand there.
func (l *gatherer) tree(base setting, name string, v any, at []any, place []any) {
	if len(at) > maxSettingDepth {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			l.tree(base, name+"."+k, x[k], value.Under(at, k), place)
		}
	case []any:
		for i, item := range x {
			l.tree(base, name+"."+strconv.Itoa(i), item, value.Under(at, i), place)
		}
	default:
		if base.Path = at; place != nil {
			base.Path = place
		}
		l.add(base, name, v)
	}
}

// variables adds environment variables that are settings.
func (l *gatherer) variables(base setting, values map[string]any, at func(key string) []any) {
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

func (l *gatherer) add(base setting, name string, v any) {
	if len(l.list) >= maxSettings {
		return
	}
	base.Name, base.Value = canonical(dots(name), base.Application), v
	base.Known = v != nil && !strings.Contains(value.Text(v), "${")
	base.Seconds = value.Duration(base.Name, v)
	l.list = append(l.list, base)
}
