package sbom

import "fmt"

const (
	cycloneSuffix = ".cdx.json"
	// rootRef names the repository or image within the document.
	rootRef = "root"
)

type cycloneDocument struct {
	Schema       string               `json:"$schema"`
	Format       string               `json:"bomFormat"`
	SpecVersion  string               `json:"specVersion"`
	Serial       string               `json:"serialNumber"`
	Version      int                  `json:"version"`
	Metadata     cycloneMetadata      `json:"metadata"`
	Components   []cycloneComponent   `json:"components"`
	Dependencies []cycloneDependency  `json:"dependencies"`
	Compositions []cycloneComposition `json:"compositions,omitempty"`
}

type cycloneMetadata struct {
	Timestamp string `json:"timestamp"`
	Tools     struct {
		Components []cycloneComponent `json:"components"`
	} `json:"tools"`
	Component cycloneComponent `json:"component"`
}

type cycloneComponent struct {
	Ref     string             `json:"bom-ref,omitempty"`
	Type    string             `json:"type"`
	Name    string             `json:"name"`
	Version string             `json:"version,omitempty"`
	PURL    string             `json:"purl,omitempty"`
	Bills   []cycloneReference `json:"externalReferences,omitempty"`
}

type cycloneReference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type cycloneDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

type cycloneComposition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// cycloneTypes are CycloneDX's words for the kinds.
var cycloneTypes = map[Kind]string{Source: "application", File: "application", Container: "container", System: "operating-system"}

// cycloneDX renders the graph. A component's reference is its package URL, which is what
// statements in other documents can refer to.
func (g graph) cycloneDX() cycloneDocument {
	d := cycloneDocument{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Serial: g.serial(), Version: 1,
		Components: []cycloneComponent{}, Dependencies: []cycloneDependency{},
	}
	d.Metadata.Timestamp = g.created()
	d.Metadata.Tools.Components = []cycloneComponent{{Type: "application", Name: "assure", Version: cut(g.Version)}}
	d.Metadata.Component = cycloneComponent{Ref: rootRef, Type: cycloneTypes[g.Kind], Name: cut(g.Name), PURL: g.PURL}
	if g.Incomplete {
		d.Compositions = []cycloneComposition{{"incomplete", []string{rootRef}}}
	}
	parts := []string{}
	for _, part := range g.parts {
		parts = append(parts, d.addPart(part))
	}
	d.Dependencies = append(d.Dependencies, cycloneDependency{rootRef, unique(parts)})
	for _, p := range g.packages {
		d.Components = append(d.Components, cycloneComponent{Ref: p.PURL, Type: "library", Name: p.Name, Version: p.Version, PURL: p.PURL})
		if len(p.Needs) > 0 {
			d.Dependencies = append(d.Dependencies, cycloneDependency{p.PURL, p.Needs})
		}
	}
	return d
}

// addPart adds a part and returns its reference within the document.
func (d *cycloneDocument) addPart(part Part) string {
	c := cycloneComponent{Ref: "part:" + short(part.Name), Type: cycloneTypes[part.Kind], Name: cut(part.Name), PURL: part.PURL}
	if part.Bill != "" {
		c.Bills = []cycloneReference{{"bom", part.Bill + cycloneSuffix}}
	}
	d.Components = append(d.Components, c)
	d.Dependencies = append(d.Dependencies, cycloneDependency{c.Ref, part.urls()})
	return c.Ref
}

// serial is a UUID made of the content's hash (RFC 9562, version 8).
func (g graph) serial() string {
	b := g.id
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
