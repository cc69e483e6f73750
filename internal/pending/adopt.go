package pending

import (
	"reflect"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Adopt is the configuration for a repository that had none: the built-in one, with those
// settings of the head's that surely do not loosen it. The others are pending.
func Adopt(builtin, head config.Config) (effective config.Config, pending []finding.Change) {
	effective = head
	a := &adoption{builtin: builtin, head: head, table: table(), objects: objectTable()}
	a.fields("", reflect.ValueOf(builtin), reflect.ValueOf(&effective).Elem())
	a.demands(&effective)
	return effective, Compare(effective, head)
}

// adoption takes settings back.
type adoption struct {
	builtin, head config.Config
	table         map[string]judge
	objects       map[string]objects
}

func (a *adoption) fields(path string, builtin, head reflect.Value) {
	for i := range builtin.NumField() {
		name := builtin.Type().Field(i).Tag.Get("yaml")
		if name == "" || name == "-" || reflect.DeepEqual(builtin.Field(i).Interface(), head.Field(i).Interface()) {
			continue
		}
		a.field(join(path, name), builtin.Field(i), head.Field(i))
	}
}

func (a *adoption) field(path string, builtin, head reflect.Value) {
	_, single := a.table[path]
	_, several := a.objects[path]
	if !single && !several && builtin.Kind() == reflect.Struct {
		a.fields(path, builtin, head)
		return
	}
	c := &comparison{head: &a.head, table: a.table, objects: a.objects}
	c.field(path, path, path, builtin, head)
	if slices.ContainsFunc(c.changes, func(x finding.Change) bool { return x.Effect == loosens || x.Effect == mayLoosen }) {
		head.Set(builtin)
	}
}

// demands adopts the signers together with the rules that need them: where nobody had to
// sign, whoever may sign loosens nothing.
func (a *adoption) demands(effective *config.Config) {
	im, none := a.head.Images, a.builtin.Images
	if len(none.Rules)+len(none.Keys)+len(none.Roots)+len(none.Blobs) > 0 {
		return
	}
	effective.Images.Blobs = nil
	if slices.ContainsFunc(im.Rules, func(r config.ImageRule) bool { return r.AllowUnsigned }) {
		return
	}
	effective.Images.Keys, effective.Images.Roots, effective.Images.Rules, effective.Images.Blobs = im.Keys, im.Roots, im.Rules, im.Blobs
}
