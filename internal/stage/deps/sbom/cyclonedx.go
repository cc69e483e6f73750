package sbom

import "fmt"

// repositoryRef names the repository within the document.
const repositoryRef = "repository"

type cycloneDocument struct {
	Schema       string              `json:"$schema"`
	Format       string              `json:"bomFormat"`
	SpecVersion  string              `json:"specVersion"`
	Serial       string              `json:"serialNumber"`
	Version      int                 `json:"version"`
	Metadata     cycloneMetadata     `json:"metadata"`
	Components   []cycloneComponent  `json:"components"`
	Dependencies []cycloneDependency `json:"dependencies"`
}

type cycloneMetadata struct {
	Timestamp string `json:"timestamp"`
	Tools     struct {
		Components []cycloneComponent `json:"components"`
	} `json:"tools"`
	Component cycloneComponent `json:"component"`
}

type cycloneComponent struct {
	Ref     string `json:"bom-ref,omitempty"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
}

type cycloneDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// cycloneDX renders the graph. A component's reference is its package URL, which is what
// statements in other documents can refer to.
func (g graph) cycloneDX() cycloneDocument {
	d := cycloneDocument{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Serial: g.serial(), Version: 1,
		Components: []cycloneComponent{}, Dependencies: []cycloneDependency{},
	}
	d.Metadata.Timestamp = g.created()
	d.Metadata.Tools.Components = []cycloneComponent{{Type: "application", Name: "assure", Version: cut(g.Version)}}
	d.Metadata.Component = cycloneComponent{Ref: repositoryRef, Type: "application", Name: cut(g.Name)}
	parts := []string{}
	for _, part := range g.parts {
		ref, kind := "file:"+cut(part.Name), "application"
		if part.PURL != "" {
			ref, kind = "image:"+cut(part.Name), "container"
		}
		parts = append(parts, ref)
		d.Components = append(d.Components, cycloneComponent{Ref: ref, Type: kind, Name: cut(part.Name), PURL: part.PURL})
		d.Dependencies = append(d.Dependencies, cycloneDependency{ref, part.urls()})
	}
	d.Dependencies = append(d.Dependencies, cycloneDependency{repositoryRef, unique(parts)})
	for _, p := range g.packages {
		d.Components = append(d.Components, cycloneComponent{p.PURL, "library", p.Name, p.Version, p.PURL})
		if len(p.Needs) > 0 {
			d.Dependencies = append(d.Dependencies, cycloneDependency{p.PURL, p.Needs})
		}
	}
	return d
}

// serial is a UUID made of the content's hash (RFC 9562, version 8).
func (g graph) serial() string {
	b := g.id
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
