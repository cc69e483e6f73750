package discover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// stack is one and the same service, written in different ways. Wherever it stands, its
// model and the text at its places must not change.
var stacks = map[string]string{
	"one file": `
-- compose.yml --
services:
  web:
    image: acme/web:1
    user: "1000"
    read_only: true
    cap_drop: [ALL]
    environment: {MODE: prod, PASSWORD: hunter2}
    ports: ["127.0.0.1:8080:80"]
    command: [serve, --now]
`,
	"anchors": `
-- compose.yml --
x-base: &base
  user: "1000"
  cap_drop: &drop [ALL]
x-more: &more {read_only: true, user: "0"}
services:
  web:
    <<: [*base, *more]
    image: acme/web:1
    cap_drop: *drop
    environment: {MODE: prod, PASSWORD: hunter2}
    ports: ["127.0.0.1:8080:80"]
    command: [serve, --now]
`,
	"extends": `
-- compose.yml --
services:
  web:
    extends: {file: base/common.yml, service: middle}
    image: acme/web:1
    environment: {MODE: prod}
-- base/common.yml --
services:
  middle:
    extends: root
    environment: {PASSWORD: hunter2, MODE: test}
    read_only: true
  root:
    user: "1000"
    image: acme/other:1
    cap_drop: [ALL]
    ports: ["127.0.0.1:8080:80"]
    command: [serve, --now]
`,
	"include": `
-- compose.yml --
include:
  - path: [parts/web.yml, parts/more.yml]
-- parts/web.yml --
services:
  web:
    image: acme/web:1
    user: "1000"
    cap_drop: [ALL]
    environment: [MODE=test, PASSWORD=hunter2]
    ports: ["127.0.0.1:8080:80"]
-- parts/more.yml --
services:
  web:
    read_only: true
    environment: {MODE: prod}
    command: [serve, --now]
`,
	"override": `
-- docker-compose.yml --
services:
  web:
    image: acme/old:1
    user: "0"
    cap_drop: [ALL]
    environment: {MODE: test, PASSWORD: hunter2}
    command: [serve]
-- docker-compose.override.yml --
services:
  web:
    image: acme/web:1
    user: "1000"
    read_only: true
    environment: {MODE: prod}
    ports: ["127.0.0.1:8080:80"]
    command: [serve, --now]
`,
	"lists and long forms": `
-- compose.yaml --
services:
  web:
    image: acme/web:1
    user: "1000"
    read_only: true
    cap_drop:
      - ALL
    environment:
      - MODE=prod
      - PASSWORD=hunter2
    ports:
      - {target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp, mode: ingress}
    command: [serve, --now]
`,
	"variables": `
-- .env --
TAG=1
-- compose.yaml --
services:
  web:
    image: acme/web:${TAG}
    user: "${ID:-1000}"
    read_only: ${RO:-true}
    cap_drop: ["${CAP-ALL}"]
    environment: {MODE: "${MODE:-prod}", PASSWORD: hunter2}
    ports: ["127.0.0.1:${PORT:-8080}:80"]
    command: [serve, "${ARG:---now}"]
`,
	"COMPOSE_FILE": `
-- .env --
COMPOSE_FILE=a.yml:sub/b.yml
-- a.yml --
services:
  web: {image: acme/web:1, user: "1", environment: {PASSWORD: hunter2}, ports: ["127.0.0.1:8080:80"]}
-- sub/b.yml --
services:
  web: {user: "1000", read_only: yes, cap_drop: [ALL], environment: {MODE: prod}, command: [serve, --now]}
`,
}

func TestComposeForms(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"image": "acme/web:1", "user": "1000", "read_only": true, "cap_drop": []any{"ALL"},
		"environment": map[string]any{"MODE": "prod", "PASSWORD": "hunter2"},
		"ports": []any{map[string]any{
			"target": 80, "published": "8080", "host_ip": "127.0.0.1", "protocol": "tcp", "mode": "ingress",
		}},
		"command": []any{"serve", "--now"},
	}
	places := []struct {
		path  []any
		holds string
	}{
		{[]any{"image"}, "acme/web:"},
		{[]any{"user"}, "1000"},
		{[]any{"read_only"}, ""},
		{[]any{"cap_drop", 0}, "ALL"},
		{[]any{"environment", "MODE"}, "prod"},
		{[]any{"environment", "PASSWORD"}, "hunter2"},
		{[]any{"ports", 0, "target"}, "80"},
		{[]any{"ports", 0, "host_ip"}, "127.0.0.1"},
		{[]any{"command", 0}, "serve"},
		{[]any{"command", 1}, "--now"},
	}
	for name, text := range stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := rendertest.Unpack(text)
			p := buildPlan(t, files)
			if len(p.Problems) > 0 || len(p.Documents) != 1 || len(p.Stacks) != 1 {
				t.Fatalf("problems %v, %d documents, %d stacks", p.Problems, len(p.Documents), len(p.Stacks))
			}
			doc := p.Documents[0]
			if diff := cmp.Diff(map[string]any{"web": want}, doc.Model["services"]); diff != "" {
				t.Error(diff)
			}
			for _, pl := range places {
				at, grade := doc.Locator.Locate(decoded.Join([]any{"services", "web"}, pl.path...))
				if got := rendertest.Cut(files, at); grade == source.Parent || !strings.Contains(got, pl.holds) {
					t.Errorf("%v: %s %s %q", pl.path, grade, at, got)
				}
			}
			at, grade := doc.Locator.Locate([]any{"services", "web", "init"})
			if got := rendertest.Cut(files, at); grade != source.Parent || got != "web" {
				t.Errorf("a missing key belongs to the service: %s %s %q", grade, at, got)
			}
			if len(p.Images) != 1 || p.Images[0].Ref != "acme/web:1" || p.Images[0].Built {
				t.Errorf("images %+v", p.Images)
			}
			if len(p.Endpoints) != 1 || p.Endpoints[0].Port != 80 || !p.Endpoints[0].Published {
				t.Errorf("endpoints %+v", p.Endpoints)
			}
		})
	}
}

