package remote_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/remote"
	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/source"
)

// tree is a repository with these files and their directories.
func tree(files ...string) remote.Tree {
	return remote.Tree{Has: func(name string) bool {
		return slices.ContainsFunc(files, func(f string) bool { return f == name || strings.HasPrefix(f, name+"/") })
	}}
}

// show writes sources in one line each.
func show(sources []remote.Source) (out []string) {
	for _, s := range sources {
		line := fmt.Sprintf("%d %s %s", s.Place.Region.StartLine, s.Tool, s.Name)
		for _, p := range [...][2]string{
			{"chart", s.Chart}, {"path", s.Path}, {"repo", s.Repo}, {"version", s.Version}, {"local", s.Local},
			{"values", strings.Join(s.Values, " ")}, {"missing", strings.Join(s.MissingValues, " ")},
		} {
			if p[1] != "" {
				line += " " + p[0] + "=" + p[1]
			}
		}
		if s.Own {
			line += " own"
		}
		if s.Inline {
			line += " inline"
		}
		out = append(out, line)
	}
	return out
}

func objects(t *testing.T, text string) (out []remote.Object) {
	t.Helper()
	docs, err := source.Parse("a.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		v, _ := d.Value()
		if m, ok := v.(map[string]any); ok {
			out = append(out, remote.Object{Model: m, Locator: d})
		}
	}
	return out
}

