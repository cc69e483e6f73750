package policy

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/tools/txtar"
)

//go:embed scaffold/*.tmpl
var scaffolds embed.FS

// Scaffold returns the files of a new rule, by slash path below the pack's directory:
// a rule that loads, fires on its bad example and not on its good one, its test, and the
// pack's list of controls. The id is pack/kind/rule, in the built-in pack kind/rule.
func Scaffold(id string) (map[string]string, error) {
	pack, kind, base, err := splitID(id)
	if err != nil {
		return nil, err
	}
	values := struct{ Package, Control string }{
		strings.TrimPrefix(packageOf(pack, kind, base), "data."), "SHG-0.01",
	}
	files := map[string]string{}
	if pack != "" {
		values.Control = strings.ToUpper(pack) + "-1"
		files["controls/"+pack+".yaml"] = firstControl(pack, values.Control)
	}
	t, err := template.ParseFS(scaffolds, "scaffold/"+kind+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var text bytes.Buffer
	if err := t.Execute(&text, values); err != nil {
		return nil, fmt.Errorf("fill template: %w", err)
	}
	for _, f := range txtar.Parse(text.Bytes()).Files {
		files[path.Join(kind, base+map[string]string{"rule": ".rego", "test": "_test.rego"}[f.Name])] = string(f.Data)
	}
	return files, nil
}

// splitID reads a rule's id: two or three kebab-case words joined by slashes.
func splitID(id string) (pack, kind, base string, err error) {
	parts := strings.Split(id, "/")
	if len(parts) == 2 {
		parts = append([]string{""}, parts...)
	}
	if len(parts) != 3 {
		return "", "", "", fmt.Errorf("rule %q: write it as pack/kind/rule, for example acme/compose/owner-label", id)
	}
	for i, p := range parts {
		if !kebab.MatchString(p) && (i > 0 || p != "") {
			return "", "", "", fmt.Errorf("rule %q: %q must be lower-case words joined by hyphens", id, p)
		}
	}
	if !slices.Contains(Kinds[:], parts[1]) {
		return "", "", "", fmt.Errorf("rule %q: kind %q is none of %s", id, parts[1], strings.Join(Kinds[:], ", "))
	}
	return parts[0], parts[1], strings.ReplaceAll(parts[2], "-", "_"), nil
}

func firstControl(pack, id string) string {
	return fmt.Sprintf(`framework: %s
title: TODO name the document that these requirements come from
controls:
  - id: %s
    section: "1"
    title: TODO say what must be true
    severity: medium
    assessed: [rule]
`, pack, id)
}
