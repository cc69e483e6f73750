package hardening

import (
	"encoding/json"
	"testing"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workload"
)

// Facts are built from any JSON-like value without a panic.
func FuzzFacts(f *testing.F) {
	f.Add(`{"services": {"a": {"command": "sh -c 'x", "ports": ["1-2:3/x"], "tmpfs": ":,", "volumes": ["::"], "user": ":"}}}`)
	f.Add(`{"kind": "Pod", "spec": {"containers": [null, {"securityContext": 1, "env": [{}]}]}}`)
	f.Add(`{"stages": [{"from": "", "instructions": [{"name": "COPY", "args": ["/"]}, {"name": "USER", "args": [""]}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var model map[string]any
		if json.Unmarshal([]byte(text), &model) != nil {
			t.Skip()
		}
		s := &Stage{}
		for _, kind := range []plan.Kind{plan.Compose, plan.Kubernetes, plan.Dockerfile} {
			p := &plan.Plan{Documents: []plan.Document{{Kind: kind, Name: "x", Model: model, Raw: model}}}
			c, _ := workload.Join(p, nil)
			in := s.input(p, c, &p.Documents[0])
			if in.subjects() < 0 {
				t.Error("negative count")
			}
			if _, err := json.Marshal(in); err != nil {
				t.Error(err)
			}
		}
	})
}

// The search for fixes ends with its budget.
func TestFixBudget(t *testing.T) {
	t.Parallel()
	data := []byte("a: 1\n")
	docs, values, err := parseAll("x.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	c := policy.Change{Op: "set", Path: []any{"a"}, Value: 2}
	at, _ := docs[0].Locate(c.Path)
	for left, want := range map[int]bool{len(data): true, len(data) - 1: false} {
		f := &fixer{name: "x.yaml", data: data, docs: docs, values: values, left: left}
		if got := f.fix(c, at) != nil; got != want {
			t.Errorf("%d bytes left: fix %v, want %v", left, got, want)
		}
	}
}
