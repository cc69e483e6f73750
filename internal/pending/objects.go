package pending

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// objects is a list of objects: what tells them apart, what one is called, and what a new
// one does to the gate. One that is gone does the reverse.
type objects struct {
	identity func(v any) string
	added    func(v any) finding.Effect
	removed  func(v any) finding.Effect
}

func objectTable() map[string]objects {
	all := map[string]objects{
		"images.keys":    {func(v any) string { return v.(config.Key).ID }, every(loosens), nil},
		"images.roots":   {func(v any) string { return v.(config.Root).ID }, every(loosens), nil},
		"images.rules":   {func(v any) string { return strings.Join(v.(config.ImageRule).Match, ", ") }, addedRule, removedRule},
		"images.mirrors": {func(v any) string { m := v.(config.Mirror); return m.Of + " at " + m.At }, every(loosens), nil},
		"images.blobs":   {func(v any) string { return strings.Join(v.(config.Blob).Files, ", ") }, every(tightens), nil},
		"exceptions":     {identityOf, every(loosens), nil},

		"images.rules[].attestations": {func(v any) string { a := v.(config.ImageAttestation); return a.Type }, every(tightens), nil},
	}
	for _, path := range []string{"images.rules[].identities", "images.blobs[].identities"} {
		all[path] = objects{holder, every(loosens), nil}
	}
	return all
}

func every(e finding.Effect) func(any) finding.Effect { return func(any) finding.Effect { return e } }

// addedRule is a demand, unless it lets unsigned images in. The first rule that matches
// decides, so that even a demand may take images from a stricter one.
func addedRule(v any) finding.Effect {
	if v.(config.ImageRule).AllowUnsigned {
		return loosens
	}
	return mayLoosen
}

func removedRule(v any) finding.Effect {
	if v.(config.ImageRule).AllowUnsigned {
		return mayLoosen
	}
	return loosens
}

// identityOf is what an exception accepts.
func identityOf(v any) string {
	e := v.(config.Exception)
	text := e.Rule
	if e.Path != "" {
		text += " in " + e.Path
	}
	if e.Subject != "" {
		text += " on " + e.Subject
	}
	return text
}

// holder names who may hold a certificate.
func holder(v any) string {
	i := v.(config.ImageIdentity)
	var parts []string
	for _, p := range [][2]string{
		{"issuer", i.Issuer}, {"issuer-regexp", i.IssuerRegexp}, {"subject", i.Subject},
		{"subject-regexp", i.SubjectRegexp}, {"workflow", i.Workflow}, {"ref", i.Ref},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

// compare pairs the objects of both lists by identity, the first of equals with the first.
func (o objects) compare(c *comparison, path, label, at string, base, head reflect.Value) {
	left := map[string][]int{}
	for i := range base.Len() {
		id := o.identity(base.Index(i).Interface())
		left[id] = append(left[id], i)
	}
	last, moved := -1, false
	for i := range head.Len() {
		v := head.Index(i)
		id, here := o.identity(v.Interface()), fmt.Sprintf("%s[%d]", at, i)
		if len(left[id]) == 0 {
			c.note(label, here, difference{"adds " + quotedText(id), o.added(v.Interface())})
			continue
		}
		was := left[id][0]
		left[id] = left[id][1:]
		moved, last = moved || was < last, was
		c.fields(path+"[]", label+" "+quotedText(id), here, base.Index(was), v)
	}
	o.gone(c, label, at, base, left)
	if moved && path == "images.rules" {
		c.note(label, at, difference{"are in another order, and the first that matches decides", mayLoosen})
	}
}

func (o objects) gone(c *comparison, label, at string, base reflect.Value, left map[string][]int) {
	for i := range base.Len() {
		v := base.Index(i).Interface()
		id := o.identity(v)
		if len(left[id]) == 0 || left[id][0] != i {
			continue
		}
		left[id] = left[id][1:]
		effect := o.added(v).Reverse()
		if o.removed != nil {
			effect = o.removed(v)
		}
		c.note(label, at, difference{"drops " + quotedText(id), effect})
	}
}

// later is an expiry: a later day, or none, loosens.
func later(base, head reflect.Value) []difference {
	b, h := base.Interface().(config.Date), head.Interface().(config.Date)
	day := func(d config.Date) string {
		if d.IsZero() {
			return "9999-12-31"
		}
		return d.String()
	}
	return arrow(base, head, order(day(b), day(h), loosens))
}

// quotedText is a name in a message.
func quotedText(s string) string { return strconv.Quote(cut(s)) }
