package vex

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// cycloneDocument is the part of a CycloneDX document that says what is affected.
type cycloneDocument struct {
	Metadata struct {
		Timestamp *time.Time `json:"timestamp"`
		Authors   []struct {
			Name string `json:"name"`
		} `json:"authors"`
		Component *cycloneComponent `json:"component"`
		Supplier  cycloneName       `json:"supplier"`
		Maker     cycloneName       `json:"manufacturer"`
	} `json:"metadata"`
	Components      []cycloneComponent     `json:"components"`
	Vulnerabilities []cycloneVulnerability `json:"vulnerabilities"`
}

type cycloneName struct {
	Name string `json:"name"`
}

type cycloneComponent struct {
	Ref        string             `json:"bom-ref"`
	PURL       string             `json:"purl"`
	Components []cycloneComponent `json:"components"`
}

type cycloneVulnerability struct {
	ID       string     `json:"id"`
	Updated  *time.Time `json:"updated"`
	Analysis *struct {
		State         string     `json:"state"`
		Justification string     `json:"justification"`
		Detail        string     `json:"detail"`
		Updated       *time.Time `json:"lastUpdated"`
	} `json:"analysis"`
	Affects []struct {
		Ref      string `json:"ref"`
		Versions []struct {
			Version string `json:"version"`
			Status  string `json:"status"`
		} `json:"versions"`
	} `json:"affects"`
}

// cycloneStates tells for every state of the analysis whether it exempts.
func cycloneStates() map[string]bool {
	return map[string]bool{
		"not_affected": true, "false_positive": true, "resolved": true, "resolved_with_pedigree": true,
		"exploitable": false, "in_triage": false,
	}
}

func (d *document) cycloneDX(data []byte) error {
	var doc cycloneDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	refs := map[string]string{}
	if c := doc.Metadata.Component; c != nil {
		collect(refs, []cycloneComponent{*c})
	}
	collect(refs, doc.Components)
	for i, v := range doc.Vulnerabilities {
		if v.Analysis != nil { // without one it only lists what was found
			d.cycloneVulnerability([]any{"vulnerabilities", i}, &doc, v, refs)
		}
	}
	return nil
}

func collect(refs map[string]string, components []cycloneComponent) {
	for _, c := range components {
		if c.Ref != "" && c.PURL != "" {
			refs[c.Ref] = c.PURL
		}
		collect(refs, c.Components)
	}
}

func (d *document) cycloneVulnerability(path []any, doc *cycloneDocument, v cycloneVulnerability, refs map[string]string) {
	exempt, known := cycloneStates()[v.Analysis.State]
	if !known {
		d.problem(path, "the analysis of %s has the unknown state %q and accepts nothing", cut(v.ID, maxName), cut(v.Analysis.State, maxName))
		return
	}
	s := Statement{
		Name: v.ID, Exempt: exempt, Author: doc.author(),
		Reason: because(v.Analysis.State, strings.ReplaceAll(v.Analysis.Justification, "_", " "), v.Analysis.Detail),
		Time:   firstTime(v.Analysis.Updated, v.Updated, doc.Metadata.Timestamp),
	}
	if len(v.Affects) == 0 {
		d.problem(path, "the analysis of %s names no component and accepts nothing", cut(v.ID, maxName))
	}
	for _, a := range v.Affects {
		s.Product = component(a.Ref, refs)
		if len(a.Versions) == 0 {
			d.add(path, s)
		}
		for _, version := range a.Versions {
			if version.Version == "" || version.Status != "unaffected" && s.Exempt {
				d.problem(path, "the analysis of %s names versions otherwise than one by one as unaffected, which accepts nothing", cut(v.ID, maxName))
				continue
			}
			one := s
			one.Product = withVersion(s.Product, version.Version)
			d.add(path, one)
		}
	}
}

// component is the package URL behind a reference: to a component of this document, or
// to one of another, whose reference is a package URL.
func component(ref string, refs map[string]string) string {
	if purl := refs[ref]; purl != "" {
		return purl
	}
	if _, fragment, ok := strings.Cut(ref, "#"); ok && strings.HasPrefix(ref, "urn:cdx:") {
		if text, err := url.PathUnescape(fragment); err == nil {
			return text
		}
	}
	return ref
}

func (d *cycloneDocument) author() string {
	for _, a := range d.Metadata.Authors {
		if a.Name != "" {
			return a.Name
		}
	}
	if d.Metadata.Maker.Name != "" {
		return d.Metadata.Maker.Name
	}
	return d.Metadata.Supplier.Name
}
