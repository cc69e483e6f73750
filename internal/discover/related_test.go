package discover

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

func TestComposeRelated(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack(`
-- .env --
# the tag
export TAG=1
NOTE="two
TAG=lines"
PASSWORD: hunter2
-- compose.yml --
include: [parts/cache.yml]
x-h: &hard
  user: "1"
  cap_drop: [ALL]
services:
  web:
    <<: *hard
    user: "0"
    image: acme/web:${TAG}
    environment: [PASSWORD, MODE=prod]
    command: [a, b]
    ports: ["80"]
  api:
    extends: {file: base.yml, service: base}
    environment: {MODE: x}
  twin: *hard
-- compose.override.yml --
services:
  web: {command: [c], ports: ["80", "81"], environment: {MODE: test}}
-- base.yml --
services:
  base: {extends: root, environment: {MODE: y}}
  root: {privileged: true, environment: {MODE: z}}
-- parts/cache.yml --
include: [deep.yml]
-- parts/deep.yml --
services: {cache: {image: "redis:${REDIS:-7}", user: "${TAG}"}}
`)
	doc := only(t, buildPlan(t, files))
	for _, tt := range []struct {
		path []any
		want []string
	}{
		{[]any{"web", "user"}, []string{`compose.yml:3:9 "1": the value here is overridden`}},
		{[]any{"web", "cap_drop", 0}, []string{"compose.yml:7:9 *hard: anchor hard is used here"}},
		{[]any{"web", "image"}, []string{".env:2:8 TAG: variable TAG is set here"}},
		{[]any{"web", "environment", "PASSWORD"}, []string{".env:5:1 PASSWORD: variable PASSWORD is set here"}},
		{[]any{"web", "environment", "MODE"}, []string{"compose.yml:10:29 MODE=prod: the value here is overridden"}},
		{[]any{"web", "environment"}, nil},
		{[]any{"web", "command", 0}, []string{"compose.yml:11:5 command: the value here is overridden"}},
		{[]any{"web", "ports", 0, "target"}, nil},
		{[]any{"web", "read_only"}, nil},
		{[]any{"api", "privileged"}, []string{"compose.yml:14:5 extends: extended here", "base.yml:2:10 extends: extended here"}},
		{[]any{"api", "environment", "MODE"}, []string{
			"base.yml:2:45 y: the value here is overridden", "base.yml:3:48 z: the value here is overridden",
		}},
		{[]any{"twin", "user"}, []string{"compose.yml:16:9 *hard: anchor hard is used here"}},
		{[]any{"twin", "init"}, []string{"compose.yml:2:6 &hard: anchor hard is defined here"}},
		{[]any{"cache", "image"}, []string{
			"compose.yml:1:11 parts/cache.yml: included here", "parts/cache.yml:1:11 deep.yml: included here",
		}},
		{[]any{"cache", "user"}, []string{
			"compose.yml:1:11 parts/cache.yml: included here", "parts/cache.yml:1:11 deep.yml: included here", ".env:2:8 TAG: variable TAG is set here",
		}},
	} {
		var got []string
		for _, r := range source.RelatedPlaces(doc.Locator, decoded.Join([]any{"services"}, tt.path...)) {
			got = append(got, fmt.Sprintf("%s %s: %s", r.Location, rendertest.Cut(files, r.Location), r.Message))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v: %s", tt.path, diff)
		}
	}
}
