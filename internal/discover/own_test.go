package discover

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

func TestImageTags(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		words  []string
		want   []string
		pushes bool
	}{
		"build":        {[]string{"docker", "build", "-t", "app", "--tag=app:1", "-tapp:2", "--target", "x", "."}, []string{"app", "app:1", "app:2"}, false},
		"podman":       {[]string{"/usr/bin/podman", "image", "build", "--tag", "app", "."}, []string{"app"}, false},
		"buildx":       {[]string{"docker", "buildx", "build", "--push", "-t", "app", "."}, []string{"app"}, true},
		"push":         {[]string{"docker", "push", "app:1"}, []string{"app:1"}, true},
		"without tag":  {[]string{"docker", "build", "."}, nil, false},
		"cut":          {[]string{"docker", "build", "-t"}, nil, false},
		"other":        {[]string{"docker", "run", "-t", "app"}, nil, false},
		"not a docker": {[]string{"make", "build", "-t", "app"}, nil, false},
		"nothing":      {[]string{"docker"}, nil, false},
		"no words":     {nil, nil, false},
	} {
		got, pushes := imageTags(tt.words)
		if diff := cmp.Diff(tt.want, got); diff != "" || pushes != tt.pushes {
			t.Errorf("%s: pushes %t\n%s", name, pushes, diff)
		}
	}
}

// TestBuiltBy tells images that something in the repository builds by the very name from
// those that are pulled.
func TestBuiltBy(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack(`
-- Makefile --
all:
	docker build -t made -t made:1 .
	docker build -t published:1 . && docker push published:1
	docker build -t $(NAME) .
	docker build -t pinned@sha256:0000000000000000000000000000000000000000000000000000000000000000 .
-- .github/workflows/ci.yml --
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker build --tag flow:dev .
          docker compose up
-- compose.yaml --
services:
  a: {image: made}
  b: {image: "made:1"}
  c: {image: "made:2"}
  d: {image: "published:1"}
  e: {image: "flow:dev"}
  f: {build: ., image: "service:1"}
  g: {image: "service:1"}
  h: {image: "pinned@sha256:0000000000000000000000000000000000000000000000000000000000000000"}
  i: {image: "$NAME"}
  j: {image: nginx}
-- Dockerfile --
FROM made:latest
-- k8s.yaml --
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: made}]
`))
	got := map[string]string{}
	for _, im := range p.Images {
		if im.BuiltBy != "" || im.Fallback {
			got[im.Subject+" "+im.Ref] = im.BuiltBy
		}
	}
	want := map[string]string{
		"a made": "Makefile", "b made:1": "Makefile", "e flow:dev": ".github/workflows/ci.yml", "g service:1": "compose.yaml", "f service:1": "",
		"0 made:latest": "Makefile",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPullPolicies tells what Compose never pulls from what it asks a registry for first.
func TestPullPolicies(t *testing.T) {
	t.Parallel()
	const digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000"
	for service, want := range map[string]string{
		"build: ., image: a":                                         "otherwise",
		"build: ., image: a, pull_policy: missing":                   "otherwise",
		"build: ., image: a, pull_policy: if_not_present":            "otherwise",
		"build: ., image: a, pull_policy: build":                     "true",
		"build: ., image: a, pull_policy: never":                     "true",
		"build: ., image: a, pull_policy: always":                    "false",
		"build: ., image: a, pull_policy: daily":                     "false",
		"build: ., image: a, pull_policy: every_2h":                  "false",
		`build: ., image: a, pull_policy: "${POLICY:-build}"`:        "false",
		`build: ., image: "a` + digest + `"`:                         "false",
		`build: ., image: "a` + digest + `", pull_policy: build`:     "false",
		"image: a, pull_policy: never":                               "false",
		"image: a, pull_policy: build":                               "false",
		`image: a, pull_policy: build, build: {dockerfile: x/Other}`: "true",
	} {
		p := buildPlan(t, map[string]string{"compose.yaml": "services: {s: {" + service + "}}\n"})
		if len(p.Images) != 1 || built(p.Images[0]) != want {
			t.Errorf("%s: %+v, want %s", service, p.Images, want)
		}
	}
	tree := rendertest.Repository(t, map[string]string{"compose.yaml": "services: {s: {build: ., image: a, pull_policy: build}}\n"})
	p, err := Build(t.Context(), tree, config.Default(), plan.Event{Strict: true}, source.Selection{})
	if err != nil || built(p.Images[0]) != "otherwise" {
		t.Errorf("a stranger's: %+v, %v", p.Images, err)
	}
}

// TestStrangersBuildNothing does not believe the scripts of a fork.
func TestStrangersBuildNothing(t *testing.T) {
	t.Parallel()
	tree := rendertest.Repository(t, map[string]string{
		"build.sh":     "docker build -t stranger/app .\n",
		"compose.yaml": "services: {a: {image: stranger/app}}\n",
	})
	for fork, want := range map[bool]string{false: "build.sh", true: ""} {
		p, err := Build(t.Context(), tree, config.Default(), plan.Event{Name: "pull_request", Strict: fork}, source.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Images[0].BuiltBy; got != want {
			t.Errorf("fork %t: built by %q, want %q", fork, got, want)
		}
	}
}
