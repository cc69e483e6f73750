package runtime

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
)

// fake is an engine with one container.
type fake struct {
	user    string
	host    container.HostConfig
	ids     [][]string
	options []string
	stopped bool
	err     error
}

func (f fake) ContainerInspect(context.Context, string, client.ContainerInspectOptions) (client.ContainerInspectResult, error) {
	return client.ContainerInspectResult{Container: container.InspectResponse{
		ID: "id", HostConfig: &f.host, Config: &container.Config{User: f.user}, State: &container.State{Running: !f.stopped, Pid: 7},
	}}, f.err
}

func (f fake) ContainerTop(_ context.Context, _ string, o client.ContainerTopOptions) (client.ContainerTopResult, error) {
	if f.ids == nil || len(o.Arguments) != 2 {
		return client.ContainerTopResult{}, errors.New("no ps here")
	}
	return client.ContainerTopResult{Titles: []string{"PID", "UID", "GID"}, Processes: f.ids}, nil
}

func (f fake) Info(context.Context, client.InfoOptions) (client.SystemInfoResult, error) {
	return client.SystemInfoResult{Info: system.Info{SecurityOptions: f.options}}, nil
}

func good() fake {
	return fake{
		user: "1001:1001", ids: [][]string{{"9", "1001", "1001"}}, options: []string{"name=seccomp,profile=default"},
		host: container.HostConfig{ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges:true", `seccomp={"a":1}`}},
	}
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fake)
		status string
		want   map[string]probe.Verdict
	}{
		"good":                    {func(*fake) {}, "", nil},
		"no user":                 {func(f *fake) { f.user = "" }, "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"root by name":            {func(f *fake) { f.user = "root" }, "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"root group":              {func(f *fake) { f.user, f.ids = "1001:0", nil }, "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"a process is root":       {func(f *fake) { f.ids = append(f.ids, []string{"1", "0", "5"}) }, "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"a process is in group 0": {func(f *fake) { f.ids = append(f.ids, []string{"1", "5", "0"}) }, "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"uid 10 is not root":      {func(f *fake) { f.ids = [][]string{{"1", "10", "100"}} }, "", nil},
		"a name without a number": {func(f *fake) { f.user, f.ids = "app", nil }, "", map[string]probe.Verdict{RootRule: probe.Unknown}},
		"a name with a number":    {func(f *fake) { f.user = "app" }, "", nil},
		"stopped":                 {func(f *fake) { f.stopped, f.ids = true, nil }, "", nil},
		"writable":                {func(f *fake) { f.host.ReadonlyRootfs = false }, "", map[string]probe.Verdict{WritableRule: probe.Fail}},
		"no cap_drop":             {func(f *fake) { f.host.CapDrop = nil }, "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"one dropped":             {func(f *fake) { f.host.CapDrop = []string{"NET_RAW"} }, "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"dropped in small":        {func(f *fake) { f.host.CapDrop = []string{"all"} }, "", nil},
		"bind low ports":          {func(f *fake) { f.host.CapAdd = []string{"CAP_NET_BIND_SERVICE"} }, "", nil},
		"added":                   {func(f *fake) { f.host.CapAdd = []string{"SYS_PTRACE"} }, "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"privileged":              {func(f *fake) { f.host.Privileged = true }, "", map[string]probe.Verdict{CapsRule: probe.Fail, SeccompRule: probe.Fail}},
		"new privileges":          {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges=false", "seccomp={}"} }, "", map[string]probe.Verdict{PrivsRule: probe.Fail}},
		"the engine's default":    {func(f *fake) { f.host.SecurityOpt = []string{"seccomp={}"} }, "NoNewPrivs:\t1\nSeccomp:\t2\n", nil},
		"the process knows":       {func(*fake) {}, "NoNewPrivs:\t0\nSeccomp:\t0\n", map[string]probe.Verdict{PrivsRule: probe.Fail, SeccompRule: probe.Fail}},
		"unconfined":              {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges", "seccomp=unconfined"} }, "", map[string]probe.Verdict{SeccompRule: probe.Fail, ProfileRule: probe.Fail}},
		"default profile":         {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges"} }, "", map[string]probe.Verdict{ProfileRule: probe.Fail}},
		"no word of seccomp":      {func(f *fake) { f.options = nil }, "", map[string]probe.Verdict{SeccompRule: probe.Unknown}},
		"the engine is silent": {func(f *fake) { f.err = errors.New("gone") }, "", map[string]probe.Verdict{
			RootRule: probe.Unknown, WritableRule: probe.Unknown, CapsRule: probe.Unknown, PrivsRule: probe.Unknown, SeccompRule: probe.Unknown,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			c.change(&f)
			got := map[string]probe.Verdict{}
			status := func(pid int, id string) []byte {
				if pid != 7 || id != "id" {
					t.Errorf("asked for process %d of %s", pid, id)
				}
				return []byte(c.status)
			}
			for _, o := range Judge(t.Context(), f, []Subject{{Service: "web", Container: "id", Backend: true}}, status) {
				if o.Service != "web" || !strings.HasPrefix(o.Message, "service web") {
					t.Errorf("%+v", o)
				}
				if o.Verdict != probe.Pass {
					got[o.Rule] = o.Verdict
				}
			}
			if c.want == nil {
				c.want = map[string]probe.Verdict{}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyTheBackendNeedsAProfile(t *testing.T) {
	for _, o := range Judge(t.Context(), good(), []Subject{{Service: "db", Container: "id"}}, nil) {
		if o.Rule == ProfileRule {
			t.Error("a store was asked for its own profile")
		}
	}
}

func TestEvidenceHoldsNoProfile(t *testing.T) {
	for _, o := range Judge(t.Context(), good(), []Subject{{Service: "web", Container: "id", Backend: true}}, nil) {
		if strings.Contains(o.Evidence, `{"a"`) {
			t.Errorf("%+v", o)
		}
	}
}

func TestExposed(t *testing.T) {
	service := func(image, mode string, ports ...uint32) types.ServiceConfig {
		s := types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: image, NetworkMode: mode}}
		for _, p := range ports {
			s.Ports = append(s.Ports, types.ServicePortConfig{Target: p, Published: "1"})
		}
		return s
	}
	got := map[string]probe.Verdict{}
	for _, o := range Exposed(types.Services{
		"web":    service("ghcr.io/acme/web:1", "", 8080),
		"hidden": service("docker.io/valkey/valkey:8.0-alpine@sha256:aa", ""),
		"open":   service("registry:5000/bitnami/postgresql", "", 5432),
		"custom": service("acme/cache", "", 6379),
		"host":   service("redis", "host"),
		"tools":  service("acme/redis-commander:latest", "", 8081),
	}) {
		got[o.Service] = o.Verdict
	}
	want := map[string]probe.Verdict{"hidden": probe.Pass, "open": probe.Fail, "custom": probe.Fail, "host": probe.Fail}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSpeaksRedis(t *testing.T) {
	for image, want := range map[string]bool{"valkey/valkey:8": true, "redis:7-alpine": true, "postgres:17": false, "web": false} {
		if got := SpeaksRedis(types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: image}}); got != want {
			t.Errorf("%s: %v", image, got)
		}
	}
}
