package inventory

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"golang.org/x/net/html/charset"

	"github.com/stella-ops/assure/internal/gap"
)

// Limits of a Maven model; a hostile one could refer to itself for ever.
const (
	maxParents       = 20
	maxSubstitutions = 200
	maxValue         = 1000
)

const mavenNote = "of a pom.xml only the dependencies written in it were judged, not what they bring along: no repository of Maven is asked"

// project is what a pom.xml says about dependencies (Maven POM 4.0.0). Trivy's own
// reader asks Maven's settings and repository in the home directory and opens whatever
// path a relativePath names, so this one is ours; it sees the plan's files only.
type project struct {
	GroupID      string          `xml:"groupId"`
	ArtifactID   string          `xml:"artifactId"`
	Version      string          `xml:"version"`
	Parent       mavenParent     `xml:"parent"`
	Properties   mavenProperties `xml:"properties"`
	Managed      []mavenDep      `xml:"dependencyManagement>dependencies>dependency"`
	Dependencies []mavenDep      `xml:"dependencies>dependency"`
}

type mavenParent struct {
	GroupID      string  `xml:"groupId"`
	ArtifactID   string  `xml:"artifactId"`
	Version      string  `xml:"version"`
	RelativePath *string `xml:"relativePath"`
}

type mavenDep struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Scope      string `xml:"scope"`
	first      int
	last       int
}

// UnmarshalXML also notes the lines of the element.
func (d *mavenDep) UnmarshalXML(dec *xml.Decoder, start xml.StartElement) error {
	type plain mavenDep
	first, _ := dec.InputPos()
	if err := dec.DecodeElement((*plain)(d), &start); err != nil {
		return err
	}
	d.first = first
	d.last, _ = dec.InputPos()
	return nil
}

type mavenProperties map[string]string

// UnmarshalXML reads elements of any name.
func (p *mavenProperties) UnmarshalXML(dec *xml.Decoder, _ xml.StartElement) error {
	*p = mavenProperties{}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var value string
			if err := dec.DecodeElement(&value, &t); err != nil {
				return err
			}
			(*p)[t.Name.Local] = strings.TrimSpace(value)
		case xml.EndElement:
			return nil
		}
	}
}

func parseProject(data []byte) (*project, error) {
	var p project
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset.NewReaderLabel
	if err := dec.Decode(&p); err != nil {
		return nil, err
	}
	return &p, nil
}

// maven reads the dependencies that a pom.xml writes down, with versions and properties
// of its parents as far as they are in the repository.
func maven(_ context.Context, f *file) ([]types.Package, error) {
	own, err := parseProject(f.Text)
	if err != nil {
		return nil, err
	}
	model := newModel(own)
	if err := f.inherit(model, own); err != nil {
		return nil, err
	}
	f.Notes = append(f.Notes, mavenNote)
	f.why = map[string]string{}
	var pkgs []types.Package
	for _, d := range model.dependencies {
		p := model.pkg(d)
		if p.Version == "" {
			f.why[p.Name] = model.missing(d)
		}
		p.Dev = p.Dev || integrationTest(f.Name)
		pkgs = append(pkgs, p)
	}
	return pkgs, nil
}

// integrationTest tells the projects that maven-invoker-plugin runs as tests.
func integrationTest(name string) bool {
	dirs := strings.Split(name, "/")
	n := len(dirs)
	return n >= 4 && dirs[n-3] == "it" && (dirs[n-4] == "src" || dirs[n-4] == "target")
}

// inherit adds the parents' properties and managed versions to the model.
func (f *file) inherit(m *model, p *project) error {
	dir := path.Dir(f.Name)
	for range maxParents {
		name := parentFile(f, dir, p.Parent)
		if name == "" {
			return nil
		}
		data, err := f.open(name)
		if err != nil {
			return flaw{rule: unread(err), err: err}
		}
		parent, err := parseProject(data)
		if err != nil {
			return fmt.Errorf("parent %s: %w", name, err)
		}
		if parent.ArtifactID != p.Parent.ArtifactID {
			return nil
		}
		for i := range parent.Dependencies {
			parent.Dependencies[i].first = 0 // its lines are those of another file
		}
		m.add(parent)
		p, dir = parent, path.Dir(name)
	}
	return flaw{rule: gap.TooMany, err: fmt.Errorf("more than %d parents", maxParents)}
}

