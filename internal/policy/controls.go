package policy

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Words that a control may use.
var (
	tiers     = []string{"guide", "derived", "beyond"}
	assessors = []string{"rule", "registry", "probe", "host", "evidence"}
)

// framework is one file below controls/.
type framework struct {
	Framework string            `yaml:"framework"`
	Title     string            `yaml:"title"`
	Version   string            `yaml:"version"`
	Controls  []finding.Control `yaml:"controls"`
}

// LoadControls reads the control lists of a pack, file by file in the order of names.
// It compiles nothing and is cheap.
func LoadControls(fsys fs.FS) ([]finding.Control, error) {
	files, err := fs.Glob(fsys, "controls/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list controls: %w", err)
	}
	var all []finding.Control
	for _, name := range files {
		controls, err := readControls(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, controls...)
	}
	return all, nil
}

func readControls(fsys fs.FS, name string) ([]finding.Control, error) {
	data, err := readFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var f framework
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if f.Framework == "" {
		return nil, fmt.Errorf("framework is missing")
	}
	for i := range f.Controls {
		f.Controls[i].Framework = f.Framework
		if err := checkControl(f.Controls[i]); err != nil {
			return nil, err
		}
	}
	return f.Controls, nil
}

func checkControl(c finding.Control) error {
	switch {
	case c.ID == "":
		return fmt.Errorf("a control without an id: %q", c.Title)
	case c.Title == "":
		return fmt.Errorf("control %s has no title", c.ID)
	case c.Tier != "" && !slices.Contains(tiers, c.Tier):
		return fmt.Errorf("control %s: tier %q is none of %v", c.ID, c.Tier, tiers)
	}
	for _, a := range c.Assessed {
		if !slices.Contains(assessors, a) {
			return fmt.Errorf("control %s: assessed %q is none of %v", c.ID, a, assessors)
		}
	}
	for _, p := range c.Proof {
		if !slices.Contains(c.Assessed, p) {
			return fmt.Errorf("control %s: proof %q is none of assessed %v", c.ID, p, c.Assessed)
		}
	}
	return nil
}
