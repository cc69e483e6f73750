package vex

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// openDocument is an OpenVEX document, version 0.2.0 or 0.0.1.
type openDocument struct {
	Author     string          `json:"author"`
	Timestamp  *time.Time      `json:"timestamp"`
	Updated    *time.Time      `json:"last_updated"`
	Statements []openStatement `json:"statements"`
}

type openStatement struct {
	Vulnerability openVulnerability `json:"vulnerability"`
	Products      []openProduct     `json:"products"`
	// Subcomponents stand here in version 0.0.1.
	Subcomponents []openProduct `json:"subcomponents"`
	Status        string        `json:"status"`
	Justification string        `json:"justification"`
	Impact        string        `json:"impact_statement"`
	Notes         string        `json:"status_notes"`
	Timestamp     *time.Time    `json:"timestamp"`
	Updated       *time.Time    `json:"last_updated"`
}

// openVulnerability was a text before version 0.2.0.
type openVulnerability struct {
	Name    string   `json:"name"`
	ID      string   `json:"@id"`
	Aliases []string `json:"aliases"`
}

// UnmarshalJSON reads both forms.
func (v *openVulnerability) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &v.Name)
	}
	type plain openVulnerability
	return json.Unmarshal(data, (*plain)(v))
}

// id is the name under which databases list it, best a CVE.
func (v openVulnerability) id() string {
	for _, name := range append([]string{v.Name}, v.Aliases...) {
		if strings.HasPrefix(name, "CVE-") {
			return name
		}
	}
	return cmp.Or(v.Name, v.ID)
}

// openProduct was a text before version 0.2.0.
type openProduct struct {
	ID          string `json:"@id"`
	Identifiers struct {
		PURL string `json:"purl"`
	} `json:"identifiers"`
	Subcomponents []openProduct `json:"subcomponents"`
}

// UnmarshalJSON reads both forms.
func (p *openProduct) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &p.ID)
	}
	type plain openProduct
	return json.Unmarshal(data, (*plain)(p))
}

func (p openProduct) name() string {
	if p.Identifiers.PURL != "" {
		return p.Identifiers.PURL
	}
	return p.ID
}

var openStatuses = [...]string{"not_affected", "fixed", "affected", "under_investigation"}

func (d *document) openVEX(data []byte) error {
	var doc openDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	if len(doc.Statements) == 0 {
		return errors.New("no statements")
	}
	for i, s := range doc.Statements {
		path := []any{"statements", i}
		switch {
		case !slices.Contains(openStatuses[:], s.Status):
			d.problem(path, "the statement on %s has the unknown status %q and accepts nothing", cut(s.Vulnerability.id(), maxName), cut(s.Status, maxName))
		case len(s.Products) == 0:
			d.problem(path, "the statement on %s names no product and accepts nothing", cut(s.Vulnerability.id(), maxName))
		default:
			d.openProducts(path, doc, s)
		}
	}
	return nil
}

func (d *document) openProducts(path []any, doc openDocument, s openStatement) {
	made := Statement{
		Name: s.Vulnerability.id(), Exempt: s.Status == "not_affected" || s.Status == "fixed", Author: doc.Author,
		Reason: because(s.Status, s.Justification, s.Impact, s.Notes),
		Time:   firstTime(s.Updated, s.Timestamp, doc.Updated, doc.Timestamp),
	}
	for _, p := range s.Products {
		made.Product = p.name()
		parts := append(slices.Clone(p.Subcomponents), s.Subcomponents...)
		if len(parts) == 0 {
			made.Component = ""
			d.add(path, made)
		}
		for _, c := range parts {
			made.Component = c.name()
			if made.Component == "" {
				d.problem(path, "the statement on %s has a subcomponent without name, which accepts nothing", cut(made.Name, maxName))
				continue
			}
			d.add(path, made)
		}
	}
}

func firstTime(times ...*time.Time) time.Time {
	for _, t := range times {
		if t != nil {
			return *t
		}
	}
	return time.Time{}
}