func TestComposePlaces(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(`
-- compose.yml --
services:
  a:
    build: ./app
    dns: 1.1.1.1
    tmpfs: /run
    env_file: [a.env]
    secrets: [s, {source: t, target: /x}]
    volumes: ["v:/data", {type: bind, source: ./b, target: /b}]
    devices: ["/dev/x:/dev/y"]
    labels: [k=v]
    mem_limit: 1g
    cpus: 0.50
    init: yes
    extra_hosts: ["h:1.2.3.4"]
    logging: !reset null
    command: >-
      a long
      line
  b: {image: x, environment: {EMPTY: , N: 012}}
secrets: {s: {file: ./s}, t: {file: ./t}}
volumes: {v: {}}
`)
	doc := only(t, buildPlan(t, files))
	tests := []struct {
		path  []any
		want  string
		grade source.Grade
	}{
		{[]any{"services", "a", "build", "context"}, "./app", source.Item},
		{[]any{"services", "a", "build", "target"}, "build", source.Parent},
		{[]any{"services", "a", "dns", 0}, "1.1.1.1", source.Item},
		{[]any{"services", "a", "env_file", 0, "path"}, "a.env", source.Item},
		{[]any{"services", "a", "secrets", 0, "source"}, "s", source.Item},
		{[]any{"services", "a", "secrets", 1, "target"}, "/x", source.Exact},
		{[]any{"services", "a", "volumes", 0, "target"}, `"v:/data"`, source.Item},
		{[]any{"services", "a", "volumes", 1, "source"}, "./b", source.Exact},
		{[]any{"services", "a", "devices", 0, "target"}, `"/dev/x:/dev/y"`, source.Item},
		{[]any{"services", "a", "labels", "k"}, "k=v", source.Item},
		{[]any{"services", "a", "labels", "z"}, "labels", source.Parent},
		{[]any{"services", "a", "mem_limit"}, "1g", source.Exact},
		{[]any{"services", "a", "cpus"}, "0.50", source.Exact},
		{[]any{"services", "a", "init"}, "yes", source.Exact},
		{[]any{"services", "a", "logging"}, "a", source.Parent},
		{[]any{"services", "a", "command"}, ">-\n      a long\n      line", source.Exact},
		{[]any{"services", "a", "volumes"}, "volumes", source.Exact},
		{[]any{"services", "a", "volumes", 7}, "volumes", source.Parent},
		{[]any{"services", "a", "volumes", float64(1)}, "{type: bind, source: ./b, target: /b", source.Exact},
		{[]any{"services", "b"}, "b", source.Exact},
		{[]any{"services", "b", "environment", "EMPTY"}, "EMPTY", source.Exact},
		{[]any{"services", "c", "image"}, "services", source.Parent},
		{[]any{"networks", "x"}, "services", source.Parent},
		{[]any{"secrets", "s", "file"}, "./s", source.Exact},
		{nil, "services", source.Exact},
	}
	for _, tt := range tests {
		at, grade := doc.Locator.Locate(tt.path)
		if got := rendertest.Cut(files, at); strings.TrimSuffix(got, "}") != strings.TrimSuffix(tt.want, "}") || grade != tt.grade {
			t.Errorf("%v: got %s %q at %s, want %s %q", tt.path, grade, got, at, tt.grade, tt.want)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(`
-- compose.yml --
include: [a.yml, b.yml]
services:
  w: {image: w, user: "1", volumes: ["./d:/a"], environment: [K=1, L=2]}
-- compose.override.yml --
services:
  w: {user: , volumes: ["./d:/b"], environment: {K: 3}}
-- a.yml --
services: {x: {image: same}}
-- b.yml --
services: {x: {image: same, init: true}}
-- .env/pyvenv.cfg --
`)
	doc := only(t, buildPlan(t, files))
	for _, tt := range []struct {
		path []any
		want string
	}{
		{[]any{"w", "user"}, "compose.yml:3:23"},
		{[]any{"w", "volumes", 0, "target"}, "compose.yml:3:38"},
		{[]any{"w", "volumes", 1, "target"}, "compose.override.yml:2:25"},
		{[]any{"w", "environment", "K"}, "compose.override.yml:2:53"},
		{[]any{"w", "environment", "L"}, "compose.yml:3:68"},
		{[]any{"x", "image"}, "a.yml:1:23"},
		{[]any{"x", "init"}, "b.yml:1:35"},
	} {
		at, grade := doc.Locator.Locate(decoded.Join([]any{"services"}, tt.path...))
		if at.String() != tt.want || grade == source.Parent {
			t.Errorf("%v: got %s %s %q, want %s", tt.path, grade, at, rendertest.Cut(files, at), tt.want)
		}
	}
}

func only(t *testing.T, p *plan.Plan) plan.Document {
	t.Helper()
	if len(p.Documents) != 1 || len(p.Problems) != 0 {
		t.Fatalf("%d documents, problems %v", len(p.Documents), p.Problems)
	}
	return p.Documents[0]
}

func TestRaw(t *testing.T) {
	t.Parallel()
	doc := only(t, buildPlan(t, rendertest.Unpack(`
-- .env --
SECRET=s3cret
DIR=parts
-- compose.yml --
include: ["${DIR}/x.yml"]
services:
  a:
    image: ${IMG:-acme/${NAME:-web}:1}
    environment: [SECRET, "PRICE=5$$", "TOKEN=${SECRET}"]
    volumes: ["${DATA:-/d}:/data"]
    ports: ["${HOST:-127.0.0.1}:${PORT:-80}:80"]
    init: ${INIT:-true}
secrets:
  k: {environment: SECRET}
-- parts/x.yml --
services: {x: {image: "x:${TAG?no tag}"}}
`)))
	wantRaw := map[string]any{
		"image": "${IMG:-acme/${NAME:-web}:1}", "init": "${INIT:-true}",
		"environment": map[string]any{"SECRET": nil, "PRICE": "5$$", "TOKEN": "${SECRET}"},
		"volumes": []any{map[string]any{
			"type": "volume", "source": "${DATA:-/d}", "target": "/data", "volume": map[string]any{},
		}},
		"ports": []any{map[string]any{
			"target": 80, "published": "${PORT:-80}", "host_ip": "${HOST:-127.0.0.1}", "protocol": "tcp", "mode": "ingress",
		}},
	}
	if diff := cmp.Diff(wantRaw, decoded.At(doc.Raw, []any{"services", "a"})); diff != "" {
		t.Error(diff)
	}
	if got := decoded.At(doc.Model, []any{"services", "a", "image"}); got != "acme/web:1" {
		t.Errorf("image %v", got)
	}
	if got := decoded.At(doc.Model, []any{"services", "a", "environment"}); !cmp.Equal(got, map[string]any{"SECRET": "s3cret", "PRICE": "5$", "TOKEN": "s3cret"}) {
		t.Errorf("environment %v", got)
	}
	if got := decoded.At(doc.Model, []any{"secrets", "k"}); !cmp.Equal(got, map[string]any{"environment": "SECRET"}) {
		t.Errorf("the value of a secret must stay out of the model: %v", got)
	}
	var names []string
	for _, v := range doc.Variables {
		names = append(names, v.Name)
	}
	if diff := cmp.Diff([]string{"SECRET", "IMG", "NAME", "INIT", "HOST", "PORT", "DATA", "TAG"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestSets(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack(`
-- compose.yaml --
services: {a: {image: a}}
-- compose.prod.yml --
services: {a: {image: b, extends: {file: compose.common.yml, service: c}}}
-- compose.common.yml --
services: {c: {image: c}}
-- docker-compose.yml --
services: {d: {image: d}}
-- sub/compose.yml --
services: {s: {image: s}}
-- all/compose.yml --
include: [../sub/compose.yml]
-- ring/compose.x.yml --
services: {a: {image: a, extends: {file: compose.y.yml, service: b}}}
-- ring/compose.y.yml --
services: {b: {image: b}, c: {extends: {file: compose.x.yml, service: a}}}
-- .github/workflows/compose.yml --
on: push
jobs: {}
-- nets/compose.yml --
networks: {n: {}}
-- over/compose.yml --
services: {a: {image: a}, b: {image: b}}
-- over/compose.debug.yml --
services: {a: {command: [sh]}}
-- over/compose.other.yml --
services: {z: {image: z}}
`))
	var got [][]string
	for _, s := range p.Stacks {
		got = append(got, s.Files)
	}
	want := [][]string{{"compose.yaml"}, {"all/compose.yml"}, {"over/compose.yml"}, {"compose.prod.yml"}, {"docker-compose.yml"},
		{"over/compose.yml", "over/compose.debug.yml"}, {"over/compose.other.yml"}, {"ring/compose.x.yml"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(p.Problems) != 0 || len(p.Documents) != 9 {
		t.Errorf("problems %v, %d documents", p.Problems, len(p.Documents))
	}
}