// parentFile is the parent's file, "" when it is not one of the repository's.
func parentFile(f *file, dir string, p mavenParent) string {
	rel := "../pom.xml"
	if p.RelativePath != nil {
		rel = strings.TrimSpace(*p.RelativePath)
	}
	if p.ArtifactID == "" || rel == "" {
		return ""
	}
	for _, name := range []string{path.Join(dir, rel), path.Join(dir, rel, "pom.xml")} {
		if f.r.has(name) {
			return name
		}
	}
	return ""
}

// model is a project with what it inherits; what was added first wins.
type model struct {
	props   map[string]string
	managed map[string]mavenDep
	// dependencies are the project's and those of its parents that it does not repeat.
	dependencies []mavenDep
}

func newModel(p *project) *model {
	m := &model{props: map[string]string{}, managed: map[string]mavenDep{}}
	for _, prefix := range []string{"project.", "pom.", ""} {
		m.define(prefix+"version", p.Version)
		m.define(prefix+"version", p.Parent.Version)
		m.define(prefix+"groupId", p.GroupID)
		m.define(prefix+"groupId", p.Parent.GroupID)
		m.define(prefix+"artifactId", p.ArtifactID)
		m.define(prefix+"parent.version", p.Parent.Version)
		m.define(prefix+"parent.groupId", p.Parent.GroupID)
	}
	m.add(p)
	return m
}

func (m *model) define(name, value string) {
	if _, ok := m.props[name]; !ok && value != "" {
		m.props[name] = strings.TrimSpace(value)
	}
}

func (m *model) add(p *project) {
	for name, value := range p.Properties {
		m.define(name, value)
	}
	for _, d := range p.Managed {
		if _, ok := m.managed[d.key()]; !ok {
			m.managed[d.key()] = d
		}
	}
	inherited := m.dependencies
	for _, d := range p.Dependencies {
		if !slices.ContainsFunc(inherited, func(i mavenDep) bool { return i.key() == d.key() }) {
			m.dependencies = append(m.dependencies, d)
		}
	}
}

func (d mavenDep) key() string {
	return strings.TrimSpace(d.GroupID) + ":" + strings.TrimSpace(d.ArtifactID)
}

// pkg is the dependency with its version, which is empty when only somebody outside
// the repository knows it.
func (m *model) pkg(d mavenDep) types.Package {
	managed := m.managed[d.key()]
	name := m.value(d.GroupID) + ":" + m.value(d.ArtifactID)
	version := exact(m.value(firstOf(d.Version, managed.Version)))
	scope := m.value(firstOf(d.Scope, managed.Scope))
	p := types.Package{
		ID:           dependency.ID(types.Pom, name, version),
		Name:         name,
		Version:      version,
		Relationship: types.RelationshipDirect,
		Dev:          scope == "test" || scope == "provided",
	}
	if d.first > 0 {
		p.Locations = types.Locations{{StartLine: d.first, EndLine: d.last}}
	}
	return p
}

// missing is the kind of gap of a dependency without a version: a range is not pinned,
// what is absent or a variable is decided by somebody else.
func (m *model) missing(d mavenDep) string {
	if version := m.value(firstOf(d.Version, m.managed[d.key()].Version)); version != "" && !strings.Contains(version, "${") {
		return gap.UnpinnedVersion
	}
	return gap.ManagedVersion
}

func firstOf(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}

// exact drops versions that are still a range or a variable; [1.2] is exactly 1.2.
func exact(version string) string {
	if inner, ok := strings.CutPrefix(version, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			version = inner
		}
	}
	if strings.ContainsAny(version, "${}[](), ") {
		return ""
	}
	return version
}

// value replaces ${name} by the properties, at most maxSubstitutions times.
func (m *model) value(s string) string {
	reference := regexp.MustCompile(`\$\{([^${}]{1,200})\}`)
	s = strings.TrimSpace(s)
	for range maxSubstitutions {
		at := reference.FindStringSubmatchIndex(s)
		if at == nil || len(s) > maxValue {
			break
		}
		value, ok := m.props[s[at[2]:at[3]]]
		if !ok {
			break
		}
		s = s[:at[0]] + value + s[at[1]:]
	}
	return s
}
