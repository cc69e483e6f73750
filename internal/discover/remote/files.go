package remote

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/source"
)

// Document returns what a document of a tool's own file deploys: a helmfile, a
// kustomization or a Chart.yaml, by the name of the file.
func Document(name string, model map[string]any, at source.Locator, tree Tree) (out []Source) {
	dir, base := path.Dir(name), strings.ToLower(path.Base(name))
	switch {
	case strings.HasPrefix(base, "helmfile"), strings.Contains("/"+dir+"/", "/helmfile.d/"):
		out = helmfile(dir, model, tree)
	case base == "kustomization.yaml", base == "kustomization.yml", base == "kustomization":
		out = kustomization(dir, model, tree)
	case base == "chart.yaml", base == "requirements.yaml":
		out = chart(dir, model, tree)
	}
	out = out[:min(len(out), maxSources)]
	for i := range out {
		out[i].Place, _ = at.Locate(out[i].At)
	}
	return out
}

// helmfile reads the releases. A chart is a directory, a URL, or the name of a repository
// and a chart of it.
func helmfile(dir string, model map[string]any, tree Tree) (out []Source) {
	repos := map[string]string{}
	for _, r := range list(model["repositories"]) {
		repos[text(dig(r, "name"))] = text(dig(r, "url"))
	}
	for i, r := range list(model["releases"]) {
		m := dictionary(r)
		s := chartOf(Source{Tool: "helmfile", Name: text(m["name"]), Version: text(m["version"]), At: []any{"releases", i, "chart"}}, text(m["chart"]), dir, repos, tree)
		for _, v := range append(list(m["values"]), list(m["secrets"])...) {
			if file := text(v); file != "" {
				s = tree.values(s, dir, []string{file})
			} else {
				s.Inline = true
			}
		}
		out = append(out, s)
	}
	for i, h := range list(model["helmfiles"]) {
		if file := first(text(h), text(dig(h, "path"))); isURL(file) || strings.Contains(file, "::") {
			out = append(out, Source{Tool: "helmfile", Repo: file, At: []any{"helmfiles", i}})
		}
	}
	return out
}

// chartOf fills in where a chart comes from by the way it is written for Helm.
func chartOf(s Source, chart, dir string, repos map[string]string, tree Tree) Source {
	alias, name, ok := strings.Cut(chart, "/")
	switch local, here := tree.inTree(dir, chart); {
	case isURL(chart) || strings.Contains(chart, "::"):
		s.Repo, s.Chart = chart, path.Base(strings.TrimSuffix(chart, "/"))
	case ok && repos[alias] != "":
		s.Repo, s.Chart = repos[alias], name
	case here:
		s.Path, s.Local, s.Own = chart, local, true
	case strings.HasPrefix(chart, "."), path.IsAbs(chart):
		s.Path = chart
	default:
		s.Chart = chart
	}
	return s
}

// kustomization reads charts that it inflates and bases that it fetches.
func kustomization(dir string, model map[string]any, tree Tree) (out []Source) {
	home := first(text(dig(model, "helmGlobals", "chartHome")), "charts")
	for _, member := range [...]string{"helmCharts", "helmChartInflationGenerator"} {
		for i, c := range list(model[member]) {
			m := dictionary(c)
			name := first(text(m["name"]), text(m["chartName"]))
			s := Source{
				Tool: "kustomize", Name: text(m["releaseName"]), Chart: name, Version: first(text(m["version"]), text(m["chartVersion"])),
				Repo: first(text(m["repo"]), text(m["chartRepoUrl"])), Inline: m["valuesInline"] != nil, At: []any{member, i},
			}
			if local, ok := tree.present(path.Join(dir, first(text(m["chartHome"]), home)), name); ok {
				s.Local, s.Own = local, s.Repo == ""
			}
			files := texts(m["additionalValuesFiles"])
			if f := first(text(m["valuesFile"]), text(m["values"])); f != "" {
				files = append([]string{f}, files...)
			}
			out = append(out, tree.values(s, dir, files))
		}
	}
	for _, member := range [...]string{"resources", "bases", "components", "crds"} {
		for i, r := range list(model[member]) {
			if s, ok := base(text(r), dir, tree); ok {
				s.At = []any{member, i}
				out = append(out, s)
			}
		}
	}
	return out
}

// base reads a resource that Kustomize fetches: a URL, or a host and path with or
// without a scheme that is no file here.
func base(ref, dir string, tree Tree) (Source, bool) {
	if _, here := tree.inTree(dir, ref); here || ref == "" {
		return Source{}, false
	}
	host, _, _ := strings.Cut(ref, "/")
	if !isURL(ref) && !strings.Contains(ref, "::") && !strings.Contains(ref, "?ref=") && (!strings.Contains(host, ".") || strings.HasPrefix(host, ".") || host == ref) {
		return Source{}, false
	}
	repo, query, _ := strings.Cut(ref, "?")
	s := Source{Tool: "kustomize", Repo: repo}
	if i := strings.Index(strings.TrimPrefix(repo, "https://"), "//"); i >= 0 {
		i += len(repo) - len(strings.TrimPrefix(repo, "https://"))
		s.Repo, s.Path = repo[:i], repo[i+2:]
	}
	for _, q := range strings.Split(query, "&") {
		if k, v, _ := strings.Cut(q, "="); k == "ref" || k == "version" {
			s.Version = v
		}
	}
	return s, true
}

// chart reads the dependencies of a chart. One is here when it is a directory or a
// packed chart below charts.
func chart(dir string, model map[string]any, tree Tree) (out []Source) {
	for i, d := range list(model["dependencies"]) {
		m := dictionary(d)
		s := Source{Tool: "helm", Name: first(text(m["alias"]), text(m["name"])), Chart: text(m["name"]), Version: text(m["version"]), Repo: text(m["repository"]), At: []any{"dependencies", i, "name"}}
		if rel, ok := strings.CutPrefix(s.Repo, "file://"); ok {
			s.Path = rel
			if local, here := tree.present(dir, rel); here {
				s.Local, s.Own = local, true
			}
		}
		for _, name := range [...]string{s.Chart, s.Chart + "-" + strings.TrimPrefix(s.Version, "v") + ".tgz", s.Chart + "-" + s.Version + ".tgz"} {
			if local, here := tree.present(path.Join(dir, "charts"), name); here && s.Local == "" && s.Chart != "" {
				s.Local, s.Own = local, true
			}
		}
		out = append(out, s)
	}
	return out
}
