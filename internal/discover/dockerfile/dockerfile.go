// Package dockerfile reads Dockerfiles: stages, instructions and images, each with its place.
package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// MaxBytes is the size above which a Dockerfile is not parsed; BuildKit itself
// takes far less from a client.
const MaxBytes = 1 << 20

// Doc is a parsed Dockerfile and the places of its parts.
type Doc struct {
	name   string
	data   []byte
	lines  []string
	escape rune
	// global are the instructions before the first FROM, only ARG is allowed there.
	global []*instruction
	stages []*buildStage
	// named are the first stages of each name, in lower case.
	named map[string]int
}

// buildStage is a FROM with what follows it.
type buildStage struct {
	name, platform string
	from           *instruction
	// image is the argument of FROM as written.
	image        string
	instructions []*instruction
}

// Parse reads a Dockerfile with BuildKit's parser, whose errors know lines.
func Parse(name string, data []byte) (d *Doc, err error) {
	if !utf8.Valid(data) {
		return nil, &source.Error{Location: finding.Top(name), Message: "Dockerfile is not UTF-8 text; save it as UTF-8"}
	}
	defer func() {
		if r := recover(); r != nil {
			d, err = nil, &source.Error{Location: finding.Top(name), Message: fmt.Sprintf("not readable as a Dockerfile: %v", r), Rule: gap.Crashed}
		}
	}()
	res, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, dockerfileError(name, data, err)
	}
	d = &Doc{name: name, data: data, lines: textLines(data), escape: res.EscapeToken, named: map[string]int{}}
	for _, node := range res.AST.Children {
		if err := d.add(d.instruction(node)); err != nil {
			return nil, err
		}
	}
	if len(d.stages) == 0 {
		return nil, &source.Error{Location: finding.Top(name), Message: "Dockerfile has no FROM; add one or rename the file"}
	}
	return d, nil
}

func (d *Doc) add(in *instruction) error {
	switch {
	case in.name == "FROM":
		st, err := d.newStage(in)
		if err != nil {
			return err
		}
		if key := strings.ToLower(st.name); key != "" {
			if _, known := d.named[key]; !known {
				d.named[key] = len(d.stages)
			}
		}
		d.stages = append(d.stages, st)
	case len(d.stages) == 0:
		d.global = append(d.global, in)
	default:
		st := d.stages[len(d.stages)-1]
		st.instructions = append(st.instructions, in)
	}
	return nil
}

func (d *Doc) newStage(in *instruction) (*buildStage, error) {
	if len(in.args) != 1 && (len(in.args) != 3 || !strings.EqualFold(in.args[1], "as")) {
		return nil, &source.Error{Location: d.at(in.region), Message: "FROM must be an image, or an image AS a name"}
	}
	st := &buildStage{from: in, image: in.args[0]}
	if len(in.args) == 3 {
		st.name = in.args[2]
	}
	for _, f := range in.flags {
		if v, ok := strings.CutPrefix(f, "--platform="); ok {
			st.platform = v
		}
	}
	return st, nil
}

func (d *Doc) at(r finding.Region) finding.Location {
	return finding.Location{URI: d.name, Region: r}
}

func dockerfileError(name string, data []byte, err error) error {
	at := finding.Top(name)
	if le, ok := errors.AsType[*parser.LocationError](err); ok && len(le.Locations) > 0 && len(le.Locations[0]) > 0 {
		at.Region = wholeLines(textLines(data), max(le.Locations[0][0].Start.Line, 1), 0)
	}
	return &source.Error{Location: at, Message: "not readable as a Dockerfile: " + err.Error()}
}

// Model is the content as rules see it.
func (d *Doc) Model() map[string]any {
	stages := make([]any, len(d.stages))
	for i, st := range d.stages {
		stages[i] = map[string]any{
			"name": st.name, "from": st.image, "platform": st.platform, "instructions": models(st.instructions),
		}
	}
	return map[string]any{"stages": stages, "instructions": models(d.global)}
}

func models(list []*instruction) []any {
	out := make([]any, len(list))
	for i, in := range list {
		out[i] = in.model()
	}
	return out
}

// Locate implements source.Locator.
func (d *Doc) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) > 0 && path[0] == "instructions" {
		return d.locateIn(d.global, path[1:], d.stages[0].from.region)
	}
	if len(path) < 2 || path[0] != "stages" {
		return d.at(d.stages[0].from.region), exactIf(len(path) == 0 || len(path) == 1 && path[0] == "stages")
	}
	i, ok := source.Index(path[1])
	if !ok || i < 0 || i >= len(d.stages) {
		return d.at(d.stages[0].from.region), source.Parent
	}
	return d.locateStage(d.stages[i], path[2:])
}

func (d *Doc) locateStage(st *buildStage, path []any) (finding.Location, source.Grade) {
	if len(path) == 0 {
		return d.at(st.from.region), source.Exact
	}
	switch path[0] {
	case "from":
		return d.at(st.from.token(0)), source.Exact
	case "name":
		if st.name != "" {
			return d.at(st.from.token(2)), source.Exact
		}
	case "platform":
		if r, ok := st.from.flag("--platform="); ok {
			return d.at(r), source.Exact
		}
	case "instructions":
		return d.locateIn(st.instructions, path[1:], st.from.region)
	}
	return d.at(st.from.region), source.Parent
}

func (d *Doc) locateIn(list []*instruction, path []any, parent finding.Region) (finding.Location, source.Grade) {
	if len(path) == 0 {
		return d.at(parent), exactIf(len(list) > 0)
	}
	i, ok := source.Index(path[0])
	if !ok || i < 0 || i >= len(list) {
		return d.at(parent), source.Parent
	}
	r, grade := list[i].locate(path[1:])
	return d.at(r), grade
}

func exactIf(ok bool) source.Grade {
	if ok {
		return source.Exact
	}
	return source.Parent
}
