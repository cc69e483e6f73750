package discover

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/gap"
)

// TestInvokedSets finds the files that belong together in whatever starts them.
func TestInvokedSets(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack(`
-- compose.yml --
services: {a: {image: a}}
-- compose.prod.yml --
services: {a: {read_only: true}}
-- deploy/compose.base.yml --
services: {b: {image: b}}
-- deploy/compose.east.yml --
services: {b: {user: "1:1"}}
-- deploy/compose.west.yml --
services: {b: {user: "2:2"}}
-- deploy/compose.north.yml --
services: {b: {user: "3:3"}}
-- Makefile --
up:
	docker compose -f compose.yml -f compose.prod.yml up -d
	docker compose -f $(FILE) up
	docker compose -f missing.yml -f compose.yml up
-- deploy/up.sh --
#!/bin/sh
export COMPOSE_FILE=compose.base.yml:compose.east.yml
docker compose up -d
-- .github/workflows/e2e.yml --
on: push
env: {COMPOSE_FILE: compose.base.yml:compose.north.yml}
defaults: {run: {working-directory: deploy}}
jobs:
  east:
    runs-on: x
    steps:
      - run: docker-compose -f deploy/compose.base.yml -f deploy/compose.west.yml up
        working-directory: .
      - run: |
          docker compose up
      - run: |
          cd ..
          docker compose -f compose.yml -f ../outside.yml up
`))
	var got [][]string
	for _, s := range p.Stacks {
		got = append(got, s.Files)
	}
	want := [][]string{
		{"compose.yml"},
		{"deploy/compose.base.yml", "deploy/compose.west.yml"},
		{"deploy/compose.base.yml", "deploy/compose.north.yml"},
		{"compose.yml", "compose.prod.yml"},
		{"deploy/compose.base.yml", "deploy/compose.east.yml"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, pr := range p.Problems {
		if pr.Rule == gap.MissingFile && (pr.Subject == "missing.yml" || pr.Subject == "../outside.yml") {
			continue
		}
		t.Errorf("%s: %s", pr.Location, pr.Message)
	}
}
