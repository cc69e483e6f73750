package dockerfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
)

func TestStageUser(t *testing.T) {
	t.Parallel()
	instr := func(name string, args ...any) map[string]any { return map[string]any{"name": name, "args": args} }
	model := map[string]any{
		"instructions": []any{instr("ARG", "TOKEN=3f9a")},
		"stages": []any{
			map[string]any{"name": "base", "from": "x", "instructions": []any{instr("USER", "7")}},
			map[string]any{"name": "", "from": "BASE", "instructions": []any{
				instr("ENV", `API_KEY="3f9a"`, "PATH=/x"), instr("COPY", ".env", "id_rsa", "app", "/x"),
				map[string]any{"name": "COPY", "flags": []any{"--from=base"}, "args": []any{".env", "/x"}},
				instr("COPY", ".env.example", "/x"), instr("ARG", "DB_PASSWORD"), instr("ARG", "TOKEN=$OTHER"),
			}},
		},
	}
	f := Of(model)
	if u := f.Stages[1].User; u.Value != "7" || !u.Set {
		t.Errorf("user of a stage on another stage: %+v", u)
	}
	if diff := cmp.Diff([]container.Secret{{Key: "TOKEN", From: "ARG", Path: []any{"instructions", 0}}}, f.Stages[0].Secrets); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, s := range f.Stages[1].Secrets {
		got = append(got, s.From+" "+s.Key)
	}
	if diff := cmp.Diff([]string{"ENV API_KEY", "COPY .env", "COPY id_rsa"}, got); diff != "" {
		t.Error(diff)
	}
}
