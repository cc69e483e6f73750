package identity_test

import (
	"testing"

	"github.com/stella-ops/assure/internal/stage/hardening/identity"
)

func TestOf(t *testing.T) {
	t.Parallel()
	web := map[string]any{
		"cap_add": []any{"cap_sys_admin"}, "pid": "host", "privileged": true, "mem_limit": 0, "image": "app:1@sha256:x",
		"ports":       []any{"127.0.0.1:80:8080/udp", map[string]any{"target": 8080}},
		"volumes":     []any{"/repo/data/:/x:ro", "${DIR:-/etc}:/y", "/anonymous"},
		"environment": map[string]any{"TOKEN": "k7Jx92kfm3"}, "command": []any{"--requirepass", "k7Jx92kfm3"},
	}
	model := map[string]any{"services": map[string]any{"web": web}}
	for want, path := range map[string][]any{
		"services.web.cap_add[SYS_ADMIN]":           {"cap_add", 0},
		"services.web.pid=host":                     {"pid"},
		"services.web.privileged":                   {"privileged"},
		"services.web.mem_limit":                    {"mem_limit"},
		"services.web.image=app":                    {"image"},
		"services.web.ports[127.0.0.1:80:8080/udp]": {"ports", 0},
		"services.web.ports[::8080/tcp]":            {"ports", 1},
		"services.web.volumes[data>/x]":             {"volumes", 0},
		"services.web.volumes[${DIR:-/etc}>/y]":     {"volumes", 1},
		"services.web.volumes[/anonymous]":          {"volumes", 2},
		"services.web.environment.TOKEN":            {"environment", "TOKEN"},
		"services.web.command":                      {"command", 1},
		"services.web.none.none":                    {"none", 7, "none"},
	} {
		if got := identity.Of("/repo", model, append([]any{"services", "web"}, path...)); got != want {
			t.Errorf("%v: %q, want %q", path, got, want)
		}
	}
}
