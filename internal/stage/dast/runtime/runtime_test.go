package runtime

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/errdefs"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
)

// fake is an engine with one container.
type fake struct {
	user    string
	host    container.HostConfig
	ids     [][]string
	options []string
	stopped bool
	err     error

	entrypoint, cmd, env []string
	mounts               []container.MountPoint
	modes                map[string]os.FileMode
	log                  string
	logErr               error
	noHealth             bool
}

func (f fake) ContainerInspect(context.Context, string, client.ContainerInspectOptions) (client.ContainerInspectResult, error) {
	state := &container.State{Running: !f.stopped, Pid: 7, Health: &container.Health{Status: container.Healthy}}
	if f.noHealth {
		state.Health = nil
	}
	return client.ContainerInspectResult{Container: container.InspectResponse{
		ID: "id", HostConfig: &f.host, Config: &container.Config{User: f.user, Entrypoint: f.entrypoint, Cmd: f.cmd, Env: f.env}, State: state, Mounts: f.mounts,
	}}, f.err
}

func (f fake) ContainerStatPath(_ context.Context, _ string, o client.ContainerStatPathOptions) (client.ContainerStatPathResult, error) {
	mode, ok := f.modes[o.Path]
	switch {
	case o.Path == "/broken":
		return client.ContainerStatPathResult{}, errors.New("the engine is tired")
	case !ok:
		return client.ContainerStatPathResult{}, errdefs.ErrNotFound
	}
	return client.ContainerStatPathResult{Stat: container.PathStat{Mode: mode}}, nil
}

