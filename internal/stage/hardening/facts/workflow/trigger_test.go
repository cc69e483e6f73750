package workflow

import (
	"testing"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

func TestTriggers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		on                     string
		merge, change, release bool
	}{
		"text":        {"push", true, false, false},
		"list":        {"[push, pull_request]", true, true, false},
		"main":        {"{push: {branches: [main]}}", true, false, false},
		"wildcard":    {"{push: {branches: ['**']}}", true, false, false},
		"other":       {"{push: {branches: [develop]}}", false, false, false},
		"taken_away":  {"{push: {branches: ['*', '!main', '!master', '!trunk']}}", false, false, false},
		"ignored":     {"{push: {branches-ignore: ['dependabot/**']}}", true, false, false},
		"main_off":    {"{push: {branches-ignore: [main, master, trunk]}}", false, false, false},
		"paths":       {"{push: {branches: [main], paths: [src/**]}}", false, false, false},
		"tags":        {"{push: {tags: ['v*']}}", false, false, true},
		"queue":       {"{merge_group: }", true, true, false},
		"release":     {"{release: {types: [published]}}", false, false, true},
		"to_main":     {"{pull_request: {branches: [main]}}", false, true, false},
		"to_develop":  {"{pull_request: {branches: [develop]}}", false, false, false},
		"by_hand":     {"workflow_dispatch", false, false, false},
		"odd":         {"{push: [main], schedule: daily, 7: x}", true, false, false},
		"nothing":     {"", false, false, false},
		"only_called": {"{workflow_call: {inputs: {}}}", false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, err := source.Parse("w.yml", []byte("on: "+tt.on+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			v, err := docs[0].Value()
			if err != nil {
				t.Fatal(err)
			}
			got := triggers(value.Object(v)["on"], nil)
			if got.Merge != tt.merge || got.PullRequest != tt.change || got.Release != tt.release {
				t.Errorf("%+v", got)
			}
		})
	}
}
