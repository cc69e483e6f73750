package vex

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/package-url/packageurl-go"
)

// csafDocument is the part of a CSAF 2.0 document that says what is affected.
type csafDocument struct {
	Document struct {
		Publisher struct {
			Name string `json:"name"`
		} `json:"publisher"`
		Tracking struct {
			Current *time.Time `json:"current_release_date"`
		} `json:"tracking"`
	} `json:"document"`
	Tree struct {
		Branches      []csafBranch       `json:"branches"`
		Products      []csafProduct      `json:"full_product_names"`
		Relationships []csafRelationship `json:"relationships"`
	} `json:"product_tree"`
	Vulnerabilities []csafVulnerability `json:"vulnerabilities"`
}

type csafBranch struct {
	Branches []csafBranch `json:"branches"`
	Product  *csafProduct `json:"product"`
}

type csafProduct struct {
	ID     string `json:"product_id"`
	Helper struct {
		PURL string `json:"purl"`
	} `json:"product_identification_helper"`
}

type csafRelationship struct {
	Category  string      `json:"category"`
	Full      csafProduct `json:"full_product_name"`
	Component string      `json:"product_reference"`
	Product   string      `json:"relates_to_product_reference"`
}

type csafVulnerability struct {
	CVE string `json:"cve"`
	IDs []struct {
		Text string `json:"text"`
	} `json:"ids"`
	Status  map[string][]string `json:"product_status"`
	Flags   []csafRemark        `json:"flags"`
	Threats []csafRemark        `json:"threats"`
}

// csafRemark says something about some products.
type csafRemark struct {
	Label    string   `json:"label"`
	Category string   `json:"category"`
	Details  string   `json:"details"`
	Products []string `json:"product_ids"`
}

// csafStatuses are read in this order: what says affected comes last and so holds.
var csafStatuses = [...]struct {
	name   string
	exempt bool
}{
	{"known_not_affected", true}, {"fixed", true}, {"first_fixed", true},
	{"known_affected", false}, {"first_affected", false}, {"last_affected", false}, {"under_investigation", false},
}

func (d *document) csaf(data []byte) error {
	var doc csafDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	if len(doc.Vulnerabilities) == 0 {
		return errors.New("no vulnerabilities")
	}
	products := doc.products()
	for i, v := range doc.Vulnerabilities {
		for _, status := range csafStatuses {
			for _, id := range v.Status[status.name] {
				d.csafProduct([]any{"vulnerabilities", i}, Statement{
					Name: v.name(), Exempt: status.exempt, Author: doc.Document.Publisher.Name,
					Reason: because(status.name, v.why(id)...), Time: firstTime(doc.Document.Tracking.Current),
				}, id, products)
			}
		}
	}
	return nil
}

// csafProduct adds the statement on the product with the given id.
func (d *document) csafProduct(path []any, s Statement, id string, products map[string][]packages) {
	if len(products[id]) == 0 {
		d.problem(path, "the statement on %s names the product %q without package URL, and accepts nothing", cut(s.Name, maxName), cut(id, maxName))
	}
	for _, p := range products[id] {
		s.Product, s.Component = p.product, p.component
		d.add(path, s)
	}
}

func (v csafVulnerability) name() string {
	if v.CVE != "" || len(v.IDs) == 0 {
		return v.CVE
	}
	return v.IDs[0].Text
}

// why collects the flags and threats on a product.
func (v csafVulnerability) why(id string) (parts []string) {
	for _, f := range v.Flags {
		if len(f.Products) == 0 || slices.Contains(f.Products, id) {
			parts = append(parts, f.Label)
		}
	}
	for _, t := range v.Threats {
		if t.Category == "impact" && (len(t.Products) == 0 || slices.Contains(t.Products, id)) {
			parts = append(parts, t.Details)
		}
	}
	return parts
}

// packages is a product, or a component of a product.
type packages struct{ product, component string }

// products maps ids to package URLs. A component stands for itself within what it
// relates to.
func (d *csafDocument) products() map[string][]packages {
	byID := map[string][]packages{}
	add := func(p csafProduct) {
		if p.Helper.PURL != "" {
			byID[p.ID] = append(byID[p.ID], packages{product: p.Helper.PURL})
		}
	}
	for _, p := range d.Tree.Products {
		add(p)
	}
	for open := d.Tree.Branches; len(open) > 0; {
		b := open[0]
		open = append(open[1:], b.Branches...)
		if b.Product != nil {
			add(*b.Product)
		}
	}
	made := 0
	for _, r := range d.Tree.Relationships {
		add(r.Full)
		if r.Full.Helper.PURL != "" || !slices.Contains([]string{"default_component_of", "installed_on", "installed_with"}, r.Category) {
			continue
		}
		for _, product := range byID[r.Product] {
			for _, c := range byID[r.Component] {
				if made++; made > maxStatements {
					return byID
				}
				byID[r.Full.ID] = append(byID[r.Full.ID], packages{product.product, c.product})
			}
		}
	}
	return byID
}

// withVersion is a package URL with the version instead of its own.
func withVersion(purl, version string) string {
	p, err := packageurl.FromString(purl)
	if err != nil {
		return purl
	}
	p.Version = version
	return p.ToString()
}
