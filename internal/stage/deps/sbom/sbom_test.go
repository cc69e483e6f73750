package sbom_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/deps/sbom"
	"github.com/stella-ops/assure/internal/stage/deps/sbom/sbomtest"
)

// schemas is the directory with the schemas of the formats.
var schemas = filepath.Join("..", "..", "..", "..", "testdata")

var (
	created    = time.Date(2027, 1, 10, 6, 0, 0, 0, time.UTC)
	repository = sbom.Document{
		Name: "acme/shop", Version: "1.0", Created: created,
		Parts: []sbom.Part{
			{Kind: sbom.File, Name: "web/package-lock.json", Packages: []sbom.Package{
				{Name: "a", Version: "1.0.0", PURL: "pkg:npm/a@1.0.0", Needs: []string{"pkg:npm/b@2.0.0", "pkg:npm/b@2.0.0", "pkg:npm/gone@1", "pkg:npm/a@1.0.0"}},
				{Name: "b", Version: "2.0.0", PURL: "pkg:npm/b@2.0.0"},
			}},
			{Kind: sbom.Container, Name: "registry.example/app:1", PURL: "pkg:oci/app@sha256%3Aabc", Bill: sbom.Image("sha256:abc")},
			{Kind: sbom.File, Name: "bad \xff\x1b[31m name", Packages: []sbom.Package{{Name: "\xff", Version: strings.Repeat("é", 3000), PURL: "pkg:generic/x"}}},
		},
	}
	image = sbom.Document{
		Kind: sbom.Container, Name: "registry.example/app:1", PURL: "pkg:oci/app@sha256%3Aabc", Version: "1.0", Created: created, Incomplete: true,
		Parts: []sbom.Part{
			{Kind: sbom.System, Name: "debian 12.1", Packages: []sbom.Package{{Name: "libssl3", Version: "3.0.9-1", PURL: "pkg:deb/debian/libssl3@3.0.9-1"}}},
			{Kind: sbom.File, Name: "app/a.jar", Packages: []sbom.Package{{Name: "b", Version: "2.0.0", PURL: "pkg:maven/b/b@2.0.0"}}},
		},
	}
)

func TestDocumentsAreValid(t *testing.T) {
	for name, d := range map[string]sbom.Document{"repository": repository, "image": image, "empty": {Name: "x", Created: created}, "empty image": {Kind: sbom.Container, Created: created}} {
		t.Run(name, func(t *testing.T) {
			files, err := sbom.Files("bill", d)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if err := sbomtest.Validate(schemas, f); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
				f.Data = bytes.Replace(f.Data, []byte(`"name"`), []byte(`"nom"`), 1)
				if err := sbomtest.Validate(schemas, f); err == nil {
					t.Errorf("%s: the schema accepts anything", f.Name)
				}
			}
		})
	}
}

// spdx is the part of an SPDX document that says what is in what, and cyclone that of a
// CycloneDX document.
type spdx struct {
	Comment  string
	Packages []struct {
		SPDXID, Name string
		Purpose      string `json:"primaryPackagePurpose"`
	}
	Relationships []struct {
		From string `json:"spdxElementId"`
		Type string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	}
}

type cyclone struct {
	Metadata   struct{ Component struct{ Type, PURL string } }
	Components []struct {
		Ref        string `json:"bom-ref"`
		PURL, Type string
		Bills      []struct{ Type, URL string } `json:"externalReferences"`
	}
	Dependencies []struct {
		Ref       string
		DependsOn []string
	}
	Compositions []struct{ Aggregate string }
}

func read(t *testing.T, d sbom.Document) (s spdx, c cyclone) {
	t.Helper()
	files, err := sbom.Files("bill", d)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(json.Unmarshal(files[0].Data, &s), json.Unmarshal(files[1].Data, &c)); err != nil {
		t.Fatal(err)
	}
	again, err := sbom.Files("bill", d)
	if diff := cmp.Diff(files, again); diff != "" || err != nil {
		t.Errorf("the same input gives other bytes:\n%s", diff)
	}
	return s, c
}

