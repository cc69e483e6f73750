package sbom

import (
	"encoding/hex"
	"net/url"
)

const (
	none         = "NOASSERTION"
	documentID   = "SPDXRef-DOCUMENT"
	repositoryID = "SPDXRef-Repository"
)

type spdxDocument struct {
	SPDXID        string             `json:"SPDXID"`
	Version       string             `json:"spdxVersion"`
	DataLicense   string             `json:"dataLicense"`
	Name          string             `json:"name"`
	Namespace     string             `json:"documentNamespace"`
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

// spdx renders the graph: the repository contains its lock files and images, those
// contain packages, and packages depend on packages.
func (g graph) spdx() spdxDocument {
	name := cut(g.Name)
	d := spdxDocument{
		SPDXID: documentID, Version: "SPDX-2.3", DataLicense: "CC0-1.0", Name: name,
		Namespace: "https://stella-ops.org/assure/spdx/" + url.PathEscape(name) + "-" + hex.EncodeToString(g.id[:16]),
		Creation:  spdxCreation{g.created(), []string{"Tool: assure-" + g.Version}},
	}
	add := func(id, name, version, purpose, purl string) {
		p := spdxPackage{id, name, version, none, false, none, none, purpose, nil}
		if purl != "" {
			p.Refs = []spdxRef{{"PACKAGE-MANAGER", "purl", purl}}
		}
		d.Packages = append(d.Packages, p)
	}
	relate := func(from, kind, to string) {
		d.Relationships = append(d.Relationships, spdxRelationship{from, kind, to})
	}
	add(repositoryID, name, "", "SOURCE", "")
	relate(documentID, "DESCRIBES", repositoryID)
	for _, part := range g.parts {
		purpose := "APPLICATION"
		if part.PURL != "" {
			purpose = "CONTAINER"
		}
		id := "SPDXRef-Part-" + short(part.Name)
		add(id, cut(part.Name), "", purpose, part.PURL)
		relate(repositoryID, "CONTAINS", id)
		for _, u := range part.urls() {
			relate(id, "CONTAINS", packageID(u))
		}
	}
	for _, p := range g.packages {
		add(packageID(p.PURL), p.Name, p.Version, "LIBRARY", p.PURL)
		for _, need := range p.Needs {
			relate(packageID(p.PURL), "DEPENDS_ON", packageID(need))
		}
	}
	return d
}

func packageID(purl string) string { return "SPDXRef-Package-" + short(purl) }
