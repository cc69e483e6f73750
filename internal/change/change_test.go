package change_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/change"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

const (
	web = `
  web:
    image: docker.io/acme/web:1.0
    privileged: true
    environment: {MODE: fast, LEVEL: "3"}
    command: [serve, --port, "8080"]
`
	inside = `    container_name: web
    hostname: web.example.org
    labels: {route.web.rule: web.example.org, route.web.port: "80", route.web.tls: "yes"}
    volumes: ["web-data:/srv/web", "web-logs:/var/log/web"]
`
	db = `
  db:
    image: docker.io/library/postgres:16
    network_mode: host
    environment: {PGDATA: /data}
    restart: always
`
	pod = `apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: SPACE, labels: {app: NAME}}
spec:
  hostNetwork: true
  containers:
    - name: main
      image: docker.io/acme/IMAGE:1
      args: [serve, --port, "8080"]
      env: [{name: MODE, value: fast}]
      securityContext: {privileged: true}
`
	binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: NAME}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: IMAGE, namespace: SPACE}]
`
	dockerfile = "FROM docker.io/library/debian:12\nCOPY . /src\nRUN make -C /src install\nENV A=1 B=2\nCMD [\"/usr/bin/app\"]\n"
)

func services(all ...string) string { return "services:" + strings.Join(all, "") }

// called fills in a manifest.
func called(text, name, space, image string) string {
	return strings.NewReplacer("NAME", name, "SPACE", space, "IMAGE", image).Replace(text)
}

func with(text string, edits ...string) string {
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			panic("nothing to edit: " + edits[i])
		}
	}
	return strings.NewReplacer(edits...).Replace(text)
}

// TestMovesBringNothing moves, renames, splits and joins: nothing is introduced.
func TestMovesBringNothing(t *testing.T) {
	t.Parallel()
	shop := called(pod, "shop", "prod", "shop")
	cart := called(pod, "cart", "prod", "cart")
	for name, tt := range map[string]struct{ base, head files }{
		"nothing changed":          {files{"compose.yaml": services(web, db)}, files{"compose.yaml": services(web, db)}},
		"file renamed":             {files{"deploy/compose.yaml": services(web, db)}, files{"ops/compose.yaml": services(web, db)}},
		"file renamed and edited":  {files{"deploy/compose.yaml": services(web, db)}, files{"ops/compose.yml": services(with(web, "web:1.0", "web:1.1"), db)}},
		"project renamed":          {files{"a/compose.yaml": "name: one\n" + services(web)}, files{"b/compose.yaml": "name: two\n" + services(web)}},
		"services reordered":       {files{"compose.yaml": services(web, db)}, files{"compose.yaml": services(db, web)}},
		"service renamed":          {files{"compose.yaml": services(web, db)}, files{"compose.yaml": services(with(web, "  web:", "  site:"), db)}},
		"service renamed, bumped":  {files{"compose.yaml": services(web)}, files{"compose.yaml": services(with(web, "  web:", "  site:", "web:1.0", "web:2.0"))}},
		"service renamed, not all": {files{"compose.yaml": services(web + inside)}, files{"compose.yaml": services(with(web+inside, "  web:\n", "  site:\n"))}},
		"service cut and pasted":   {files{"a/compose.yaml": services(web, db), "b/compose.yaml": services(with(db, "db:", "dc:"))}, files{"a/compose.yaml": services(db), "b/compose.yaml": services(with(db, "db:", "dc:"), web)}},
		"file split":               {files{"a/compose.yaml": services(web, db)}, files{"web/compose.yaml": services(web), "db/compose.yaml": services(db)}},
		"files joined":             {files{"web/compose.yaml": services(web), "db/compose.yaml": services(db)}, files{"a/compose.yaml": services(web, db)}},
		"manifest moved":           {files{"a.yaml": shop}, files{"k8s/shop.yaml": shop}},
		"manifests split":          {files{"all.yaml": shop + "---\n" + cart}, files{"shop.yaml": shop, "cart.yaml": cart}},
		"manifests joined":         {files{"shop.yaml": shop, "cart.yaml": cart}, files{"all.yaml": cart + "---\n" + shop}},
		"object cut and pasted":    {files{"a.yaml": shop + "---\n" + cart, "b.yaml": called(pod, "x", "prod", "x")}, files{"a.yaml": shop, "b.yaml": called(pod, "x", "prod", "x") + "---\n" + cart}},
		"object renamed":           {files{"a.yaml": shop}, files{"a.yaml": with(shop, "name: shop", "name: store")}},
		"namespace renamed":        {files{"a.yaml": shop + "---\n" + cart}, files{"a.yaml": with(shop+"---\n"+cart, "prod", "live")}},
		"directory moved":          {files{"k/a.yaml": shop, "k/b.yaml": cart, "k/Dockerfile": dockerfile}, files{"deploy/k/a.yaml": shop, "deploy/k/b.yaml": cart, "deploy/k/Dockerfile": dockerfile}},
		"Dockerfile moved":         {files{"Dockerfile": dockerfile}, files{"build/app.Dockerfile": dockerfile}},
		"Dockerfile moved, bumped": {files{"Dockerfile": dockerfile}, files{"build/Dockerfile": with(dockerfile, "debian:12", "debian:13")}},
		"binding renamed":          {files{"a.yaml": called(binding, "one", "prod", "bot")}, files{"a.yaml": called(binding, "two", "prod", "bot")}},
	} {
		r := compared(t, tt.base, tt.head)
		if got := introduced(r); len(got) > 0 {
			t.Errorf("%s: introduced %q", name, got)
		}
		if len(r.Findings) == 0 || len(r.Fixed) > 0 {
			t.Errorf("%s: %d findings, fixed %d", name, len(r.Findings), len(r.Fixed))
		}
	}
}

// TestMovesHideNothing puts something bad in the place of something else that was bad.
func TestMovesHideNothing(t *testing.T) {
	t.Parallel()
	shop := called(pod, "shop", "prod", "shop")
	safe := with(called(pod, "shop", "dev", "shop"), "securityContext: {privileged: true}", "stdin: false")
	for name, tt := range map[string]struct {
		base, head files
		want       []string
	}{
		"another service for an old one": {files{"compose.yaml": services(web, db)}, files{"compose.yaml": services(with(web, "  web:", "  evil:", "acme/web:1.0", "evil/miner:9"), db)}, []string{"compose/privileged evil"}},
		"the same image for other ends":  {files{"compose.yaml": services(web)}, files{"compose.yaml": services(with(web, "  web:", "  evil:", "serve, --port, \"8080\"", "sh, -c, evil, now", "MODE: fast, LEVEL: \"3\"", "EVIL: yes"))}, []string{"compose/privileged evil"}},
		"the old name inside":            {files{"compose.yaml": services(web + inside)}, files{"compose.yaml": services(with(web+inside, "  web:\n", "  evil:\n", "acme/web:1.0", "evil/web:1.0"))}, []string{"compose/privileged evil"}},
		"another service in a new file":  {files{"a/compose.yaml": services(web)}, files{"b/compose.yaml": services(with(web, "  web:", "  evil:", "acme/web:1.0", "evil/miner:9"))}, []string{"compose/privileged evil"}},
		"a copy of a service":            {files{"compose.yaml": services(web)}, files{"compose.yaml": services(web, with(web, "  web:", "  two:"))}, []string{"compose/privileged two"}},
		"a copy of a file":               {files{"a/compose.yaml": services(web)}, files{"a/compose.yaml": services(web), "b/compose.yaml": services(web)}, []string{"compose/privileged web"}},
		"two for one":                    {files{"a.yaml": shop}, files{"b.yaml": shop, "c.yaml": shop}, []string{"kubernetes/privileged"}},
		"worse after the move":           {files{"compose.yaml": services(db)}, files{"ops/compose.yaml": services(db + "    privileged: true\n")}, []string{"compose/privileged db"}},
		"the privilege changes hands":    {files{"compose.yaml": services(web, db)}, files{"compose.yaml": services(with(web, "    privileged: true\n", ""), db+"    privileged: true\n")}, []string{"compose/privileged db"}},
		"another object for an old one":  {files{"a.yaml": shop}, files{"a.yaml": called(pod, "evil", "prod", "miner")}, []string{"kubernetes/privileged"}},
		"another namespace":              {files{"a.yaml": shop + "---\n" + called(pod, "x", "infra", "x")}, files{"a.yaml": with(shop, "prod", "infra") + "---\n" + called(pod, "x", "infra", "x")}, nil},
		"into the system's namespace":    {files{"a.yaml": shop}, files{"a.yaml": with(shop, "prod", "kube-system")}, nil},
		"namespaces swapped":             {files{"a.yaml": shop + "---\n" + safe}, files{"a.yaml": with(shop+"---\n"+safe, "prod", "dev", "dev", "prod")}, nil},
		"another account is admin":       {files{"a.yaml": called(binding, "one", "prod", "bot")}, files{"a.yaml": called(binding, "two", "prod", "evil")}, []string{"kubernetes/rbac-binding"}},
		"another Dockerfile":             {files{"a/Dockerfile": dockerfile}, files{"b/Dockerfile": with(dockerfile, "library/debian", "evil/base")}, []string{"dockerfile/user"}},
	} {
		got := strings.Join(introduced(compared(t, tt.base, tt.head)), "\n")
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: introduced %q, not %s", name, got, want)
			}
		}
	}
}

func TestTouched(t *testing.T) {
	t.Parallel()
	base := planOf(t, files{"a.yaml": "a: 1\nb: 2\nc: 3\n", "old.yaml": "aaaa: 1\nbbbb: 2\ncccc: 3\n"})
	head := planOf(t, files{"a.yaml": "a: 1\nb: 9\nc: 3\n", "new.yaml": "aaaa: 1\nbbbb: 2\ncccc: 4\n", "more.yaml": "z: 1\n"})
	c := change.Between(change.Side{Plan: base, Files: []string{"old.yaml"}}, change.Side{Plan: head, Files: []string{"new.yaml", "more.yaml"}})
	for _, tt := range []struct {
		file       string
		start, end int
		want       bool
	}{
		{"a.yaml", 1, 1, false}, {"a.yaml", 2, 2, true}, {"a.yaml", 1, 3, true}, {"a.yaml", 3, 3, false},
		{"new.yaml", 1, 2, false}, {"new.yaml", 3, 3, true}, {"more.yaml", 1, 1, true},
		{"a.yaml", 0, 0, true}, {"a.yaml", 2, 1, true}, {"a.yaml", 3, 9, true}, {"none.yaml", 1, 1, true},
	} {
		if got := c.Touched(tt.file, tt.start, tt.end); got != tt.want {
			t.Errorf("%s:%d-%d: %v", tt.file, tt.start, tt.end, got)
		}
	}
	if c.File("old.yaml") != "new.yaml" || c.File("a.yaml") != "a.yaml" || c.Identical("new.yaml") {
		t.Errorf("moved to %s", c.File("old.yaml"))
	}
}

// TestOneFileOneMove has two files that could be the same new one.
func TestOneFileOneMove(t *testing.T) {
	t.Parallel()
	text := "aaaa: 1\nbbbb: 2\ncccc: 3\n"
	base := planOf(t, files{"x/a.yaml": text, "x/b.yaml": text})
	head := planOf(t, files{"y/b.yaml": text})
	c := change.Between(change.Side{Plan: base, Files: []string{"x/a.yaml", "x/b.yaml"}}, change.Side{Plan: head, Files: []string{"y/b.yaml"}})
	got := []string{c.File("x/a.yaml"), c.File("x/b.yaml")}
	if !slices.Equal(got, []string{"x/a.yaml", "y/b.yaml"}) || !c.Identical("y/b.yaml") {
		t.Errorf("moved to %q", got)
	}
}

// TestKept edits files in which something was not seen: a gap stays what it was where the
// edit is about something else.
func TestKept(t *testing.T) {
	t.Parallel()
	shop, cart := called(pod, "shop", "prod", "shop"), called(pod, "cart", "prod", "cart")
	chart := "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n  - name: redis\n    version: 1.2.3\n    repository: https://charts.example.org\n"
	continued := "apply:\n\techo $(A)\n\thelm install x oci://example.org/x \\\n\t  --set a=$(A)\n\thelm install y oci://example.org/y \\\n\t  --set a=1\n\nother:\n\techo 1\n"
	application := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, annotations: {team: a}}\nspec:\n  source: {repoURL: https://example.org/shop, path: deploy, helm: {values: a}}\n" +
		"  destination: {namespace: shop}\n  syncPolicy: {automated: {prune: true}}\n"
	makefile := "apply:\n\tkubectl apply -f https://example.org/x.yaml\n\nother:\n\techo $(A)\n"
	for name, tt := range map[string]struct {
		file, base, head, rule string
		line                   int
		want                   bool
	}{
		"another service":         {"compose.yaml", services(web, db), services(web, with(db, "postgres:16", "postgres:17")), gap.UnknownValue, 4, true},
		"the service itself":      {"compose.yaml", services(web, db), services(with(web, "web:1.0", "web:1.1"), db), gap.UnknownValue, 4, false},
		"what the service merges": {"compose.yaml", "x-a: &a {image: acme/a:1}\nservices:\n  web:\n    <<: *a\n    restart: always\n", "x-a: &a {image: acme/a:2}\nservices:\n  web:\n    <<: *a\n    restart: always\n", gap.UnknownValue, 4, false},
		"services in one line":    {"compose.yaml", "services: {a: {image: acme/a:1}, b: {image: acme/b:1}}\n", "services: {a: {image: acme/a:1}, b: {image: acme/b:2}}\n", gap.UnknownValue, 1, false},
		"beside the services":     {"compose.yaml", services(web), "name: x\n" + services(web), gap.RemoteSource, 1, false},
		"another object":          {"a.yaml", shop + "---\n" + cart, shop + "---\n" + with(cart, "acme/cart:1", "acme/cart:2"), gap.CustomWorkload, 3, true},
		"the object itself":       {"a.yaml", shop + "---\n" + cart, shop + "---\n" + with(cart, "acme/cart:1", "acme/cart:2"), gap.CustomWorkload, 15, false},
		"how often it is fetched": {"app.yaml", application, with(application, "prune: true", "prune: false", "team: a", "team: b"), gap.RemoteSource, 5, true},
		"what is fetched":         {"app.yaml", application, with(application, "path: deploy", "path: debug"), gap.RemoteSource, 5, false},
		"with which values":       {"app.yaml", application, with(application, "values: a", "values: b"), gap.RemoteSource, 5, false},
		"into which namespace":    {"app.yaml", application, with(application, "namespace: shop", "namespace: kube-system"), gap.RemoteSource, 5, false},
		"who updates its images":  {"app.yaml", application, with(application, "team: a", "argocd-image-updater.argoproj.io/image-list: x=evil/x"), gap.RemoteSource, 5, false},
		"another gap of it":       {"app.yaml", application, with(application, "prune: true", "prune: false"), gap.CustomWorkload, 5, false},
		"the version of a chart":  {"Chart.yaml", chart, with(chart, "1.0.0", "1.0.1"), gap.RemoteSource, 5, true},
		"what the chart needs":    {"Chart.yaml", chart, with(chart, "1.2.3", "1.2.4"), gap.RemoteSource, 5, false},
		"another recipe":          {"Makefile", makefile, with(makefile, "echo", "print"), gap.RemoteSource, 2, true},
		"the recipe":              {"Makefile", makefile, with(makefile, "x.yaml", "y.yaml"), gap.RemoteSource, 2, false},
		"a recipe with variables": {"Makefile", makefile, with(makefile, "x.yaml", "y.yaml"), gap.RemoteSource, 5, false},
		"a command that goes on":  {"Makefile", continued, with(continued, "echo 1", "echo 2"), gap.RemoteSource, 3, false},
		"one with no variables":   {"Makefile", continued, with(continued, "echo 1", "echo 2"), gap.RemoteSource, 5, true},
		"another dependency":      {"requirements.txt", "a>=1\nb==1\n", "a>=1\nb==2\n", gap.UnpinnedVersion, 1, true},
		"the dependency":          {"requirements.txt", "a>=1\nb==1\n", "a>=2\nb==1\n", gap.UnpinnedVersion, 1, false},
		"a recipe loses a line":   {"Makefile", "apply:\n\texport A=1\n\thelm install y oci://example.org/y\n", "apply:\n\thelm install y oci://example.org/y\n", gap.RemoteSource, 2, false},
		"any other file":          {"notes.yaml", "a: 1\nb: 1\n", "a: 1\nb: 2\n", gap.UnknownValue, 1, false},
		"a line that is not":      {"compose.yaml", services(web), services(web), gap.UnknownValue, 99, false},
	} {
		c := change.Between(change.Side{Plan: planOf(t, files{tt.file: tt.base})}, change.Side{Plan: planOf(t, files{tt.file: tt.head})})
		at := finding.Location{URI: tt.file, Region: finding.Region{StartLine: tt.line, StartColumn: 3, EndLine: tt.line, EndColumn: 9}}
		if got := c.Kept(finding.Gap{Rule: tt.rule, Location: at}); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestKeptJobs edits a workflow and an action in which something was not seen.
func TestKeptJobs(t *testing.T) {
	t.Parallel()
	const (
		flow = "name: a\non: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: echo test\n" +
			"  ship:\n    runs-on: x\n    steps:\n      - run: echo ship\n      - run: helm install a oci://example.org/a\n      - run: helm install b oci://example.org/b --set c=$C\n"
		action = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: echo one\n      shell: bash\n    - run: helm install a oci://example.org/a\n      shell: bash\n"
	)
	flows, actions := ".github/workflows/ci.yaml", "ship/action.yml"
	needs := with(flow, "echo ship", "echo ${{ needs.test.outputs.x }}")
	for name, tt := range map[string]struct {
		file, base, head string
		line             int
		want             bool
	}{
		"another job":                {flows, flow, with(flow, "echo test", "go test ./..."), 12, true},
		"another job, a variable":    {flows, flow, with(flow, "echo test", "go test ./..."), 13, true},
		"another name":               {flows, flow, with(flow, "name: a", "name: b"), 13, true},
		"another step":               {flows, flow, with(flow, "echo ship", "make ship"), 12, true},
		"another step, a variable":   {flows, flow, with(flow, "echo ship", "echo C=1 >> $GITHUB_ENV"), 13, false},
		"the step":                   {flows, flow, with(flow, "oci://example.org/a", "oci://example.org/a --set privileged=true"), 12, false},
		"the job's settings":         {flows, flow, with(flow, "  ship:\n", "  ship:\n    env: {HELM_NAMESPACE: kube-system}\n"), 12, false},
		"settings of all jobs":       {flows, flow, with(flow, "jobs:", "env: {HELM_NAMESPACE: kube-system}\njobs:"), 12, false},
		"the triggers":               {flows, flow, with(flow, "on: push", "on: pull_request"), 12, false},
		"what another job hands out": {flows, needs, with(needs, "echo test", "echo other"), 12, false},
		"a job with a new name":      {flows, flow, with(flow, "  ship:", "  deliver:"), 12, false},
		"outside of jobs":            {flows, flow, with(flow, "echo test", "go test ./..."), 2, false},
		"a broken workflow":          {flows, flow, flow + "\t- x\n", 12, false},
		"a step of an action":        {actions, action, with(action, "echo one", "echo two"), 8, true},
		"what an action says":        {actions, action, with(action, "description: b", "description: c"), 8, true},
		"the step of an action":      {actions, action, with(action, "oci://example.org/a", "oci://example.org/b"), 8, false},
		"what an action takes":       {actions, action, with(action, "runs:", "inputs: {a: {default: b}}\nruns:"), 8, false},
	} {
		c := change.Between(change.Side{Plan: planOf(t, files{tt.file: tt.base})}, change.Side{Plan: planOf(t, files{tt.file: tt.head})})
		at := finding.Location{URI: tt.file, Region: finding.Region{StartLine: tt.line, StartColumn: 9, EndLine: tt.line, EndColumn: 12}}
		if got := c.Kept(finding.Gap{Rule: gap.RemoteSource, Location: at, Subject: "helm/x"}); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestKeptAddresses has commands that apply what an address serves: it is the same whatever
// stands around it, unless a variable decides which.
func TestKeptAddresses(t *testing.T) {
	t.Parallel()
	c := change.Between(change.Side{Plan: planOf(t, files{"a.sh": "a\n"})}, change.Side{Plan: planOf(t, files{"a.sh": "b\n"})})
	for subject, want := range map[string]bool{
		"kubectl https://example.org/v1/all.yaml": true, "kubectl https://example.org/$V/all.yaml": false, "kubectl https://example.org/" + "\u2026": false,
		"kubectl http://example.org/all.yaml": false, "helm/oci://example.org/a": false, "": false,
	} {
		g := finding.Gap{Rule: gap.RemoteSource, Location: finding.Top("a.sh"), Subject: subject}
		if got := c.Kept(g); got != want {
			t.Errorf("%q: %v", subject, got)
		}
	}
}

// TestAlike edits files that decide what a chart renders, and such that do not.
func TestAlike(t *testing.T) {
	t.Parallel()
	base := files{
		"c/Chart.yaml": "name: c\n", "c/values.yaml": "a: \"no\"\n", "c/README.md": "# c\n", "c/values.schema.json": "{}\n",
		"c/templates/NOTES.md": "a\n", "c/templates/a.yaml": "# {{ .Values.a }}\na: 1\n", "k/kustomization.yaml": "resources: [a.yaml]\n", "k/README.md": "a\n",
	}
	for name, tt := range map[string]struct {
		file, text, ask string
		want            bool
	}{
		"nothing":                 {"c/README.md", "# c\n", "c/", true},
		"a comment":               {"c/values.yaml", "# about a\na: \"no\"\n", "c/", true},
		"marks in a comment":      {"c/values.yaml", "# {{ a }}\na: \"no\"\n", "c/", true},
		"a word of a template":    {"c/templates/a.yaml", "# {{ .Values.a }}\na: 1\n", "c/", true},
		"one that asks oddly":     {"c/templates/a.yaml", "{{ (index . \"Files\").Get \"README.md\" }}\n", "c/", false},
		"one file":                {"c/values.yaml", "# about a\na: \"no\"\n", "c/values.yaml", true},
		"a value":                 {"c/values.yaml", "a: \"yes\"\n", "c/", false},
		"quotes":                  {"c/values.yaml", "a: no\n", "c/", false},
		"a comment of a template": {"c/templates/a.yaml", "a: 1\n", "c/", false},
		"what it says of itself":  {"c/README.md", "# d\n", "c/", true},
		"its schema":              {"c/values.schema.json", "{\"a\": 1}\n", "c/", true},
		"prose among templates":   {"c/templates/NOTES.md", "b\n", "c/", false},
		"a template that asks":    {"c/templates/a.yaml", "{{ .Files.Get \"README.md\" }}\n", "c/", false},
		"a new file":              {"c/templates/b.yaml", "b: 1\n", "c/", false},
		"prose without a chart":   {"k/README.md", "b\n", "k/", false},
		"nothing there":           {"k/README.md", "b\n", "x/", false},
	} {
		head := maps.Clone(base)
		head[tt.file] = tt.text
		c := change.Between(change.Side{Plan: planOf(t, base)}, change.Side{Plan: planOf(t, head)})
		if got := c.Alike(tt.ask); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
