package gate

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
)

// wraps reports whether an action runs our image, or one that is built on it.
func (t *tree) wraps(d *document) bool {
	image, ok := containerImage(d)
	if !ok {
		return false
	}
	if name, ok := strings.CutPrefix(image, dockerScheme); ok {
		return isProgram(name)
	}
	from := ""
	for line := range strings.Lines(t.text(path.Join(path.Dir(d.name), image))) {
		if words := strings.Fields(line); len(words) > 1 && strings.EqualFold(words[0], "from") {
			from = words[1]
		}
	}
	return isProgram(from)
}

// containerImage is the image or the Dockerfile of an action that runs a container.
func containerImage(d *document) (string, bool) {
	if d == nil || object(d.model["runs"])["using"] != "docker" {
		return "", false
	}
	return text(object(d.model["runs"])["image"]), true
}

// container compares an action that runs the gate in a container: what it runs there, and
// what it is told when its caller says nothing.
func (c *comparison) container(before, after *document) {
	image, ok := containerImage(before)
	if !ok {
		return
	}
	b, h := object(before.model["runs"]), object(after.model["runs"])
	for _, key := range sortedKeys(b, h) {
		if !reflect.DeepEqual(b[key], h[key]) {
			old, _ := reference(text(b[key]))
			is, _ := reference(text(h[key]))
			same := key == "image" && old == is && strings.HasPrefix(image, dockerScheme)
			c.note(after, []any{"runs", key}, !same, fmt.Sprintf("the action runs something else: %s %s → %s", key, cut(text(b[key]), 100), cut(text(h[key]), 100)))
		}
	}
	was, now := object(before.model["inputs"]), object(after.model["inputs"])
	for _, name := range sortedKeys(now) {
		old, is := text(object(was[name])["default"]), text(object(now[name])["default"])
		if old != is && !slices.Contains(harmless[:], name) {
			c.note(after, []any{"inputs", name, "default"}, true, fmt.Sprintf("the action takes another default for %s: %s → %s", name, cut(old, 80), cut(is, 80)))
		}
	}
	c.rebuilt(before, image)
}

// rebuilt looks at the Dockerfile of an action.
func (c *comparison) rebuilt(before *document, image string) {
	file := path.Join(path.Dir(before.name), image)
	if strings.HasPrefix(image, dockerScheme) || c.base.text(file) == c.head.text(file) {
		return
	}
	d := &document{name: file, text: c.head.text(file)}
	if c.base.wraps(before) && !c.head.wraps(before) {
		c.note(d, nil, true, "the image that runs the gate is built from something else")
	} else {
		c.note(d, nil, false, "the Dockerfile of the action that runs the gate is edited")
	}
}

// successor is the file that stands for another in the head: an action is read from
// action.yml, and only without it from action.yaml.
func (c *comparison) successor(name string) *document {
	if isWorkflow(name) || !slices.Contains(actionFiles[:], path.Base(name)) {
		return c.head.read(name)
	}
	if file := c.head.file(path.Dir(name)); file != "" {
		return c.head.read(file)
	}
	return nil
}

// actionFiles are the names of an action's file, the first that is there counts.
var actionFiles = [...]string{"action.yml", "action.yaml"}

// moved compares two local actions or workflows of which the second is called in the place
// of the first; false when one of them does not run the gate.
func (c *comparison) moved(b, h string) bool {
	if !strings.HasPrefix(b, "./") || !strings.HasPrefix(h, "./") || c.depth >= maxDepth {
		return false
	}
	before, after := c.base.read(c.base.file(b)), c.head.read(c.head.file(h))
	if before == nil || after == nil || before.model == nil || after.model == nil || !c.head.runsGate(after) {
		return false
	}
	c.depth++
	c.document(before, after)
	c.container(before, after)
	c.depth--
	return true
}

// runsGate reports whether a local action or workflow leads to the gate by itself.
func (t *tree) runsGate(d *document) bool {
	return isOurs(d) || t.wraps(d) || len(t.sites(d)) > 0
}
