package discover

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// servicesAndGaps lists the services that were read in spite of what was not, and the
// gaps.
func servicesAndGaps(p *plan.Plan) (out []string) {
	for _, d := range p.Documents {
		services, _ := d.Model["services"].(map[string]any)
		out = append(out, decoded.Keys(services)...)
	}
	for _, x := range p.Problems {
		out = append(out, fmt.Sprintf("%s %s:%d", x.Rule, x.Location.URI, x.Location.Region.StartLine))
	}
	slices.Sort(out)
	return out
}

// TestOneBadItem: what does not load is a gap of its own, and the rest is judged.
func TestOneBadItem(t *testing.T) {
	t.Parallel()
	const good = "services:\n  good: {image: \"a:1\"}\n"
	for name, test := range map[string]recognition{
		"unknown key":        {"-- compose.yml --\n" + good + "  odd:\n    image: b:1\n    imagee: c\n", []string{"gap/compose-item compose.yml:5", "good", "odd"}},
		"unknown top key":    {"-- compose.yml --\n" + good + "servces: {}\n", []string{"gap/compose-item compose.yml:3", "good"}},
		"wrong type":         {"-- compose.yml --\n" + good + "  odd:\n    image: b:1\n    read_only: [maybe]\n", []string{"gap/compose-item compose.yml:5", "good", "odd"}},
		"bad port":           {"-- compose.yml --\n" + good + "  odd:\n    image: b:1\n    ports: ['80:80', 'a:b', '81:81']\n", []string{"gap/compose-item compose.yml:5", "good", "odd"}},
		"bad item of a list": {"-- compose.yml --\n" + good + "  odd:\n    image: b:1\n    cap_add:\n      - NET_ADMIN\n      - {a: b}\n", []string{"gap/compose-item compose.yml:7", "good", "odd"}},
		"two bad items":      {"-- compose.yml --\n" + good + "  odd:\n    image: b:1\n    ports:\n      - x:y\n      - 80:80\n      - z:z\n", []string{"gap/compose-item compose.yml:6", "gap/compose-item compose.yml:8", "good", "odd"}},
		"bad network":        {"-- compose.yml --\n" + good + "networks:\n  front: {}\n  back: {drivr: x}\n", []string{"gap/compose-item compose.yml:5", "good"}},
		"bad service":        {"-- compose.yml --\n" + good + "  odd: text\n", []string{"gap/compose-item compose.yml:3", "good"}},
		"a chain of extends": {"-- compose.yml --\nservices:\n  a: {image: \"a:1\", odd: 1}\n  b: {extends: a}\n  c: {extends: {service: b}, read_only: true}\n", []string{"a", "b", "c", "gap/compose-item compose.yml:2"}},
		"in an override":     {"-- compose.yml --\n" + good + "-- compose.override.yml --\nservices:\n  good: {odd: 1, read_only: true}\n", []string{"gap/compose-item compose.override.yml:2", "good"}},
		"under another name": {"-- stack.yml --\n" + good + "  odd: {image: \"b:1\", prots: []}\n", []string{"gap/compose-item stack.yml:3", "good", "odd"}},
		"nothing bad":        {"-- compose.yml --\n" + good + "  other: {image: \"b:1\", x-odd: 1}\nx-more: {}\n", []string{"good", "other"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, servicesAndGaps(buildPlan(t, rendertest.Unpack(test.files)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnsetVariables: a variable without a value, wherever it may stand, hides no service.
func TestUnsetVariables(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"depends_on":   "services:\n  a: {image: \"a:1\", depends_on: [\"${DB}\"]}\n  b: {image: \"b:1\"}\n",
		"long form":    "services:\n  a: {image: \"a:1\", depends_on: {b: {condition: \"${C}\"}}}\n  b: {image: \"b:1\"}\n",
		"networks":     "services:\n  a: {image: \"a:1\", networks: [\"${NET}\"]}\n  b: {image: \"b:1\"}\n",
		"ulimits":      "services:\n  a: {image: \"a:1\", ulimits: {nofile: \"${FILES}\"}}\n  b: {image: \"b:1\"}\n",
		"external":     "services:\n  a: {image: \"a:1\", networks: [n]}\n  b: {image: \"b:1\"}\nnetworks: {n: {external: \"${EXTERNAL}\"}}\n",
		"image":        "services:\n  a: {image: \"${IMAGE}\"}\n  b: {image: \"b:1\"}\n",
		"port":         "services:\n  a: {image: \"a:1\", ports: [\"${PORT}:80\"]}\n  b: {image: \"b:1\"}\n",
		"with a value": "services:\n  a: {image: \"a:1\", depends_on: [\"${DB:-b}\"]}\n  b: {image: \"b:1\"}\n",
	} {
		p := buildPlan(t, map[string]string{"compose.yml": text})
		if diff := cmp.Diff([]string{"a", "b"}, servicesAndGaps(p)); diff != "" {
			t.Errorf("%s: %s%v", name, diff, p.Problems)
		}
	}
}

// TestEmptyKustomizeLists: a list without items is one, and hides nothing.
func TestEmptyKustomizeLists(t *testing.T) {
	checkAll(t, map[string]recognition{
		"resources": {"-- kustomization.yaml --\nresources:\n  - pod.yaml\npatches:\nimages:\ncomponents:\n-- pod.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", []string{"kubernetes pod.yaml"}},
		"null":      {"-- kustomization.yaml --\nresources: [pod.yaml]\npatchesStrategicMerge: null\nconfigMapGenerator: ~\ncommonLabels:\n-- pod.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", []string{"kubernetes pod.yaml"}},
		"missing":   {"-- kustomization.yaml --\nresources: [no.yaml]\n", []string{"missing-file kustomization.yaml:1"}},
	})
}
