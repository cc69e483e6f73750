package discover

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
)

// fetchedOf lists the messages of what comes from elsewhere, with their places.
func fetchedOf(p *plan.Plan) (out []string) {
	for _, x := range p.Problems {
		if x.Rule == gap.RemoteSource {
			out = append(out, x.Location.URI+": "+x.Message)
		} else {
			out = append(out, x.Rule+": "+x.Message)
		}
	}
	return out
}

const notHere = ", which is not in this repository and was not judged"

const application = `-- app.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: 'https://git.example.org/shop.git', path: deploy, targetRevision: v1}
`

const release = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: data}
spec:
  chart:
    spec: {chart: postgres, version: "1.2", sourceRef: {kind: HelmRepository, name: charts}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: data}
spec: {url: 'https://charts.example.org'}
`

const generator = `
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: all, namespace: flux}
spec:
  artifacts:
    - name: apps
      copy:
        - {from: '@mono/apps/live/**', to: '@artifact/live/'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux}
spec:
  path: ./live/eu
  sourceRef: {kind: ExternalArtifact, name: apps}
`

func TestElsewhere(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	for name, test := range map[string]recognition{
		"Argo CD":            {application, []string{"app.yaml: Argo CD deploys the path deploy of https://git.example.org/shop.git, version v1" + notHere}},
		"Argo CD, here":      {application + "-- deploy/pod.yaml --\n" + pod, nil},
		"ApplicationSet":     {"-- s.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n  template:\n    spec:\n      source: {repoURL: 'https://charts.example.org', chart: redis, targetRevision: 1.0.0}\n", []string{"s.yaml: Argo CD deploys the chart redis of https://charts.example.org, version 1.0.0" + notHere}},
		"Flux, one for both": {"-- r.yaml --\n" + release, []string{"r.yaml: Flux deploys the chart postgres of https://charts.example.org, version 1.2" + notHere}},
		"Flux, OCI":          {"-- r.yaml --\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chartRef: {kind: OCIRepository, name: o}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: o}\nspec: {url: 'oci://r.example.org/a', ref: {tag: 1.0.0}}\n", []string{"r.yaml: Flux deploys oci://r.example.org/a, version 1.0.0" + notHere}},
		"Flux, generated":    {"-- r.yaml --\n" + generator, []string{"r.yaml: Flux deploys the path apps/live/eu" + notHere}},
		"Flux, here":         {"-- r.yaml --\n" + generator + "-- apps/live/eu/pod.yaml --\n" + pod, nil},
		"overlays": {
			"-- base/r.yaml --\n" + release + "-- base/kustomization.yaml --\nresources: [r.yaml]\n" +
				"-- a/kustomization.yaml --\nresources: [../base]\n-- b/kustomization.yaml --\nresources: [../base]\npatches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - {op: replace, path: /spec/chart/spec/version, value: '1.3'}\n",
			[]string{"base/r.yaml: Flux deploys the chart postgres of https://charts.example.org, version 1.2 and 1.3" + notHere},
		},
		"helmfile":           {"-- helmfile.yaml --\nrepositories:\n  - {name: x, url: 'https://charts.example.org'}\nreleases:\n  - {name: db, chart: x/postgres, version: 1.0.0}\n", []string{"helmfile.yaml: Helmfile deploys the chart postgres of https://charts.example.org, version 1.0.0" + notHere}},
		"helm in a script":   {"-- up.sh --\nhelm repo add x https://charts.example.org\nhelm upgrade --install db x/postgres --version 1.0.0\n", []string{"up.sh: Helm deploys the chart postgres of https://charts.example.org, version 1.0.0" + notHere}},
		"helm in a pipeline": {"-- .gitlab-ci.yml --\nup:\n  script: [helm upgrade --install db x/postgres]\n", []string{".gitlab-ci.yml: Helm deploys the chart x/postgres" + notHere}},
		"helm, here":         {"-- .gitlab-ci.yml --\nup:\n  script: [helm upgrade --install db ops/db]\n-- ops/db/Chart.yaml --\nname: db\nversion: 1.0.0\n", nil},
		"kubectl":            {"-- up.sh --\nkubectl apply -f https://example.org/a.yaml\n", []string{"up.sh: kubectl applies https://example.org/a.yaml" + notHere}},
		"kubectl delete":     {"-- up.sh --\nkubectl delete -f https://example.org/a.yaml\n", nil},
		"kubectl -k":         {"-- up.sh --\nkubectl apply -k https://github.com/a/b//c?ref=v1\n", []string{"up.sh: kustomize applies https://github.com/a/b//c?ref=v1" + notHere}},
		"Terraform":          {"-- a.tf --\nresource \"helm_release\" \"db\" {\n  name = \"db\"\n  repository = \"https://charts.example.org\"\n  chart = \"postgres\"\n}\n", []string{"a.tf: Terraform deploys the chart postgres of https://charts.example.org" + notHere}},
		"prose":              {"-- README.md --\nhelm install x/postgres\nkubectl apply -f https://example.org/a.yaml\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, fetchedOf(buildPlan(t, rendertest.Unpack(test.files)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOperated finds the images that custom objects name for their operators.
func TestOperated(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string][]string{
		"apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {image: 'quay.io/prometheus/prometheus:v3.1.0'}\n": {"quay.io/prometheus/prometheus:v3.1.0"},
		"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec: {imageName: 'ghcr.io/cloudnative-pg/postgresql:17'}\n":   {"ghcr.io/cloudnative-pg/postgresql:17"},
		"apiVersion: apps.example.org/v1\nkind: Shop\nspec: {web: {containers: [{name: a, image: 'a:1'}]}}\n":             {"a:1"},
		"apiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImageRepository\nspec: {image: ghcr.io/a/b}\n":                nil,
		"apiVersion: catalog.example.org/v1\nkind: Card\nspec: {image: logo}\n":                                           nil,
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {image: 'a:1'}\n":                                         nil,
		"apiVersion: skaffold/v4beta11\nkind: Config\nbuild: {artifacts: [{image: 'a/b'}]}\n":                             nil,
	} {
		var got []string
		for _, im := range buildPlan(t, map[string]string{"a.yaml": spec}).Images {
			got = append(got, im.Ref)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s%s", spec, diff)
		}
	}
}

// TestSkaffoldFillsImages: what Skaffold builds and puts into its manifests is not pulled;
// what others deploy is.
func TestSkaffoldFillsImages(t *testing.T) {
	t.Parallel()
	const pods = "-- ops/a.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: cart}, {name: b, image: redis}]}\n" +
		"-- other/a.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: cart}]}\n"
	const skaffold = "-- skaffold.yaml --\napiVersion: skaffold/v4beta11\nkind: Config\nbuild: {artifacts: [{image: cart}]}\n"
	for manifests, want := range map[string][]string{
		"manifests: {rawYaml: [ops/*.yaml]}\n":   {"ops/a.yaml cart"},
		"manifests: {kustomize: {paths: [x]}}\n": {"ops/a.yaml cart", "other/a.yaml cart"},
		"":                                       nil,
	} {
		var got []string
		for _, im := range buildPlan(t, rendertest.Unpack(skaffold+manifests+pods)).Images {
			if im.BuiltBy != "" {
				got = append(got, im.Location.URI+" "+im.Ref)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s%s", manifests, diff)
		}
	}
}

// TestValuesOfCommands renders a chart with the values that a command names.
func TestValuesOfCommands(t *testing.T) {
	t.Parallel()
	const chart = "-- c/Chart.yaml --\napiVersion: v2\nname: c\nversion: 1.0.0\n-- c/values.yaml --\nimage: a:1\n-- live.yaml --\nimage: b:2\n" +
		"-- c/templates/p.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: {{ .Values.image | quote }}}]}\n"
	for script, want := range map[string]string{
		"-- up.sh --\nhelm upgrade --install c c -f live.yaml\n":         "b:2",
		"-- Makefile --\nup:\n\thelm install c ./c --values=live.yaml\n": "b:2",
		"-- up.sh --\nhelm install c c\n":                                "a:1",
	} {
		p := buildPlan(t, rendertest.Unpack(chart+script))
		if len(p.Images) == 0 || p.Images[0].Ref != want {
			t.Errorf("%s: %v", script, p.Images)
		}
	}
}
