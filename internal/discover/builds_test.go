package discover

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

func imageLines(p *plan.Plan, files map[string]string) (out []string) {
	for _, im := range p.Images {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s [%s] %s %q %s", im.Ref, im.Subject, im.Location, rendertest.Cut(files, im.Location), strings.Join(im.Unresolved, ","))))
	}
	return out
}

// The arguments of a build decide which image its Dockerfile pulls.
func TestBuildArguments(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(`
-- .env --
TAG=3.20
-- compose.yml --
services:
  a: {build: {context: app, args: {BASE: "debian:12", TAG: }}}
  b: {build: {context: app, args: ["BASE=alpine:${TAG}"]}}
  c: {build: {context: app, args: ["BASE=${UNKNOWN}"]}}
  d: {build: {context: app}}
  e: {build: {context: app, dockerfile: Other, additional_contexts: {base: ./x, tool: "docker-image://tool:1"}}}
-- app/Dockerfile --
ARG BASE=busybox
ARG TAG
FROM ${BASE} AS one
FROM redis:$TAG
-- app/Other --
FROM base
COPY --from=tool /a /b
COPY --from=other /a /b
-- lone/Dockerfile --
ARG BASE=busybox
FROM $BASE
`)
	want := []string{
		`debian:12 [one] app/Dockerfile:3:6 "${BASE}"`,
		`alpine:3.20 [one] app/Dockerfile:3:6 "${BASE}"`,
		`${UNKNOWN} [one] app/Dockerfile:3:6 "${BASE}" UNKNOWN`,
		`busybox [one] app/Dockerfile:3:6 "${BASE}"`,
		`redis:3.20 [1] app/Dockerfile:4:6 "redis:$TAG"`,
		`redis:$TAG [1] app/Dockerfile:4:6 "redis:$TAG" TAG`,
		`other [0] app/Other:3:13 "other"`,
		`tool:1 [e] compose.yml:6:103 "tool:1"`,
		`busybox [0] lone/Dockerfile:2:6 "$BASE"`,
	}
	if diff := cmp.Diff(want, imageLines(buildPlan(t, files), files)); diff != "" {
		t.Error(diff)
	}
}

// A Dockerfile inside of a Compose file has its places there.
func TestInlineDockerfile(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(`
-- compose.yml --
services:
  a:
    build:
      args: {BASE: "debian:12"}
      dockerfile_inline: |
        ARG BASE=busybox
        FROM $${BASE} AS é
        # note

        USER root
  b:
    build: {dockerfile_inline: "FROM alpine:3\nUSER root\n"}
  c:
    build:
      context: ..
      dockerfile_inline: |
        FROM $$X
        RUN <<E
`)
	p := buildPlan(t, files)
	want := []string{
		`debian:12 [a/é] compose.yml:7:9 "FROM $${BASE} AS é"`,
		`alpine:3 [b/0] compose.yml:12:32 "\"FROM alpine:3\\nUSER root\\n\""`,
	}
	if diff := cmp.Diff(want, imageLines(p, files)); diff != "" {
		t.Error(diff)
	}
	var problems []string
	for _, pr := range p.Problems {
		problems = append(problems, pr.Location.String()+" "+pr.Message)
	}
	if len(problems) != 2 || !strings.Contains(problems[0], `compose.yml:15:16 ".." leads out`) || !strings.Contains(problems[1], "compose.yml:18:9 ") {
		t.Errorf("problems %q", problems)
	}
	if len(p.Documents) != 3 || p.Documents[1].Owner != "a" || p.Documents[1].Kind != plan.Dockerfile {
		t.Fatalf("%d documents", len(p.Documents))
	}
	at, grade := p.Documents[1].Locator.Locate([]any{"stages", 0, "instructions", 0, "args", 0})
	if got := rendertest.Cut(files, at); got != "root" || grade != source.Exact {
		t.Errorf("got %s %q at %s", grade, got, at)
	}
	at, grade = p.Documents[2].Locator.Locate([]any{"stages", 0, "instructions", 0, "args", 0})
	if got := rendertest.Cut(files, at); !strings.HasPrefix(got, `"FROM alpine`) || grade != source.Item {
		t.Errorf("got %s %q at %s", grade, got, at)
	}
}

// Services of every profile are judged.
func TestProfiles(t *testing.T) {
	t.Parallel()
	doc := only(t, buildPlan(t, rendertest.Unpack("-- .env --\nCOMPOSE_PROFILES=x\n-- compose.yml --\nservices:\n  a: {image: a, profiles: [debug]}\n  b: {image: b, profiles: [x], depends_on: [a]}\n  c: {image: c}\n")))
	if got := decoded.Keys(doc.Model["services"].(map[string]any)); !cmp.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("services %v", got)
	}
}
