package discover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/gap"
)

// A deployment counts under any name, behind any padding, and when what starts it names a
// file that is not here.
func TestOddNames(t *testing.T) {
	t.Parallel()
	stack := "services:\n  web:\n    image: acme/web:1\n    privileged: true\n"
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: acme/p:1}]}\n"
	for name, tt := range map[string]struct {
		files  map[string]string
		images []string
		gaps   []string
	}{
		"configuration":         {map[string]string{"stack.conf": stack}, []string{"acme/web:1"}, nil},
		"no ending":             {map[string]string{"deploy/stack": stack}, []string{"acme/web:1"}, nil},
		"sample":                {map[string]string{"docker-compose.yml.example": stack}, []string{"acme/web:1"}, nil},
		"variable template":     {map[string]string{"stack.yml.tmpl": strings.Replace(stack, "web:1", "web:${TAG}", 1)}, []string{"acme/web:${TAG}"}, nil},
		"pod":                   {map[string]string{"pod.manifest": pod}, []string{"acme/p:1"}, nil},
		"template in braces":    {map[string]string{"pod.yaml.tpl": "{{ if .x }}\n" + pod + "{{ end }}\n"}, nil, []string{gap.TemplateUnread}},
		"padded":                {map[string]string{"stack.yml": "# " + strings.Repeat("x", 200<<10) + "\n" + stack}, []string{"acme/web:1"}, nil},
		"padded more":           {map[string]string{"stack.yml": strings.Repeat("# "+strings.Repeat("x", 1000)+"\n", 1100) + stack}, nil, []string{gap.TooLarge}},
		"padded beyond reading": {map[string]string{"stack.yml": strings.Repeat("# "+strings.Repeat("x", 1000)+"\n", 10600) + stack}, nil, []string{gap.TooLarge}},
		"padded JSON":           {map[string]string{"stack.json": `{"x": "` + strings.Repeat("x", 11<<20) + `", "services": {"web": {"image": "a"}}}`}, nil, []string{gap.TooLarge}},
		"large data":            {map[string]string{"data.json": `{"x": "` + strings.Repeat("x", 11<<20) + `"}`, "data.yaml": "a: " + strings.Repeat("x", 11<<20)}, nil, nil},
		"gone":                  {map[string]string{"Makefile": "up:\n\tdocker compose -f gone.cfg up\n"}, nil, []string{gap.MissingFile}},
		"elsewhere":             {map[string]string{"Makefile": "up:\n\tdocker compose -f gone.cfg up\n", "a/gone.cfg": "x=1\n"}, nil, nil},
		"settings":              {map[string]string{"nginx.conf": "events {}\nhttp { server { listen 80; } }\n", "LICENSE": "services: none\n", "app.cfg": "[services]\nimage: x\n"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := buildPlan(t, tt.files)
			var images, gaps []string
			for _, im := range p.Images {
				images = append(images, im.Ref)
			}
			for _, pr := range p.Problems {
				gaps = append(gaps, pr.Rule)
			}
			if diff := cmp.Diff(tt.images, images) + cmp.Diff(tt.gaps, gaps); diff != "" {
				t.Error(diff)
			}
		})
	}
}
