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

// TestWhatIsToBlame: a gap stands at what is wrong and nowhere else, names the service,
// and says why in one plain line; all that is right is judged.
func TestWhatIsToBlame(t *testing.T) {
	t.Parallel()
	const good = "services:\n  good: {image: \"a:1\"}\n"
	const unknown = "is not a key that Compose knows here; correct or remove it"
	const kind = "has a value of a kind that Compose does not accept here; see the Compose specification"
	const name = "is not a name that Compose accepts here; use letters, digits, dots, hyphens and underscores"
	for label, test := range map[string]struct {
		text string
		want []string
	}{
		"key of a mount":          {"  odd:\n    image: b:1\n    volumes: [{type: bind, source: /, target: /h, foo: 1}]\n", []string{"5:51 odd: \"foo\" " + unknown}},
		"key within a mount":      {"  odd:\n    image: b:1\n    volumes: [{type: bind, source: /, target: /h, bind: {propagation: shared, foo: 1}}]\n", []string{"5:79 odd: \"foo\" " + unknown}},
		"two keys of a mount":     {"  odd:\n    image: b:1\n    volumes: [{type: bind, source: /, target: /h, foo: 1, bar: 2}]\n", []string{"5:51 odd: \"foo\" " + unknown, "5:59 odd: \"bar\" " + unknown}},
		"many keys of a port":     {"  odd:\n    image: b:1\n    ports: [{target: 1, published: 2, a: 1, b: 2, c: 3}]\n", []string{"5:39 odd: \"a\" " + unknown, "5:45 odd: \"b\" " + unknown, "5:51 odd: \"c\" " + unknown}},
		"all sorts of a port":     {"  odd:\n    image: b:1\n    ports: [{target: 1, published: 2, a: 1, protocol: [b], mode: [c]}]\n", []string{"5:13 odd: this item holds keys or values that Compose does not accept here; see the Compose specification"}},
		"mount without a target":  {"  odd:\n    image: b:1\n    volumes: [{type: bind, source: /}]\n", []string{"5:15 odd: this item is not accepted by Compose: service volume services.odd.volumes.[0] is missing a mount target"}},
		"key of a port":           {"  odd:\n    image: b:1\n    ports: [{target: 1, published: 2, a: 1}]\n", []string{"5:39 odd: \"a\" " + unknown}},
		"build":                   {"  odd:\n    build: {context: ., foo: 1, args: {A: [b], C: d}}\n", []string{"4:25 odd: \"foo\" " + unknown, "4:43 odd: \"A\" is not accepted by Compose: services.odd.build.args.A must be a boolean, null, number or string"}},
		"deploy":                  {"  odd:\n    image: b:1\n    deploy: {replicas: 2, resources: {limits: {cpus: [1], memory: 1g}}}\n", []string{"5:54 odd: \"cpus\" is not accepted by Compose: services.odd.deploy.resources.limits.cpus must be a number or string"}},
		"healthcheck":             {"  odd:\n    image: b:1\n    healthcheck: {test: [CMD, a], foo: {a: b}}\n", []string{"5:35 odd: \"foo\" " + unknown}},
		"name of a service":       {"  my service:\n    image: b:1\n    privileged: true\n", []string{"3:3 my service: \"my service\" " + name}},
		"name of a network":       {"networks:\n  my net:\n    driver: x\n", []string{"4:3 my net: \"my net\" " + name}},
		"names that are accepted": {"networks: {a: {odd: 1}}\nvolumes: {a: {odd: 1}}\nsecrets: {a: {odd: 1}}\nconfigs: {a: {odd: 1}}\n", []string{"3:16 a: \"odd\" " + unknown, "4:15 a: \"odd\" " + unknown, "5:11 a: \"a\" holds a key that Compose does not know here; correct or remove it", "6:11 a: \"a\" holds a key that Compose does not know here; correct or remove it"}},
		"no number":               {"  odd:\n    image: b:1\n    cpus: abc\n", []string{"5:11 odd: \"cpus\" " + kind}},
		"no boolean":              {"  odd:\n    image: b:1\n    privileged: abc\n", []string{"5:17 odd: \"privileged\" " + kind}},
		"fraction of a port":      {"  odd:\n    image: b:1\n    ports: [1.5]\n", []string{"5:13 odd: this item " + kind}},
		"command":                 {"  odd:\n    image: b:1\n    command: {a: b}\n", []string{"5:14 odd: \"command\" " + kind}},
		"list for an image":       {"  odd:\n    image: [1]\n    privileged: true\n", []string{"4:12 odd: \"image\" is not accepted by Compose: services.odd.image must be a string"}},
		"circle":                  {"  odd: {image: \"b:1\", extends: other}\n  other: {image: \"b:1\", extends: odd}\n", []string{"3:32 odd: \"extends\" leads back to itself; break the circle"}},
		"circle of one":           {"  odd: {image: \"b:1\", extends: {service: odd}}\n", []string{"3:32 odd: \"extends\" leads back to itself; break the circle"}},
		"top key":                 {"servces: {}\n", []string{"3:1 servces: \"servces\" " + unknown}},
		"nothing":                 {"  odd:\n    image: b:1\n    volumes: [{type: bind, source: /, target: /h}]\n", nil},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			p := buildPlan(t, map[string]string{"compose.yml": good + test.text})
			var got []string
			for _, x := range p.Problems {
				got = append(got, fmt.Sprintf("%d:%d %s: %s", x.Location.Region.StartLine, x.Location.Region.StartColumn, x.Subject, x.Message))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !slices.Contains(servicesAndGaps(p), "good") {
				t.Error("the good service is not judged")
			}
		})
	}
}

// TestMountBesideBadKey: the mount itself is judged in spite of a key that it may not have.
func TestMountBesideBadKey(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, map[string]string{"compose.yml": "services:\n  a:\n    image: a:1\n    volumes: [{type: bind, source: /, target: /h, foo: 1}]\n"})
	got := decoded.At(p.Documents[0].Model, []any{"services", "a", "volumes"})
	want := []any{map[string]any{"type": "bind", "source": "/", "target": "/h"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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
