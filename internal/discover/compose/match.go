package compose

import (
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// item finds the list item that the model's value at a path was made of, by value: the
// merged list may hold items of several files. The last match wins, as in Compose.
func (l *Locator) item(t *trace, list *yaml.Node, at []any) *yaml.Node {
	want := decoded.At(l.model, at)
	name := decoded.Text(at[len(at)-2])
	var found *yaml.Node
	for _, item := range list.Content {
		if t.same(name, source.Deref(item), want) {
			found = item
		}
	}
	if found != nil {
		return found
	}
	whole, _ := decoded.At(l.model, at[:len(at)-1]).([]any)
	if i, _ := source.Index(at[len(at)-1]); len(whole) == len(list.Content) {
		return list.Content[i]
	}
	return nil
}

// named finds the item NAME or NAME=VALUE of a list that the model holds as a map.
func (t *trace) named(list *yaml.Node, name string) (found *yaml.Node) {
	for _, item := range list.Content {
		item = source.Deref(item)
		if item.Kind != yaml.ScalarNode {
			continue
		}
		s := t.expanded(item)
		key, _, _ := strings.Cut(s, "=")
		if s == name || key == name {
			found = item
		}
	}
	return found
}

func (t *trace) expanded(n *yaml.Node) string {
	s, err := interpolate.Expand(n.Value, t.lookup)
	if err != nil {
		return n.Value
	}
	return s
}

// same tells whether a source item means a value of the model's list of that name.
func (t *trace) same(list string, item *yaml.Node, want any) bool {
	m, isMap := want.(map[string]any)
	switch {
	case item.Kind == yaml.ScalarNode && isMap:
		return t.sameShort(list, t.expanded(item), m)
	case item.Kind == yaml.ScalarNode:
		return t.equal(t.expanded(item), decoded.Text(want)) || scalarText(item) == decoded.Text(want)
	case item.Kind == yaml.MappingNode && isMap:
		return t.sameLong(list, item, m)
	}
	v := source.Decode(item, t.decode)
	return reflect.DeepEqual(v, want)
}

// sameShort compares a short form with the long form that compose-go makes of it.
func (t *trace) sameShort(list, s string, m map[string]any) bool {
	switch list {
	case "ports":
		return samePort(s, portOf(m))
	case "volumes":
		v, err := format.ParseVolume(s)
		return err == nil && path.Clean(v.Target) == decoded.Text(m["target"]) && t.equal(v.Source, decoded.Text(m["source"]))
	case "devices":
		parts := strings.Split(s, ":")
		return parts[0] == decoded.Text(m["source"])
	case "env_file":
		return t.equal(s, decoded.Text(m["path"]))
	case "secrets", "configs":
		return s == decoded.Text(m["source"])
	}
	return false
}

func samePort(s string, want port) bool {
	if p, ok := splitPort(s); ok && p == want {
		return true
	}
	parsed, err := portConfigs(s)
	for _, c := range parsed {
		p := port{c.HostIP, c.Published, strconv.Itoa(int(c.Target)), c.Protocol}
		if err == nil && p == want {
			return true
		}
	}
	return false
}

// portConfigs parses a short port, unless it is a range, which may be huge.
func portConfigs(s string) ([]types.ServicePortConfig, error) {
	if strings.Contains(s, "-") {
		return nil, nil
	}
	return types.ParsePortConfig(s)
}

// identity are the members by which Compose tells items of a list apart.
func identity(list string) []string {
	switch list {
	case "ports":
		return []string{"target", "published", "host_ip", "protocol"}
	case "volumes", "devices":
		return []string{"target"}
	case "secrets", "configs":
		return []string{"source", "target"}
	case "env_file":
		return []string{"path"}
	}
	return nil
}

func (t *trace) sameLong(list string, item *yaml.Node, m map[string]any) bool {
	v, _ := source.Decode(item, t.decode).(map[string]any)
	keys := identity(list)
	if keys == nil {
		return reflect.DeepEqual(v, m)
	}
	if list == "ports" {
		return portOf(v) == portOf(m)
	}
	for _, k := range keys {
		if decoded.Text(v[k]) != decoded.Text(m[k]) && !t.equal(decoded.Text(v[k]), decoded.Text(m[k])) {
			return false
		}
	}
	return true
}

// decode reads a leaf with its references replaced.
func (t *trace) decode(n *yaml.Node) any {
	if strings.Contains(n.Value, "$") {
		return t.expanded(n)
	}
	return source.Scalar(n)
}

// equal compares texts; a relative path may have been moved to the project directory.
func (t *trace) equal(got, want string) bool {
	return got == want || got != "" && path.Join(t.rel, got) == path.Clean(want)
}

// means is the self-check: the text that was found must yield the model's value.
func (l *Locator) means(t *trace, node *yaml.Node, at []any) bool {
	want := decoded.At(l.model, at)
	if t.grade != source.Exact || node.Kind != yaml.ScalarNode {
		return true
	}
	switch want.(type) {
	case map[string]any, []any:
		t.grade = source.Item
		return true
	case nil:
		return node.Value == "" || node.Tag == "!!null"
	}
	got := t.expanded(node)
	return t.equal(got, decoded.Text(want)) || scalarText(node) == decoded.Text(want) || sameBool(got, want) || sameNumber(got, want) ||
		sameDate(got, want)
}

// scalarText is a scalar as a number or truth value prints.
func scalarText(n *yaml.Node) string { return decoded.Text(source.Scalar(n)) }

func sameBool(got string, want any) bool {
	b, ok := want.(bool)
	switch strings.ToLower(got) {
	case "y", "yes", "on", "true":
		return ok && b
	case "n", "no", "off", "false":
		return ok && !b
	}
	return false
}

// sameDate tells a date without quotes, of which the loader makes a time.
func sameDate(got string, want any) bool {
	day, err := time.Parse(time.DateOnly, got)
	return err == nil && day.Format(time.RFC3339) == want
}

func sameNumber(got string, want any) bool {
	f, err := strconv.ParseFloat(got, 64)
	if err != nil {
		return false
	}
	switch w := want.(type) {
	case int:
		return f == float64(w)
	case float64:
		return f == w
	}
	return false
}