func TestObjects(t *testing.T) {
	t.Parallel()
	const app = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n"
	known := tree("charts/web/Chart.yaml", "charts/web/prod.yaml", "env/v.yaml", "vendor/x/a.yaml")
	known.URLs = []string{"https://github.com/Acme/shop.git"}
	for name, tt := range map[string]struct {
		text string
		tree remote.Tree
		want []string
	}{
		"argo_chart":         {app + "  source:\n    repoURL: https://charts.example.org\n    chart: redis\n    targetRevision: 18.x\n    helm: {values: 'a: b'}\n", tree(), []string{"6 argocd a chart=redis repo=https://charts.example.org version=18.x inline"}},
		"argo_oci":           {app + "  source: {repoURL: registry.example.org/charts, chart: x, targetRevision: 1.0.0}\n", tree(), []string{"5 argocd a chart=x repo=registry.example.org/charts version=1.0.0"}},
		"argo_own":           {app + "  source: {repoURL: 'git@github.com:acme/shop.git', path: charts/web, helm: {valueFiles: [prod.yaml, no.yaml]}}\n", known, []string{"5 argocd a path=charts/web repo=git@github.com:acme/shop.git local=charts/web values=charts/web/prod.yaml missing=no.yaml own"}},
		"argo_path":          {app + "  source: {repoURL: 'https://example.org/x', path: charts/web}\n", tree("charts/web/Chart.yaml"), []string{"5 argocd a path=charts/web repo=https://example.org/x local=charts/web"}},
		"argo_other":         {app + "  source: {repoURL: 'https://github.com/acme/other', path: charts/web}\n", known, []string{"5 argocd a path=charts/web repo=https://github.com/acme/other"}},
		"argo_sources":       {app + "  sources:\n  - {repoURL: 'https://c.example', chart: r, helm: {valueFiles: [$v/env/v.yaml]}}\n  - {repoURL: 'https://github.com/acme/shop', ref: v}\n", known, []string{"6 argocd a chart=r repo=https://c.example values=env/v.yaml"}},
		"argo_set":           {"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec: {template: {spec: {source: {repoURL: 'https://x.example/y', path: '{{path}}'}}}}\n", tree(), []string{"4 argocd s path={{path}} repo=https://x.example/y"}},
		"argo_outside":       {app + "  source: {repoURL: 'https://x.example', path: ../../etc}\n", tree("etc"), []string{"5 argocd a path=../../etc repo=https://x.example"}},
		"flux_release":       {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: n}\nspec:\n  chart: {spec: {chart: redis, version: 18.x, sourceRef: {kind: HelmRepository, name: b, namespace: f}}}\n  values: {a: b}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: b, namespace: f}\nspec: {url: 'https://c.example'}\n", tree(), []string{"5 flux a chart=redis repo=https://c.example version=18.x inline"}},
		"flux_unknown":       {"apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chart: {spec: {chart: redis, sourceRef: {kind: HelmRepository, name: b}}}}\n", tree(), []string{"4 flux a chart=redis"}},
		"flux_oci":           {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chartRef: {kind: OCIRepository, name: o}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: o}\nspec: {url: 'oci://r.example/c', ref: {tag: v1}}\n", tree(), []string{"4 flux a repo=oci://r.example/c version=v1"}},
		"flux_git":           {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chart: {spec: {chart: ./charts/web, valuesFiles: [./charts/web/prod.yaml], sourceRef: {kind: GitRepository, name: g}}}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: g}\nspec: {url: 'ssh://git@github.com/acme/shop', ref: {branch: main}}\n", known, []string{"4 flux a path=./charts/web repo=ssh://git@github.com/acme/shop version=main local=charts/web missing=./charts/web/prod.yaml own"}},
		"flux_kustomization": {"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {path: ./env, sourceRef: {kind: GitRepository, name: g}}\n", tree("env/v.yaml"), []string{"4 flux k path=env local=env"}},
		"k3s":                {"apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: k}\nspec: {chart: traefik, repo: 'https://c.example', version: 1.0.0}\n", tree(), []string{"4 helm k chart=traefik repo=https://c.example version=1.0.0"}},
		"vendir":             {"apiVersion: vendir.k14s.io/v1alpha1\nkind: Config\ndirectories:\n- path: vendor\n  contents:\n  - path: x\n    git: {url: 'https://g.example/x', ref: v1}\n  - path: y\n    helmChart: {name: c, version: '1', repository: {url: 'https://c.example'}}\n  - path: z\n    directory: {path: q}\n", known, []string{"7 vendir  path=x repo=https://g.example/x version=v1 local=vendor/x", "9 vendir  chart=c path=y repo=https://c.example version=1"}},
		"pod":                {"apiVersion: v1\nkind: Pod\nspec: {source: {repoURL: x}}\n", tree(), nil},
		"other_application":  {"apiVersion: app.k8s.io/v1beta1\nkind: Application\nspec: {source: {repoURL: x}}\n", tree(), nil},
		"odd_shapes":         {app + "  source: []\n  sources: {a: b}\n", tree(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, show(remote.Objects(objects(t, tt.text), tt.tree))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, text string
		tree       remote.Tree
		want       []string
	}{
		"helmfile": {"ops/helmfile.yaml", "repositories: [{name: b, url: 'https://c.example'}]\nreleases:\n- {name: a, chart: b/redis, version: '1', values: [v.yaml, {a: b}, no.yaml]}\n- {name: l, chart: ./charts/l}\n- {name: o, chart: 'oci://r.example/c/o'}\n- {name: u, chart: bitnami/redis}\nhelmfiles: ['git::https://g.example/x.git@helmfile.yaml']\n", tree("ops/v.yaml", "ops/charts/l/Chart.yaml"),
			[]string{"3 helmfile a chart=redis repo=https://c.example version=1 values=ops/v.yaml missing=no.yaml inline", "4 helmfile l path=./charts/l local=ops/charts/l own", "5 helmfile o chart=o repo=oci://r.example/c/o", "6 helmfile u chart=bitnami/redis", "7 helmfile  repo=git::https://g.example/x.git@helmfile.yaml"}},
		"helmfile_d": {"helmfile.d/a.yaml", "releases: [{name: a, chart: x/y}]\n", tree(), []string{"1 helmfile a chart=x/y"}},
		"kustomize": {"o/kustomization.yaml", "helmCharts: [{name: c, repo: 'https://c.example', version: '1', releaseName: r, valuesFile: v.yaml}, {name: d}]\nresources:\n- a.yaml\n- ../base\n- https://raw.example.org/x/a.yaml\n- github.com/acme/x//deploy?ref=v1\n- https://github.com/acme/y//b?ref=main\n", tree("o/a.yaml", "base/k.yaml", "o/v.yaml", "o/charts/d/Chart.yaml"),
			[]string{"1 kustomize r chart=c repo=https://c.example version=1 values=o/v.yaml", "1 kustomize  chart=d local=o/charts/d own", "5 kustomize  repo=https://raw.example.org/x/a.yaml", "6 kustomize  path=deploy repo=github.com/acme/x version=v1", "7 kustomize  path=b repo=https://github.com/acme/y version=main"}},
		"kustomize_local": {"kustomization.yml", "resources: [missing.yaml, ../x, base]\n", tree(), nil},
		"chart": {"c/Chart.yaml", "dependencies:\n- {name: a, version: '1', repository: 'https://c.example'}\n- {name: p, version: 1.2.3, repository: 'oci://r.example'}\n- {name: f, repository: 'file://../f'}\n- {name: d, alias: e, repository: ''}\n", tree("c/charts/p-1.2.3.tgz", "f/Chart.yaml", "c/charts/d/Chart.yaml"),
			[]string{"2 helm a chart=a repo=https://c.example version=1", "3 helm p chart=p repo=oci://r.example version=1.2.3 local=c/charts/p-1.2.3.tgz own", "4 helm f chart=f path=../f repo=file://../f local=f own", "5 helm e chart=d local=c/charts/d own"}},
		"requirements": {"requirements.yaml", "dependencies: [{name: a, repository: '@b'}]\n", tree(), []string{"1 helm a chart=a repo=@b"}},
		"values":       {"values.yaml", "dependencies: [{name: a}]\nreleases: [{chart: a/b}]\n", tree(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := objects(t, tt.text)[0]
			if diff := cmp.Diff(tt.want, show(remote.Document(tt.file, o.Model, o.Locator, tt.tree))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	const script = "helm repo add b https://c.example\nhelm upgrade --install r b/redis --version 18 -f v.yaml -f no.yaml --set a=b\nhelm install l ./chart\nhelm template --repo https://d.example x redis\nhelm install o oci://r.example/o\nhelm lint chart\nhelm list -A\nhelm template $CHART\nkubectl apply -f x\n"
	cmds, err := shell.Parse(script, shell.Mode{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2 helm r chart=redis repo=https://c.example version=18 values=ops/v.yaml missing=no.yaml inline", "3 helm l path=./chart local=ops/chart own",
		"4 helm x chart=redis repo=https://d.example", "5 helm o chart=o repo=oci://r.example/o", "8 helm  chart=$CHART",
	}
	got := show(remote.Commands("a.sh", cmds, []string{".", "ops"}, tree("ops/v.yaml", "ops/chart/Chart.yaml")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTerraform(t *testing.T) {
	t.Parallel()
	const text = "resource \"helm_release\" \"a\" {\n  name = \"a\"\n  chart = \"redis\"\n  repository = \"https://c.example\"\n  version = \"1\"\n  values = [file(\"${path.module}/v.yaml\")]\n  set {\n    name = \"chart\"\n    version = \"no\"\n  }\n}\nresource \"aws_x\" \"b\" {\n  chart = \"no\"\n}\nresource \"helm_release\" \"c\" {\n  chart = \"${path.module}/chart\"\n}\n"
	want := []string{"1 terraform a chart=redis repo=https://c.example version=1 values=tf/v.yaml", "15 terraform c path=chart local=tf/chart own"}
	if diff := cmp.Diff(want, show(remote.Terraform("tf/a.tf", []byte(text), tree("tf/v.yaml", "tf/chart/Chart.yaml")))); diff != "" {
		t.Error(diff)
	}
	if got := remote.Terraform("a.tf", []byte("resource \"x\" \"helm_release\" {}\n"), tree()); got != nil {
		t.Errorf("found %v", got)
	}
}

func FuzzSources(f *testing.F) {
	f.Add("helmfile.yaml", "releases: [{name: a, chart: b/c, values: [d]}]")
	f.Add("kustomization.yaml", "resources: ['a.b/c//d?ref=e']\nhelmCharts: [{name: a}]")
	f.Add("Chart.yaml", "dependencies: [{name: a, repository: 'file://../b'}]")
	f.Add("a", "apiVersion: argoproj.io/v1\nkind: Application\nspec: {sources: [{repoURL: a, path: ../b, helm: {valueFiles: [$c/d]}}]}")
	f.Add("a", "apiVersion: vendir.k14s.io/v1\ndirectories: [{contents: [{git: {}}]}]")
	f.Add("a.tf", "resource \"helm_release\" \"a\" {\nchart = \"b\"\n}")
	f.Fuzz(func(t *testing.T, name, text string) {
		all := tree()
		all.Has = func(string) bool { return true }
		found := remote.Terraform(name, []byte(text), all)
		cmds, _ := shell.Parse(text, shell.Mode{})
		found = append(found, remote.Commands(name, cmds, []string{"."}, all)...)
		docs, _ := source.Parse(name, []byte(text))
		for _, d := range docs {
			v, _ := d.Value()
			if m, ok := v.(map[string]any); ok {
				found = append(found, remote.Objects([]remote.Object{{Model: m, Locator: d}}, all)...)
				found = append(found, remote.Document(name, m, d, all)...)
			}
		}
		for _, s := range found {
			if s.Tool == "" || s.Place.URI != name || strings.HasPrefix(s.Local, "../") || s.Local == ".." {
				t.Errorf("%+v", s)
			}
		}
	})
}