// relations are the relationships by the names of what they relate.
func (s spdx) relations(t *testing.T) (all []string) {
	t.Helper()
	names := map[string]string{"SPDXRef-DOCUMENT": "document"}
	for _, p := range s.Packages {
		if names[p.SPDXID] != "" {
			t.Errorf("%s is there twice", p.SPDXID)
		}
		names[p.SPDXID] = strings.ToValidUTF8(p.Name, "?")
	}
	for _, r := range s.Relationships {
		if names[r.From] == "" || names[r.To] == "" {
			t.Errorf("%+v names nothing", r)
		}
		all = append(all, names[r.From]+" "+r.Type+" "+names[r.To])
	}
	slices.Sort(all)
	return all
}

func TestRepository(t *testing.T) {
	s, c := read(t, repository)
	want := []string{
		"a DEPENDS_ON b", "acme/shop CONTAINS bad \ufffd\x1b[31m name", "acme/shop CONTAINS web/package-lock.json", "acme/shop DEPENDS_ON registry.example/app:1",
		"bad \ufffd\x1b[31m name CONTAINS \ufffd", "document DESCRIBES acme/shop", "web/package-lock.json CONTAINS a", "web/package-lock.json CONTAINS b",
	}
	if diff := cmp.Diff(want, s.relations(t)); diff != "" {
		t.Error(diff)
	}
	count, needs, bills := map[string]int{}, map[string][]string{}, ""
	for _, c := range c.Components {
		count[c.Type]++
		for _, b := range c.Bills {
			bills += c.PURL + " " + b.Type + " " + b.URL
		}
	}
	for _, d := range c.Dependencies {
		needs[d.Ref] = d.DependsOn
	}
	if diff := cmp.Diff(map[string]int{"application": 2, "container": 1, "library": 3}, count); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"pkg:npm/b@2.0.0"}, needs["pkg:npm/a@1.0.0"]); diff != "" || len(needs["root"]) != 3 {
		t.Error(diff, needs)
	}
	if bills != "pkg:oci/app@sha256%3Aabc bom sbom/sha256-abc.cdx.json" {
		t.Errorf("bills %q", bills)
	}
	if s.Comment != "" || len(c.Compositions) > 0 {
		t.Errorf("said to be incomplete: %q %v", s.Comment, c.Compositions)
	}
}

func TestImage(t *testing.T) {
	s, c := read(t, image)
	want := []string{
		"app/a.jar CONTAINS b", "debian 12.1 CONTAINS libssl3", "document DESCRIBES registry.example/app:1",
		"registry.example/app:1 CONTAINS app/a.jar", "registry.example/app:1 CONTAINS debian 12.1",
	}
	if diff := cmp.Diff(want, s.relations(t)); diff != "" {
		t.Error(diff)
	}
	purposes := map[string]string{}
	for _, p := range s.Packages {
		purposes[p.Name] = p.Purpose
	}
	if diff := cmp.Diff(map[string]string{"registry.example/app:1": "CONTAINER", "debian 12.1": "OPERATING_SYSTEM", "app/a.jar": "APPLICATION", "libssl3": "LIBRARY", "b": "LIBRARY"}, purposes); diff != "" {
		t.Error(diff)
	}
	if root := c.Metadata.Component; root.Type != "container" || root.PURL != image.PURL {
		t.Errorf("root %+v", root)
	}
	if !strings.HasPrefix(s.Comment, "Incomplete") || len(c.Compositions) != 1 || c.Compositions[0].Aggregate != "incomplete" {
		t.Errorf("nobody says that it is incomplete: %q %v", s.Comment, c.Compositions)
	}
}

// TestTooLarge refuses what nobody can read; a part of it would pass for the whole.
func TestTooLarge(t *testing.T) {
	d := sbom.Document{Parts: []sbom.Part{{Packages: make([]sbom.Package, 250_001)}}}
	if files, err := sbom.Files("bill", d); !errors.Is(err, sbom.ErrTooLarge) || files != nil {
		t.Errorf("%d files, error %v", len(files), err)
	}
}
