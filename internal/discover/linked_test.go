package discover

import "testing"

// TestLinksWrittenAsText: a file that holds the path of a Compose file and nothing else is
// a link on a system that makes none. Anything more is judged as what its name says.
func TestLinksWrittenAsText(t *testing.T) {
	const services = "services:\n  a:\n    image: b\n"
	for name, tt := range map[string]struct {
		files     map[string]string
		documents int
		problems  int
	}{
		"a link":                   {map[string]string{"compose.yaml": "deploy/c.yaml", "deploy/c.yaml": services}, 1, 0},
		"upwards":                  {map[string]string{"a/docker-compose.yml": "../b/stack.yml", "b/stack.yml": services}, 1, 0},
		"a whole line":             {map[string]string{"compose.yaml": "deploy/c.yaml\n", "deploy/c.yaml": services}, 1, 1},
		"to nowhere":               {map[string]string{"compose.yaml": "deploy/d.yaml", "deploy/c.yaml": services}, 1, 1},
		"to itself":                {map[string]string{"compose.yaml": "compose.yaml"}, 0, 1},
		"to each other":            {map[string]string{"compose.yaml": "docker-compose.yml", "docker-compose.yml": "compose.yaml"}, 0, 1},
		"to no Compose file":       {map[string]string{"compose.yaml": "notes.yaml", "notes.yaml": "a: b\n"}, 0, 1},
		"services that are a name": {map[string]string{"compose.yaml": "services: {a: {image: x}} #.yaml", "services: {a: {image: x}} #.yaml": services}, 2, 0},
	} {
		p := buildPlan(t, tt.files)
		if len(p.Documents) != tt.documents || len(p.Problems) < tt.problems || tt.problems == 0 && len(p.Problems) > 0 {
			t.Errorf("%s: %d documents, problems %v", name, len(p.Documents), p.Problems)
		}
		if name == "a link" && p.OutOfScope["compose.yaml"] == "" {
			t.Error("no reason why the link is not judged")
		}
	}
}
