package sbom_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stella-ops/assure/internal/stage/deps/sbom"
)

// schemas are the files in testdata, by the URL under which they refer to each other.
var schemas = map[string]string{
	"http://spdx.org/rdf/terms/2.3":                    "spdx-2.3.schema.json",
	"http://cyclonedx.org/schema/bom-1.6.schema.json":  "cyclonedx-1.6.schema.json",
	"http://cyclonedx.org/schema/spdx.schema.json":     "cyclonedx-spdx.schema.json",
	"http://cyclonedx.org/schema/jsf-0.82.schema.json": "cyclonedx-jsf-0.82.schema.json",
}

func validate(t *testing.T, url string, data []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for url, name := range schemas {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

var document = sbom.Document{
	Name: "acme/shop", Version: "1.0", Created: time.Date(2027, 1, 10, 6, 0, 0, 0, time.UTC),
	Parts: []sbom.Part{
		{Name: "web/package-lock.json", Packages: []sbom.Package{
			{Name: "a", Version: "1.0.0", PURL: "pkg:npm/a@1.0.0", Needs: []string{"pkg:npm/b@2.0.0", "pkg:npm/b@2.0.0", "pkg:npm/gone@1", "pkg:npm/a@1.0.0"}},
			{Name: "b", Version: "2.0.0", PURL: "pkg:npm/b@2.0.0"},
		}},
		{Name: "registry.example/app:1", PURL: "pkg:oci/app@sha256%3Aabc", Packages: []sbom.Package{{Name: "b", Version: "2.0.0", PURL: "pkg:npm/b@2.0.0"}}},
		{Name: "bad \xff\x1b[31m name", Packages: []sbom.Package{{Name: "\xff", Version: strings.Repeat("é", 3000), PURL: "pkg:generic/x"}}},
	},
}

func TestDocumentsAreValid(t *testing.T) {
	for name, d := range map[string]sbom.Document{"full": document, "empty": {Name: "x", Created: document.Created}} {
		t.Run(name, func(t *testing.T) {
			files, err := sbom.Files(d)
			if err != nil {
				t.Fatal(err)
			}
			for i, url := range []string{"http://spdx.org/rdf/terms/2.3", "http://cyclonedx.org/schema/bom-1.6.schema.json"} {
				if err := validate(t, url, files[i].Data); err != nil {
					t.Errorf("%s: %v", files[i].Name, err)
				}
				if err := validate(t, url, bytes.Replace(files[i].Data, []byte(`"name"`), []byte(`"nom"`), 1)); err == nil {
					t.Errorf("%s: the schema accepts anything", files[i].Name)
				}
			}
		})
	}
}

func TestContent(t *testing.T) {
	files, err := sbom.Files(document)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := sbom.Files(document)
	if diff := cmp.Diff(files, again); diff != "" {
		t.Errorf("the same input gives other bytes:\n%s", diff)
	}
	var spdx struct {
		Packages []struct {
			SPDXID, Name string
			Refs         []struct {
				Locator string `json:"referenceLocator"`
			} `json:"externalRefs"`
		}
		Relationships []struct {
			From string `json:"spdxElementId"`
			Type string `json:"relationshipType"`
			To   string `json:"relatedSpdxElement"`
		}
	}
	if err := json.Unmarshal(files[0].Data, &spdx); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"SPDXRef-DOCUMENT": "document"}
	for _, p := range spdx.Packages {
		if names[p.SPDXID] != "" {
			t.Errorf("%s is there twice", p.SPDXID)
		}
		names[p.SPDXID] = strings.ToValidUTF8(p.Name, "?")
	}
	got := map[string]bool{}
	for _, r := range spdx.Relationships {
		if names[r.From] == "" || names[r.To] == "" {
			t.Errorf("%+v names nothing", r)
		}
		got[names[r.From]+" "+r.Type+" "+names[r.To]] = true
	}
	for _, want := range []string{
		"document DESCRIBES acme/shop", "acme/shop CONTAINS web/package-lock.json", "web/package-lock.json CONTAINS a",
		"web/package-lock.json CONTAINS b", "a DEPENDS_ON b", "registry.example/app:1 CONTAINS b",
	} {
		if !got[want] {
			t.Errorf("missing: %s", want)
		}
	}
	if n := strings.Count(string(files[0].Data), "DEPENDS_ON"); n != 1 {
		t.Errorf("%d dependencies, want 1", n)
	}
	var cyclone struct {
		Components   []struct{ PURL, Type string }
		Dependencies []struct {
			Ref       string
			DependsOn []string
		}
	}
	if err := json.Unmarshal(files[1].Data, &cyclone); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range cyclone.Components {
		count[c.Type]++
	}
	if diff := cmp.Diff(map[string]int{"application": 2, "container": 1, "library": 3}, count); diff != "" {
		t.Error(diff)
	}
	needs := map[string][]string{}
	for _, d := range cyclone.Dependencies {
		needs[d.Ref] = d.DependsOn
	}
	if diff := cmp.Diff([]string{"pkg:npm/b@2.0.0"}, needs["pkg:npm/a@1.0.0"]); diff != "" {
		t.Error(diff)
	}
}
