package stack

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEqualBuildsAreOne builds what is the same once, and nothing else for it.
func TestEqualBuildsAreOne(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"compose.yml": `
services:
  a: {build: .}
  b: {build: .}
  c: {build: {context: ., target: other}}
  d: {build: {context: ., args: {A: "1"}}}
  e: {build: ., platform: linux/arm64}
  f: {build: {context: ., args: {A: "1"}}, pull_policy: always}
  g: {image: g}
`})
	m := load(t, open(t, root), "equal", nil, "compose.yml")
	s, err := New(&Engine{}, m, Options{Run: "equal"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.images(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, svc := range s.project.Services {
		got[name] = fmt.Sprintf("built %v, image %q, pulled %q", svc.Build != nil, svc.Image, svc.PullPolicy)
		if svc.Build != nil && svc.Build.Labels[RunLabel] != "equal" {
			t.Errorf("the image of %s carries no label", name)
		}
	}
	own := func(policy string) string { return fmt.Sprintf(`built true, image "", pulled %q`, policy) }
	want := map[string]string{
		"a": own(""), "b": `built false, image "assure-equal-a", pulled "never"`, "c": own(""), "d": own(""), "e": own(""),
		"f": `built false, image "assure-equal-d", pulled "never"`, "g": `built false, image "g", pulled ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
