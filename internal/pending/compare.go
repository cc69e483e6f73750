// Package pending says what a change does to the policy that later changes are judged by:
// in words, setting by setting, and whether it loosens or tightens the gate.
package pending

import (
	"reflect"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Compare lists the settings in which the configuration of the head differs from that of
// the base, each with its place in the head's.
func Compare(base, head config.Config) []finding.Change {
	if head.Origin == "" { // nothing is left to point at
		head.Origin = base.Origin
	}
	c := &comparison{head: &head, table: table(), objects: objectTable()}
	c.fields("", "", "", reflect.ValueOf(base), reflect.ValueOf(head))
	return c.changes
}

// Worst is the effect of all changes together.
func Worst(changes []finding.Change) finding.Effect {
	worst := finding.Neutral
	for _, c := range changes {
		worst = worst.Worse(c.Effect)
	}
	return worst
}

// comparison gathers the changes.
type comparison struct {
	head    *config.Config
	table   map[string]judge
	objects map[string]objects
	changes []finding.Change
}

// fields compares the fields of a struct. The path is the setting's in the table, the
// label how it is called, at where it stands in the file.
func (c *comparison) fields(path, label, at string, base, head reflect.Value) {
	for i := range base.NumField() {
		name := base.Type().Field(i).Tag.Get("yaml")
		if name == "" || name == "-" || reflect.DeepEqual(base.Field(i).Interface(), head.Field(i).Interface()) {
			continue
		}
		c.field(join(path, name), named(path, label, name), join(at, name), base.Field(i), head.Field(i))
	}
}

func (c *comparison) field(path, label, at string, base, head reflect.Value) {
	if judge, ok := c.table[path]; ok {
		for _, d := range judge(base, head) {
			c.note(label, at, d)
		}
		return
	}
	if o, ok := c.objects[path]; ok {
		o.compare(c, path, label, at, base, head)
		return
	}
	if base.Kind() == reflect.Struct {
		c.fields(path, label, at, base, head)
		return
	}
	c.note(label, at, difference{"differs", finding.MayLoosen})
}

func (c *comparison) note(label, at string, d difference) {
	c.changes = append(c.changes, finding.Change{Setting: label, Text: d.text, Effect: d.effect, Location: c.place(at)})
}

// place is where the head sets what is at the path, or else what it is part of.
func (c *comparison) place(path string) finding.Location {
	for ; path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		if at := c.head.At(path); at != finding.Top(c.head.Origin) {
			return at
		}
	}
	return c.head.At("")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// named is the label of a field: a path, or after an object's name words.
func named(path, label, name string) string {
	if strings.HasSuffix(path, "[]") {
		return label + " " + name
	}
	return join(label, name)
}

// Paths lists the settings that the table knows, sorted.
func Paths() (all []string) {
	for path := range table() {
		all = append(all, path)
	}
	for path := range objectTable() {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}
