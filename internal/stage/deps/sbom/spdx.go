package sbom

import (
	"encoding/hex"
	"net/url"
)

const (
	spdxSuffix = ".spdx.json"
	none       = "NOASSERTION"
	documentID = "SPDXRef-DOCUMENT"
	rootID     = "SPDXRef-Root"
)

type spdxDocument struct {
	SPDXID        string             `json:"SPDXID"`
	Version       string             `json:"spdxVersion"`
	DataLicense   string             `json:"dataLicense"`
	Name          string             `json:"name"`
	Namespace     string             `json:"documentNamespace"`
	Comment       string             `json:"comment,omitempty"`
	Creation      spdxCreation       `json:"creationInfo"`
	Packages      []spdxPackage      `json:"packages"`
	Relationships []spdxRelationship `json:"relationships"`
}

type spdxCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	SPDXID    string    `json:"SPDXID"`
	Name      string    `json:"name"`
	Version   string    `json:"versionInfo,omitempty"`
	Download  string    `json:"downloadLocation"`
	Analyzed  bool      `json:"filesAnalyzed"`
	Concluded string    `json:"licenseConcluded"`
	Declared  string    `json:"licenseDeclared"`
	Purpose   string    `json:"primaryPackagePurpose"`
	Comment   string    `json:"comment,omitempty"`
	Refs      []spdxRef `json:"externalRefs,omitempty"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

// purposes are SPDX's words for the kinds.
var purposes = map[Kind]string{Source: "SOURCE", File: "APPLICATION", Container: "CONTAINER", System: "OPERATING_SYSTEM"}

// spdx renders the graph: the root contains files and systems and depends on images,
// those contain packages, and packages depend on packages.
func (g graph) spdx() spdxDocument {
	name := cut(g.Name)
	d := spdxDocument{
		SPDXID: documentID, Version: "SPDX-2.3", DataLicense: "CC0-1.0", Name: name,
		Namespace: "https://stella-ops.org/assure/spdx/" + url.PathEscape(name) + "-" + hex.EncodeToString(g.id[:16]),
		Creation:  spdxCreation{g.created(), []string{"Tool: assure-" + g.Version}},
	}
	if g.Incomplete {
		d.Comment = "Incomplete: not everything could be read."
	}
	d.add(spdxPackage{SPDXID: rootID, Name: name, Purpose: purposes[g.Kind]}, g.PURL)
	d.relate(documentID, "DESCRIBES", rootID)
	for _, part := range g.parts {
		d.addPart(part)
	}
	for _, p := range g.packages {
		d.add(spdxPackage{SPDXID: packageID(p.PURL), Name: p.Name, Version: p.Version, Purpose: "LIBRARY"}, p.PURL)
		for _, need := range p.Needs {
			d.relate(packageID(p.PURL), "DEPENDS_ON", packageID(need))
		}
	}
	return d
}

func (d *spdxDocument) addPart(part Part) {
	p := spdxPackage{SPDXID: "SPDXRef-Part-" + short(part.Name), Name: cut(part.Name), Purpose: purposes[part.Kind]}
	if part.Bill != "" {
		p.Comment = "What is in it is in " + part.Bill + spdxSuffix
	}
	d.add(p, part.PURL)
	kind := "CONTAINS"
	if part.Kind == Container {
		kind = "DEPENDS_ON"
	}
	d.relate(rootID, kind, p.SPDXID)
	for _, u := range part.urls() {
		d.relate(p.SPDXID, "CONTAINS", packageID(u))
	}
}

func (d *spdxDocument) add(p spdxPackage, purl string) {
	p.Download, p.Concluded, p.Declared = none, none, none
	if purl != "" {
		p.Refs = []spdxRef{{"PACKAGE-MANAGER", "purl", purl}}
	}
	d.Packages = append(d.Packages, p)
}

func (d *spdxDocument) relate(from, kind, to string) {
	d.Relationships = append(d.Relationships, spdxRelationship{from, kind, to})
}

func packageID(purl string) string { return "SPDXRef-Package-" + short(purl) }