func (f fake) ContainerLogs(context.Context, string, client.ContainerLogsOptions) (client.ContainerLogsResult, error) {
	head := make([]byte, 8)
	head[0] = 1
	binary.BigEndian.PutUint32(head[4:], uint32(len(f.log)))
	return io.NopCloser(io.MultiReader(bytes.NewReader(head), strings.NewReader(f.log))), f.logErr
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

// subject is a service that declares what it should.
func subject() Subject {
	return Subject{Service: "web", Container: "id", Backend: true, Declared: types.ServiceConfig{
		WorkloadSpec: types.WorkloadSpec{Build: &types.BuildConfig{}}, ContainerSpec: types.ContainerSpec{MemLimit: 1, PidsLimit: 1},
	}}
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		change         func(*fake)
		status, mounts string
		want           map[string]probe.Verdict
	}{
		"good":                    {func(*fake) {}, "", "", nil},
		"no user":                 {func(f *fake) { f.user = "" }, "", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"root by name":            {func(f *fake) { f.user = "root" }, "", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"root group":              {func(f *fake) { f.user, f.ids = "1001:0", nil }, "", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"a process is root":       {func(f *fake) { f.ids = append(f.ids, []string{"1", "0", "5"}) }, "", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"a process is in group 0": {func(f *fake) { f.ids = append(f.ids, []string{"1", "5", "0"}) }, "", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"uid 10 is not root":      {func(f *fake) { f.ids = [][]string{{"1", "10", "100"}} }, "", "", nil},
		"a name without a number": {func(f *fake) { f.user, f.ids = "app", nil }, "", "", map[string]probe.Verdict{RootRule: probe.Unknown}},
		"a name with a number":    {func(f *fake) { f.user = "app" }, "", "", nil},
		"stopped":                 {func(f *fake) { f.stopped, f.ids = true, nil }, "", "", nil},
		"writable":                {func(f *fake) { f.host.ReadonlyRootfs = false }, "", "", map[string]probe.Verdict{WritableRule: probe.Fail}},
		"no cap_drop":             {func(f *fake) { f.host.CapDrop = nil }, "", "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"one dropped":             {func(f *fake) { f.host.CapDrop = []string{"NET_RAW"} }, "", "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"dropped in small":        {func(f *fake) { f.host.CapDrop = []string{"all"} }, "", "", nil},
		"bind low ports":          {func(f *fake) { f.host.CapAdd = []string{"CAP_NET_BIND_SERVICE"} }, "", "", nil},
		"added":                   {func(f *fake) { f.host.CapAdd = []string{"SYS_PTRACE"} }, "", "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"privileged":              {func(f *fake) { f.host.Privileged = true }, "", "", map[string]probe.Verdict{CapsRule: probe.Fail, SeccompRule: probe.Fail, HostRule: probe.Fail}},
		"the kernel's users":      {func(*fake) {}, "NoNewPrivs:\t1\nSeccomp:\t2\nUid:\t9\t9\t0\t9\nGid:\t9\t9\t9\t9\n", "", map[string]probe.Verdict{RootRule: probe.Fail}},
		"the kernel's sets":       {func(*fake) {}, "NoNewPrivs:\t1\nSeccomp:\t2\nCapEff:\t0\nCapPrm:\t0\nCapBnd:\t00000000a80425fb\n", "", map[string]probe.Verdict{CapsRule: probe.Fail}},
		"low ports in the kernel": {func(*fake) {}, "NoNewPrivs:\t1\nSeccomp:\t2\nCapEff:\t400\nCapPrm:\t400\nCapBnd:\t400\n", "", nil},
		"mounted for writing":     {func(*fake) {}, "NoNewPrivs:\t1\nSeccomp:\t2\n", "1 2 0:5 / / rw - overlay o rw\n", map[string]probe.Verdict{WritableRule: probe.Fail}},
		"mounted for reading":     {func(*fake) {}, "NoNewPrivs:\t1\nSeccomp:\t2\n", "1 2 0:5 / / ro - overlay o rw\n", nil},
		"new privileges":          {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges=false", "seccomp={}"} }, "", "", map[string]probe.Verdict{PrivsRule: probe.Fail}},
		"the engine's default":    {func(f *fake) { f.host.SecurityOpt = []string{"seccomp={}"} }, "NoNewPrivs:\t1\nSeccomp:\t2\n", "", nil},
		"the process knows":       {func(*fake) {}, "NoNewPrivs:\t0\nSeccomp:\t0\n", "", map[string]probe.Verdict{PrivsRule: probe.Fail, SeccompRule: probe.Fail}},
		"unconfined":              {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges", "seccomp=unconfined"} }, "", "", map[string]probe.Verdict{SeccompRule: probe.Fail, ProfileRule: probe.Fail}},
		"default profile":         {func(f *fake) { f.host.SecurityOpt = []string{"no-new-privileges"} }, "", "", map[string]probe.Verdict{ProfileRule: probe.Fail}},
		"no word of seccomp":      {func(f *fake) { f.options = nil }, "", "", map[string]probe.Verdict{SeccompRule: probe.Unknown}},
		"the engine is silent": {func(f *fake) { f.err = errors.New("gone") }, "", "", map[string]probe.Verdict{
			RootRule: probe.Unknown, WritableRule: probe.Unknown, CapsRule: probe.Unknown, PrivsRule: probe.Unknown, SeccompRule: probe.Unknown,
			HostRule: probe.Unknown, VisibleRule: probe.Unknown, LimitsRule: probe.Unknown,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			c.change(&f)
			got := map[string]probe.Verdict{}
			ask := func(_ context.Context, id string, pid int, ids []string) facts.Facts {
				if pid != 7 || id != "id" || len(ids) == 0 && f.ids != nil {
					t.Errorf("asked for process %d of %s with users %v", pid, id, ids)
				}
				return facts.Parse(facts.Raw{Status: []byte(c.status), Mountinfo: []byte(c.mounts)})
			}
			for _, o := range Judge(t.Context(), f, []Subject{subject()}, Options{Facts: ask}) {
				if o.Service != "web" || !strings.HasPrefix(o.Message, "service web") {
					t.Errorf("%+v", o)
				}
				if o.Verdict != probe.Pass && o.Rule != DigestRule {
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

// TestOneRule changes one thing of a good container and looks at one rule.
func TestOneRule(t *testing.T) {
	digest := "valkey:8@sha256:" + strings.Repeat("a", 64)
	bind := func(source, target string, rw bool) func(*fake, *Subject) {
		return func(f *fake, _ *Subject) {
			f.mounts = append(f.mounts, container.MountPoint{Type: mount.TypeBind, Source: source, Destination: target, RW: rw})
		}
	}
	tmp := func(options string) func(*fake, *Subject) {
		return func(f *fake, _ *Subject) { f.host.Tmpfs = map[string]string{"/tmp": options} }
	}
	cmd := func(words ...string) func(*fake, *Subject) { return func(f *fake, _ *Subject) { f.cmd = words } }
	env := func(words ...string) func(*fake, *Subject) { return func(f *fake, _ *Subject) { f.env = words } }
	mode := func(name string, m os.FileMode) func(*fake, *Subject) {
		return func(f *fake, _ *Subject) { f.modes = map[string]os.FileMode{name: m} }
	}
	for name, c := range map[string]struct {
		rule   string
		change func(*fake, *Subject)
		want   probe.Verdict
	}{
		"kept apart":           {HostRule, bind("/srv/app/data", "/data", true), probe.Pass},
		"the host's processes": {HostRule, func(f *fake, _ *Subject) { f.host.PidMode = "host" }, probe.Fail},
		"the host's ipc":       {HostRule, func(f *fake, _ *Subject) { f.host.IpcMode = "host" }, probe.Fail},
		"the host's name":      {HostRule, func(f *fake, _ *Subject) { f.host.UTSMode = "host" }, probe.Fail},
		"the host's users":     {HostRule, func(f *fake, _ *Subject) { f.host.UsernsMode = "host" }, probe.Fail},
		"the engine's socket":  {HostRule, bind("/var/run/docker.sock", "/s", false), probe.Fail},
		"the root":             {HostRule, bind("/", "/host", false), probe.Fail},
		"the kernel":           {HostRule, bind("/sys/fs/cgroup", "/c", false), probe.Fail},
		"a device":             {HostRule, func(f *fake, _ *Subject) { f.host.Devices = []container.DeviceMapping{{PathOnHost: "/dev/mem"}} }, probe.Fail},
		"bridge":               {NetworkRule, func(*fake, *Subject) {}, probe.Pass},
		"the host's network":   {NetworkRule, func(f *fake, _ *Subject) { f.host.NetworkMode = "host" }, probe.Fail},
		"a network beyond": {NetworkRule, func(_ *fake, s *Subject) {
			s.Declared.Networks = map[string]*types.ServiceNetworkConfig{"lan": nil}
			s.Networks = types.Networks{"lan": {Driver: "macvlan"}}
		}, probe.Fail},
		"no memory limit":  {LimitsRule, func(_ *fake, s *Subject) { s.Declared.MemLimit = 0 }, probe.Warn},
		"no process limit": {LimitsRule, func(_ *fake, s *Subject) { s.Declared.PidsLimit = 0 }, probe.Warn},
		"limits of a deployment": {LimitsRule, func(_ *fake, s *Subject) {
			s.Declared.MemLimit, s.Declared.PidsLimit = 0, 0
			s.Declared.Deploy = &types.DeployConfig{Resources: types.Resources{Limits: &types.Resource{MemoryBytes: 5, Pids: 5}}}
		}, probe.Pass},
		"built":                  {DigestRule, func(*fake, *Subject) {}, probe.NotApplicable},
		"by digest":              {DigestRule, func(_ *fake, s *Subject) { s.Declared.Build, s.Declared.Image = nil, digest }, probe.Pass},
		"by tag":                 {DigestRule, func(_ *fake, s *Subject) { s.Declared.Build, s.Declared.Image = nil, "valkey:8" }, probe.Fail},
		"nothing to see":         {VisibleRule, env("PATH=/bin", "DB_PASSWORD_FILE=/run/secrets/db", "KEYCLOAK_URL=http://k", "AUTHORITY__ENABLED=true", "TOKEN=", "SIGNING_KEY=/keys/jwt.pem", "USE_TOKEN=true"), probe.Pass},
		"a password":             {VisibleRule, env("DB_PASSWORD=hunter2"), probe.Pass},
		"a key":                  {VisibleRule, env("AWS_SECRET_ACCESS_KEY=abc"), probe.Pass},
		"requirepass":            {VisibleRule, cmd("valkey-server", "--requirepass", "hunter2"), probe.Fail},
		"requirepass in a shell": {VisibleRule, cmd("sh", "-c", `exec valkey-server --requirepass "$PASS" --port 1`), probe.Fail},
		"a flag with a value":    {VisibleRule, cmd("app", "--db.password=hunter2"), probe.Fail},
		"a file of a password":   {VisibleRule, cmd("app", "--password-file", "/run/secrets/x", "--token", "/run/secrets/t", "--auth", "--verbose"), probe.Pass},
		"well":                   {probe.HealthRule, func(*fake, *Subject) {}, probe.Pass},
		"no health check":        {probe.HealthRule, func(f *fake, _ *Subject) { f.noHealth = true }, probe.Warn},
		"bounded memory":         {TmpfsRule, tmp("size=64m"), probe.Pass},
		"programs in memory":     {TmpfsRule, tmp("size=64m,exec"), probe.Warn},
		"unbounded memory":       {TmpfsRule, tmp(""), probe.Fail},
		"set-uid in memory":      {TmpfsRule, tmp("size=64m,suid"), probe.Fail},
		"mounted memory": {TmpfsRule, func(f *fake, _ *Subject) {
			f.host.Mounts = []mount.Mount{{Type: mount.TypeTmpfs, Target: "/cache", TmpfsOptions: &mount.TmpfsOptions{SizeBytes: 9}}}
		}, probe.Pass},
		"mounted, unbounded": {TmpfsRule, func(f *fake, _ *Subject) { f.host.Mounts = []mount.Mount{{Type: mount.TypeTmpfs, Target: "/cache"}} }, probe.Fail},
		"our own mount":      {TmpfsRule, func(f *fake, _ *Subject) { f.host.Mounts = []mount.Mount{{Type: mount.TypeTmpfs, Target: "/src/.git"}} }, ""},
		"no such file":       {FilesRule, mode("/else", 0o600), ""},
		"a private file":     {FilesRule, mode("/keys/jwt.pem", 0o600), probe.Pass},
		"a group's file":     {FilesRule, mode("/keys/jwt.pem", 0o640), probe.Fail},
		"everybody's file":   {FilesRule, mode("/keys/jwt.pem", 0o604), probe.Fail},
		"a linked file":      {FilesRule, mode("/keys/jwt.pem", 0o777|os.ModeSymlink), probe.Unknown},
		"an unknown file":    {FilesRule, mode("/broken", 0), probe.Unknown},
		"a file to write": {FilesRule, func(f *fake, s *Subject) {
			mode("/keys/jwt.pem", 0o600)(f, s)
			bind("/srv", "/keys", true)(f, s)
		}, probe.Fail},
		"a file to read in a place to write": {FilesRule, func(f *fake, s *Subject) {
			mode("/keys/jwt.pem", 0o600)(f, s)
			bind("/srv", "/keys", true)(f, s)
			bind("/srv/jwt.pem", "/keys/jwt.pem", false)(f, s)
		}, probe.Pass},
		"a file on a writable root": {FilesRule, func(f *fake, s *Subject) { mode("/keys/jwt.pem", 0o600)(f, s); f.host.ReadonlyRootfs = false }, probe.Fail},
		"no fallback":               {FallbackRule, env("A=1"), ""},
		"fallback is off":           {FallbackRule, env("CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK=False"), probe.Pass},
		"fallback is on":            {FallbackRule, env("Authority__AllowAnonymousFallback=true"), probe.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			f, s := good(), subject()
			c.change(&f, &s)
			paths := []string{"/keys/jwt.pem"}
			if f.modes["/broken"] == 0 && name == "an unknown file" {
				paths = []string{"/broken"}
			}
			got := probe.Verdict("")
			for _, o := range Judge(t.Context(), f, []Subject{s}, Options{Now: fallbackEnds.Add(time.Hour), Files: paths}) {
				if o.Rule == c.rule {
					got = o.Verdict
				}
				if strings.Contains(o.Message+o.Evidence, "hunter2") {
					t.Errorf("a secret is shown: %+v", o)
				}
			}
			if got != c.want {
				t.Errorf("%s is %q, want %q", c.rule, got, c.want)
			}
		})
	}
	f := good()
	f.env = []string{"AUTHORITY_ALLOW_ANONYMOUS_FALLBACK=true"}
	for _, o := range Judge(t.Context(), f, []Subject{subject()}, Options{Now: fallbackEnds.Add(-time.Hour)}) {
		if o.Rule == FallbackRule && o.Verdict != probe.Warn {
			t.Errorf("before the deadline: %+v", o)
		}
	}
}

func TestLogs(t *testing.T) {
	leaks := func(text string) bool { return strings.Contains(text, "hunter2") }
	for name, c := range map[string]struct {
		log  string
		want map[string]probe.Verdict
	}{
		"serilog": {`{"@t":"2026-01-01","@m":"hi"}` + "\n" + `{"Timestamp":"x","Level":"Information","MessageTemplate":"m"}` + "\n", map[string]probe.Verdict{LogsRule: probe.Pass, LeakRule: probe.Pass}},
		"slog":    {`{"time":"x","level":"INFO","msg":"m"}`, map[string]probe.Verdict{LogsRule: probe.Pass, LeakRule: probe.Pass}},
		"text":    {"[12:00:00 INF] hello\n", map[string]probe.Verdict{LogsRule: probe.Fail, LeakRule: probe.Pass}},
		"mixed":   {"starting\n" + `{"time":"x","msg":"m"}`, map[string]probe.Verdict{LogsRule: probe.Warn, LeakRule: probe.Pass}},
		"no time": {`{"msg":"m"}`, map[string]probe.Verdict{LogsRule: probe.Fail, LeakRule: probe.Pass}},
		"list":    {`[1]`, map[string]probe.Verdict{LogsRule: probe.Fail, LeakRule: probe.Pass}},
		"old":     {"starting\n" + strings.Repeat(`{"time":"x","msg":"m"}`+"\n", judgedLines), map[string]probe.Verdict{LogsRule: probe.Pass, LeakRule: probe.Pass}},
		"nothing": {"", map[string]probe.Verdict{LogsRule: probe.NotApplicable, LeakRule: probe.Pass}},
		"leak":    {`{"time":"x","msg":"password hunter2"}`, map[string]probe.Verdict{LogsRule: probe.Pass, LeakRule: probe.Fail}},
	} {
		f, got := good(), map[string]probe.Verdict{}
		f.log = c.log
		for _, o := range Logs(t.Context(), f, []Subject{subject()}, leaks) {
			got[o.Rule] = o.Verdict
			if strings.Contains(o.Message+o.Evidence, "hunter2") {
				t.Errorf("a secret is shown: %+v", o)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	f := good()
	f.logErr = errors.New("driver does not support reading")
	if got := Logs(t.Context(), f, []Subject{subject()}, leaks); len(got) != 1 || got[0].Verdict != probe.Unknown {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheBackendNeedsAProfile(t *testing.T) {
	for _, o := range Judge(t.Context(), good(), []Subject{{Service: "db", Container: "id"}}, Options{}) {
		if o.Rule == ProfileRule {
			t.Error("a store was asked for its own profile")
		}
	}
}

func TestEvidenceHoldsNoProfile(t *testing.T) {
	for _, o := range Judge(t.Context(), good(), []Subject{subject()}, Options{}) {
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
