// Package sbomtest checks bills of materials against the schemas of their formats.
package sbomtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stella-ops/assure/internal/finding"
)

// schemas are the files of the directory, by the URL under which they refer to each other.
var schemas = map[string]string{
	"http://spdx.org/rdf/terms/2.3":                    "spdx-2.3.schema.json",
	"http://cyclonedx.org/schema/bom-1.6.schema.json":  "cyclonedx-1.6.schema.json",
	"http://cyclonedx.org/schema/spdx.schema.json":     "cyclonedx-spdx.schema.json",
	"http://cyclonedx.org/schema/jsf-0.82.schema.json": "cyclonedx-jsf-0.82.schema.json",
}

// Validate checks the file against the schema of the format that its name says; dir
// holds the schemas.
func Validate(dir string, f finding.File) error {
	url := "http://spdx.org/rdf/terms/2.3"
	if strings.HasSuffix(f.Name, ".cdx.json") {
		url = "http://cyclonedx.org/schema/bom-1.6.schema.json"
	}
	schema, err := compile(dir, url)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Data))
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	return schema.Validate(doc)
}

func compile(dir, url string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for url, name := range schemas {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("read schema %s: %w", name, err)
		}
		if err := c.AddResource(url, doc); err != nil {
			return nil, fmt.Errorf("add schema %s: %w", name, err)
		}
	}
	return c.Compile(url)
}
