package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Limits of a configuration file; a real one has a few hundred values. Keys longer
// than maxSuggest are not compared with the valid ones, which takes quadratic time.
const (
	maxFileBytes = 1 << 20
	maxNodes     = 20_000
	maxSuggest   = 64
)

// Error is a mistake in a configuration file with its place.
type Error struct {
	Location finding.Location
	Message  string
}

// Error renders file:line:column: message.
func (e *Error) Error() string { return e.Location.String() + ": " + e.Message }

// places remembers where each value of the file stands, by path: exceptions[0].rule.
type places map[string]finding.Location

// decoder fills a Config from a YAML tree, collecting every mistake.
type decoder struct {
	file   string
	places places
	broken []string
	errs   []error
	nodes  int
}

// decode reads one YAML document strictly into c: unknown keys, duplicate keys,
// aliases and wrong types are errors with their place.
func decode(file string, data []byte, c *Config) error {
	if len(data) > maxFileBytes {
		return &Error{finding.Top(file), fmt.Sprintf("configuration is larger than %d bytes", maxFileBytes)}
	}
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return syntaxError(file, err)
	}
	if d.Decode(&more) == nil {
		return &Error{at(file, &more), "a configuration is one YAML document; remove the second"}
	}
	dec := &decoder{file: file, places: places{}}
	dec.value("", &doc, reflect.ValueOf(c).Elem())
	c.places, c.broken, c.Origin = dec.places, dec.broken, file
	return errors.Join(dec.errs...)
}

// syntaxError is where the parser stopped.
func syntaxError(file string, err error) *Error {
	e := &Error{finding.Top(file), "read YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	if le, ok := errors.AsType[*yaml.LoadError](err); ok && le.Mark.Line > 0 {
		line, column := le.Mark.Line, max(le.Mark.Column, 1)
		e.Location.Region = finding.Region{StartLine: line, StartColumn: column, EndLine: line, EndColumn: column + 1}
		e.Message = "read YAML: " + le.Message
	}
	return e
}

// fail notes a mistake in the value at the path.
func (d *decoder) fail(path string, n *yaml.Node, format string, args ...any) {
	d.broken = append(d.broken, path)
	d.errs = append(d.errs, &Error{at(d.file, n), fmt.Sprintf(format, args...)})
}

func (d *decoder) value(path string, n *yaml.Node, v reflect.Value) {
	if d.nodes++; d.nodes > maxNodes {
		if d.nodes == maxNodes+1 {
			d.fail(path, n, "the configuration has more than %d values", maxNodes)
		}
		return
	}
	if n.Kind == yaml.DocumentNode {
		d.value(path, n.Content[0], v)
		return
	}
	d.places[path] = at(d.file, n)
	switch {
	case n.Kind == yaml.AliasNode:
		d.fail(path, n, "%s: aliases are not allowed in a configuration; write the value out", path)
	case n.Tag == "!!null" && path == "":
	case v.Kind() == reflect.Interface:
		d.plain(path, n, v)
	case isLeaf(v):
		d.leaf(path, n, v)
	case v.Kind() == reflect.Struct:
		d.mapping(path, n, func(key *yaml.Node, val *yaml.Node) { d.field(path, key, val, v) })
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.mapping(path, n, func(key *yaml.Node, val *yaml.Node) {
			item := reflect.New(v.Type().Elem()).Elem()
			d.value(join(path, key.Value), val, item)
			v.SetMapIndex(reflect.ValueOf(key.Value), item)
		})
	case v.Kind() == reflect.Slice:
		d.sequence(path, n, v)
	}
}

func (d *decoder) mapping(path string, n *yaml.Node, each func(key, val *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fail(path, n, "%s must be a mapping", orRoot(path))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			d.fail(join(path, key.Value), key, "%s is given twice", join(path, key.Value))
			continue
		}
		seen[key.Value] = true
		each(key, n.Content[i+1])
	}
}

func (d *decoder) field(path string, key, val *yaml.Node, v reflect.Value) {
	names := fieldNames(v.Type())
	i, ok := names[key.Value]
	if !ok {
		d.fail(join(path, key.Value), key, "unknown key %q%s", join(path, key.Value), nearest(key.Value, names))
		return
	}
	d.value(join(path, key.Value), val, v.Field(i))
}

// plain takes whatever a rule's parameter may be: a scalar or a list.
func (d *decoder) plain(path string, n *yaml.Node, v reflect.Value) {
	var x any
	if err := n.Decode(&x); err != nil {
		d.fail(path, n, "%s: %v", path, err)
		return
	}
	if x != nil {
		v.Set(reflect.ValueOf(x))
	}
}

// sequence also takes a single scalar for a list of scalars, as Compose does.
func (d *decoder) sequence(path string, n *yaml.Node, v reflect.Value) {
	items := n.Content
	if n.Kind == yaml.ScalarNode && isLeaf(reflect.New(v.Type().Elem()).Elem()) {
		items = []*yaml.Node{n}
	} else if n.Kind != yaml.SequenceNode {
		d.fail(path, n, "%s must be a list", path)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, out.Index(i))
	}
	v.Set(out)
}

func (d *decoder) leaf(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.fail(path, n, "%s must be a single value", path)
		return
	}
	if err := setLeaf(v, n); err != nil {
		d.fail(path, n, "%s: %v", path, err)
	}
}

var (
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType = reflect.TypeFor[time.Duration]()
)

func isLeaf(v reflect.Value) bool {
	if v.CanAddr() && v.Addr().Type().Implements(textType) {
		return true
	}
	k := v.Kind()
	return k != reflect.Struct && k != reflect.Map && k != reflect.Slice
}

func setLeaf(v reflect.Value, n *yaml.Node) error {
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(n.Value))
	}
	if v.Type() == durationType {
		dur, err := time.ParseDuration(n.Value)
		if err != nil || dur < 0 {
			return fmt.Errorf("%q is not a duration: write it as 90s, 15m or 24h", n.Value)
		}
		v.SetInt(int64(dur))
		return nil
	}
	if v.Kind() == reflect.String && n.Tag != "!!str" {
		return fmt.Errorf("%s is not text; put it in quotes", n.Value)
	}
	if err := n.Decode(v.Addr().Interface()); err != nil {
		return fmt.Errorf("%q is not of type %s", n.Value, v.Kind())
	}
	return nil
}

func fieldNames(t reflect.Type) map[string]int {
	names := map[string]int{}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			names[tag] = i
		}
	}
	return names
}

// nearest suggests the valid key that looks most like the given one.
func nearest(word string, names map[string]int) string {
	keys := slices.Sorted(maps.Keys(names))
	if len(word) < maxSuggest {
		distance := func(key string) int { return levenshtein.Distance(word, key, nil) }
		best := slices.MinFunc(keys, func(a, b string) int { return distance(a) - distance(b) })
		if distance(best) <= 1+len(word)/3 {
			return fmt.Sprintf("; did you mean %q?", best)
		}
	}
	return "; valid keys are " + strings.Join(keys, ", ")
}

func at(file string, n *yaml.Node) finding.Location {
	width := max(1, len([]rune(n.Value)))
	return finding.Location{URI: file, Region: finding.Region{
		StartLine: n.Line, StartColumn: n.Column, EndLine: n.Line, EndColumn: n.Column + width,
	}}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orRoot(path string) string {
	if path == "" {
		return "the configuration"
	}
	return path
}
