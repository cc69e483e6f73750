package guard

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// check judges one value that is set at a place.
type check func(x *exam, at spot, v reflect.Value)

// table holds a check for every key of a struct. A key without one is refused.
type table map[string]check

// registry holds the tables by struct type.
type registry map[reflect.Type]table

// field is one key of a struct, embedded structs flattened.
type field struct {
	name  string
	value reflect.Value
}

// walk judges every key of a struct that is set.
func (x *exam) walk(at spot, v any) { x.inside(at, reflect.ValueOf(v)) }

// inside judges the structs that v is, points to or holds.
func (x *exam) inside(at spot, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			x.inside(at, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			x.inside(at.key(i), v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, k := range keys {
			x.inside(at.key(k.String()), v.MapIndex(k))
		}
	case reflect.Struct:
		x.fields(at, v)
	}
}

func (x *exam) fields(at spot, v reflect.Value) {
	known := x.tables[v.Type()]
	for _, f := range fieldsOf(v) {
		if empty(f.value) {
			continue
		}
		c, ok := known[f.name]
		if !ok {
			x.deny(at.key(f.name), fmt.Sprintf("this version of the guard does not know the key %q", f.name))
			continue
		}
		c(x, at.key(f.name), f.value)
	}
}

// fieldsOf lists the exported fields under their Compose names.
func fieldsOf(v reflect.Value) []field {
	var out []field
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		name, rest, _ := strings.Cut(cmp.Or(sf.Tag.Get("yaml"), sf.Tag.Get("path")), ",")
		switch {
		case !sf.IsExported():
		case sf.Anonymous && strings.Contains(rest, "inline"):
			out = append(out, fieldsOf(v.Field(i))...)
		case strings.Contains(rest, "inline"):
			out = append(out, field{extensions, v.Field(i)})
		case name == "" || name == "-":
			out = append(out, field{sf.Name, v.Field(i)})
		default:
			out = append(out, field{name, v.Field(i)})
		}
	}
	return out
}

// extensions is the name of the x- keys, which nobody acts on.
const extensions = "x-"

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// allow accepts any value.
func allow(*exam, spot, reflect.Value) {}

// inside judges the structs below by their own tables.
func inside(x *exam, at spot, v reflect.Value) { x.inside(at, v) }

// refuse denies any value.
func refuse(why string) check {
	return func(x *exam, at spot, _ reflect.Value) { x.deny(at, why) }
}

// oneOf accepts the listed words.
func oneOf(why string, words ...string) check {
	return func(x *exam, at spot, v reflect.Value) {
		if !slices.Contains(words, v.String()) {
			x.deny(at, fmt.Sprintf("%q %s", v.String(), why))
		}
	}
}

// items applies a judgement to every string of a list.
func items(judge func(string) (why string)) check {
	return func(x *exam, at spot, v reflect.Value) {
		for i := range v.Len() {
			if why := judge(v.Index(i).String()); why != "" {
				x.deny(at.key(i), why)
			}
		}
	}
}
