package guard

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// repository is a work tree with links that lead out of it.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	for _, dir := range []string{"app", "data/sub", ".git"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range map[string]string{
		"app/Dockerfile": "FROM scratch\n", "app.env": "A=1\n", "seccomp.json": "{}", ".git/config": "[http]\n",
		"big.env": strings.Repeat("A", maxFileBytes+1),
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out": outside, "passwd": "/etc/passwd", "nowhere": outside + "/later", "ok": "app"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func project(root string, s types.ServiceConfig) *types.Project {
	s.Name = "web"
	if s.Image == "" && s.Build == nil {
		s.Image = "web"
	}
	return &types.Project{Name: "p", WorkingDir: root, Services: types.Services{"web": s}}
}

func spec(c types.ContainerSpec) types.ServiceConfig { return types.ServiceConfig{ContainerSpec: c} }

func work(w types.WorkloadSpec) types.ServiceConfig { return types.ServiceConfig{WorkloadSpec: w} }

func built(b types.BuildConfig) types.ServiceConfig { return work(types.WorkloadSpec{Build: &b}) }

func mounts(m ...types.ServiceVolumeConfig) types.ServiceConfig {
	return spec(types.ContainerSpec{Volumes: m})
}

func mount(source string) types.ServiceConfig {
	return mounts(types.ServiceVolumeConfig{Type: "bind", Source: source, Target: "/t"})
}

// serviceCases holds, for every key that can be refused, one value that is and its
// nearest twin that is not.
func serviceCases(root string) []struct {
	key     string
	bad     types.ServiceConfig
	allowed types.ServiceConfig
} {
	n := func(i int) *int { return &i }
	in := func(name string) string { return filepath.Join(root, name) }
	options := []types.DeviceRequest{{Capabilities: []string{"gpu"}}}
	return []struct {
		key     string
		bad     types.ServiceConfig
		allowed types.ServiceConfig
	}{
		{"privileged", spec(types.ContainerSpec{Privileged: true}), spec(types.ContainerSpec{Privileged: false})},
		{"cap_add", spec(types.ContainerSpec{CapAdd: []string{"SYS_ADMIN"}}), spec(types.ContainerSpec{CapAdd: []string{"cap_net_bind_service"}})},
		{"cap_add", spec(types.ContainerSpec{CapAdd: []string{"ALL"}}), spec(types.ContainerSpec{CapDrop: []string{"ALL"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"seccomp=unconfined"}}), spec(types.ContainerSpec{SecurityOpt: []string{"seccomp=seccomp.json"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"seccomp:../../etc/passwd"}}), spec(types.ContainerSpec{SecurityOpt: []string{"seccomp:./seccomp.json"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"seccomp:~/x"}}), spec(types.ContainerSpec{SecurityOpt: []string{"no-new-privileges"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"apparmor:unconfined"}}), spec(types.ContainerSpec{SecurityOpt: []string{"no-new-privileges:true"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"label:disable"}}), spec(types.ContainerSpec{SecurityOpt: []string{"no-new-privileges=false"}})},
		{"security_opt", spec(types.ContainerSpec{SecurityOpt: []string{"systempaths=unconfined"}}), spec(types.ContainerSpec{})},
		{"cgroup_parent", spec(types.ContainerSpec{CgroupParent: "/"}), spec(types.ContainerSpec{})},
		{"cgroup", spec(types.ContainerSpec{Cgroup: "host"}), spec(types.ContainerSpec{Cgroup: "private"})},
		{"ipc", spec(types.ContainerSpec{Ipc: "host"}), spec(types.ContainerSpec{Ipc: "private"})},
		{"pid", spec(types.ContainerSpec{Pid: "container:x"}), spec(types.ContainerSpec{Pid: "service:db"})},
		{"network_mode", spec(types.ContainerSpec{NetworkMode: "host"}), spec(types.ContainerSpec{NetworkMode: "none"})},
		{"network_mode", spec(types.ContainerSpec{NetworkMode: "bridge"}), spec(types.ContainerSpec{NetworkMode: "service:db"})},
		{"network_mode", spec(types.ContainerSpec{NetworkMode: "container:runner"}), spec(types.ContainerSpec{})},
		{"uts", spec(types.ContainerSpec{Uts: "host"}), spec(types.ContainerSpec{})},
		{"userns_mode", spec(types.ContainerSpec{UserNSMode: "host"}), spec(types.ContainerSpec{User: "1:1"})},
		{"devices", spec(types.ContainerSpec{Devices: []types.DeviceMapping{{Source: "/dev/mem"}}}), spec(types.ContainerSpec{})},
		{"device_cgroup_rules", spec(types.ContainerSpec{DeviceCgroupRules: []string{"a *:* rwm"}}), spec(types.ContainerSpec{})},
		{"gpus", spec(types.ContainerSpec{Gpus: options}), spec(types.ContainerSpec{})},
		{"sysctls.kernel.core_pattern", spec(types.ContainerSpec{Sysctls: types.Mapping{"kernel.core_pattern": "|x"}}), spec(types.ContainerSpec{Sysctls: types.Mapping{"net.core.somaxconn": "9"}})},
		{"runtime", spec(types.ContainerSpec{Runtime: "evil"}), spec(types.ContainerSpec{})},
		{"isolation", spec(types.ContainerSpec{Isolation: "process"}), spec(types.ContainerSpec{})},
		{"credential_spec", spec(types.ContainerSpec{CredentialSpec: &types.CredentialSpecConfig{File: "x"}}), spec(types.ContainerSpec{})},
		{"use_api_socket", spec(types.ContainerSpec{UseAPISocket: true}), spec(types.ContainerSpec{})},
		{"models", spec(types.ContainerSpec{Models: map[string]*types.ServiceModelConfig{"m": {}}}), spec(types.ContainerSpec{})},
		{"volumes_from", spec(types.ContainerSpec{VolumesFrom: []string{"container:runner"}}), spec(types.ContainerSpec{VolumesFrom: []string{"db:ro"}})},
		{"volume_driver", spec(types.ContainerSpec{VolumeDriver: "nfs"}), spec(types.ContainerSpec{})},
		{"annotations", spec(types.ContainerSpec{Annotations: types.Mapping{"run.oci.hooks": "1"}}), spec(types.ContainerSpec{Labels: types.Labels{"a": "b"}})},
		{"oom_kill_disable", spec(types.ContainerSpec{OomKillDisable: true}), spec(types.ContainerSpec{})},
		{"oom_score_adj", spec(types.ContainerSpec{OomScoreAdj: -1000}), spec(types.ContainerSpec{OomScoreAdj: 500})},
		{"cpu_rt_period", spec(types.ContainerSpec{CPURTPeriod: 1}), spec(types.ContainerSpec{CPUPeriod: 1})},
		{"cpu_rt_runtime", spec(types.ContainerSpec{CPURTRuntime: 1}), spec(types.ContainerSpec{CPUQuota: 1})},
		{"log_driver", spec(types.ContainerSpec{LogDriver: "syslog"}), spec(types.ContainerSpec{})},
		{"log_opt", spec(types.ContainerSpec{LogOpt: map[string]string{"a": "b"}}), spec(types.ContainerSpec{})},
		{"logging.driver", spec(types.ContainerSpec{Logging: &types.LoggingConfig{Driver: "syslog"}}), spec(types.ContainerSpec{Logging: &types.LoggingConfig{Driver: "json-file", Options: types.Options{"max-size": "1m"}}})},
		{"storage_opt", spec(types.ContainerSpec{StorageOpt: map[string]string{"size": "1"}}), spec(types.ContainerSpec{})},
		{"blkio_config.weight_device", spec(types.ContainerSpec{BlkioConfig: &types.BlkioConfig{WeightDevice: []types.WeightDevice{{Path: "/dev/sda"}}}}), spec(types.ContainerSpec{BlkioConfig: &types.BlkioConfig{Weight: 10}})},
		{"provider", types.ServiceConfig{Provider: &types.ServiceProviderConfig{Type: "x"}}, types.ServiceConfig{}},
		{"develop", types.ServiceConfig{Develop: &types.DevelopConfig{}}, types.ServiceConfig{}},
		{"pre_start", types.ServiceConfig{PreStart: []types.PreStartHook{{}}}, types.ServiceConfig{}},
		{"post_start", types.ServiceConfig{PostStart: []types.ServiceHook{{Privileged: true}}}, types.ServiceConfig{}},
		{"pre_stop", types.ServiceConfig{PreStop: []types.ServiceHook{{}}}, types.ServiceConfig{}},
		{"external_links", types.ServiceConfig{ExternalLinks: []string{"runner"}}, types.ServiceConfig{Links: []string{"db"}}},
		{"net", types.ServiceConfig{Net: "host"}, types.ServiceConfig{}},
		{"extends", types.ServiceConfig{Extends: &types.ExtendsConfig{Service: "x"}}, types.ServiceConfig{}},
		{"scale", types.ServiceConfig{Scale: n(99)}, types.ServiceConfig{Scale: n(2)}},
		{"deploy.replicas", types.ServiceConfig{Deploy: &types.DeployConfig{Replicas: n(99)}}, types.ServiceConfig{Deploy: &types.DeployConfig{Replicas: n(1)}}},
		{"deploy.resources.reservations.devices", types.ServiceConfig{Deploy: &types.DeployConfig{Resources: types.Resources{Reservations: &types.Resource{Devices: options}}}}, types.ServiceConfig{Deploy: &types.DeployConfig{Resources: types.Resources{Limits: &types.Resource{Pids: 3}}}}},
		{"deploy.resources.reservations.generic_resources", types.ServiceConfig{Deploy: &types.DeployConfig{Resources: types.Resources{Reservations: &types.Resource{GenericResources: []types.GenericResource{{}}}}}}, types.ServiceConfig{}},
		{"ports", work(types.WorkloadSpec{Ports: make([]types.ServicePortConfig, maxPorts+1)}), work(types.WorkloadSpec{Ports: []types.ServicePortConfig{{Target: 80, Published: "80"}}})},
		{"env_file", spec(types.ContainerSpec{EnvFiles: []types.EnvFile{{Path: "/proc/self/environ"}}}), spec(types.ContainerSpec{EnvFiles: []types.EnvFile{{Path: in("app.env")}}})},
		{"env_file", spec(types.ContainerSpec{EnvFiles: []types.EnvFile{{Path: in("passwd")}}}), spec(types.ContainerSpec{EnvFiles: []types.EnvFile{{Path: in("missing.env")}}})},
		{"env_file", spec(types.ContainerSpec{EnvFiles: []types.EnvFile{{Path: in("big.env")}}}), spec(types.ContainerSpec{})},
		{"label_file", spec(types.ContainerSpec{LabelFiles: []string{in("app")}}), spec(types.ContainerSpec{LabelFiles: []string{in("app.env")}})},
		{"volumes", mount("/"), mount(in("app"))},
		{"volumes", mount("/var/run/docker.sock"), mount(in("ok"))},
		{"volumes", mount(in("out")), mount(in("app/Dockerfile"))},
		{"volumes", mount(in("out/deeper")), mount(in("app/new"))},
		{"volumes", mount(in("nowhere")), mount(root)},
		{"volumes", mount(in(".git")), mount(in("data"))},
		{"volumes", mount(in("../x")), mount(in("app/../data"))},
		{"volumes", mount("relative"), mounts(types.ServiceVolumeConfig{Type: "volume", Source: "data"})},
		{"volumes.type", mounts(types.ServiceVolumeConfig{Type: "npipe", Source: "x"}), mounts(types.ServiceVolumeConfig{Type: "tmpfs", Target: "/x"})},
		{"volumes.bind.propagation", mounts(types.ServiceVolumeConfig{Type: "bind", Source: in("app"), Bind: &types.ServiceVolumeBind{Propagation: "rshared"}}), mounts(types.ServiceVolumeConfig{Type: "bind", Source: in("app"), Bind: &types.ServiceVolumeBind{Propagation: "rprivate"}})},
		{"volumes", mounts(types.ServiceVolumeConfig{Type: "bind", Source: in("data")}, types.ServiceVolumeConfig{Type: "bind", Source: in("data/sub")}), mounts(types.ServiceVolumeConfig{Type: "bind", Source: in("data"), ReadOnly: true}, types.ServiceVolumeConfig{Type: "bind", Source: in("data/sub")})},
		{"networks.a.driver_opts", spec(types.ContainerSpec{Networks: map[string]*types.ServiceNetworkConfig{"a": {DriverOpts: types.Options{"x": "y"}}}}), spec(types.ContainerSpec{Networks: map[string]*types.ServiceNetworkConfig{"a": {Aliases: []string{"w"}}, "b": nil}})},
		{"networks.a.link_local_ips", spec(types.ContainerSpec{Networks: map[string]*types.ServiceNetworkConfig{"a": {LinkLocalIPs: []string{"169.254.169.254"}}}}), spec(types.ContainerSpec{})},
		{"build.context", built(types.BuildConfig{Context: "https://example.com/x.git"}), built(types.BuildConfig{Context: in("app")})},
		{"build.context", built(types.BuildConfig{Context: "/"}), built(types.BuildConfig{Context: root})},
		{"build.context", built(types.BuildConfig{Context: in("out")}), built(types.BuildConfig{Context: in("ok")})},
		{"build.dockerfile", built(types.BuildConfig{Context: in("app"), Dockerfile: "../../../etc/passwd"}), built(types.BuildConfig{Context: in("data"), Dockerfile: "../app/Dockerfile"})},
		{"build.dockerfile", built(types.BuildConfig{Context: root, Dockerfile: "passwd"}), built(types.BuildConfig{Context: in("app"), Dockerfile: "Dockerfile"})},
		{"build.additional_contexts.x", built(types.BuildConfig{Context: in("app"), AdditionalContexts: types.Mapping{"x": "docker-image://a"}}), built(types.BuildConfig{Context: in("app"), AdditionalContexts: types.Mapping{"x": in("data"), "y": "service:db"}})},
		{"build.privileged", built(types.BuildConfig{Context: in("app"), Privileged: true}), built(types.BuildConfig{Context: in("app"), Target: "x"})},
		{"build.entitlements", built(types.BuildConfig{Context: in("app"), Entitlements: []string{"security.insecure"}}), built(types.BuildConfig{Context: in("app")})},
		{"build.network", built(types.BuildConfig{Context: in("app"), Network: "host"}), built(types.BuildConfig{Context: in("app"), Network: "none"})},
		{"build.ssh", built(types.BuildConfig{Context: in("app"), SSH: types.SSHConfig{{ID: "default"}}}), built(types.BuildConfig{Context: in("app")})},
		{"build.secrets", built(types.BuildConfig{Context: in("app"), Secrets: []types.ServiceSecretConfig{{Source: "x"}}}), built(types.BuildConfig{Context: in("app")})},
		{"build.cache_to", built(types.BuildConfig{Context: in("app"), CacheTo: types.StringList{"x"}}), built(types.BuildConfig{Context: in("app"), CacheFrom: types.StringList{"x"}})},
		{"build.isolation", built(types.BuildConfig{Context: in("app"), Isolation: "x"}), built(types.BuildConfig{Context: in("app")})},
	}
}

func TestT11_KeysThatReachTheHostAreRefused(t *testing.T) {
	root := repository(t)
	for _, c := range serviceCases(root) {
		t.Run(c.key, func(t *testing.T) {
			got := Check(project(root, c.bad), Options{Root: root})
			if len(got) != 1 || got[0].Key != c.key || got[0].Service != "web" {
				t.Fatalf("refusals of the bad value: %+v", got)
			}
			if word := "web." + c.key; got[0].Switch != word || !strings.Contains(got[0].Text(), word) {
				t.Errorf("switch %q, message %q: want both to name %q", got[0].Switch, got[0].Text(), word)
			}
			if got := Check(project(root, c.allowed), Options{Root: root}); len(got) != 0 {
				t.Errorf("refusals of its twin: %+v", got)
			}
			if got := Check(project(root, c.bad), Options{Root: root, Allow: []string{"web." + c.key}}); len(got) != 0 {
				t.Errorf("the switch does not accept it: %+v", got)
			}
			strict := Check(project(root, c.bad), Options{Root: root, Allow: []string{"web." + c.key}, Strict: true})
			if len(strict) != 1 || strings.Contains(strict[0].Text(), "allow-unsafe") {
				t.Errorf("a strict check listens to the switch: %+v", strict)
			}
		})
	}
}

func TestResources(t *testing.T) {
	root := repository(t)
	file := func(name string) types.FileObjectConfig {
		return types.FileObjectConfig{File: filepath.Join(root, name)}
	}
	for word, c := range map[string][2]types.Project{
		"volumes.data.external":      {{Volumes: types.Volumes{"data": {External: true}}}, {Volumes: types.Volumes{"data": {Name: "x"}}}},
		"volumes.data.driver":        {{Volumes: types.Volumes{"data": {Driver: "rclone"}}}, {Volumes: types.Volumes{"data": {Driver: "local"}}}},
		"volumes.data.driver_opts":   {{Volumes: types.Volumes{"data": {DriverOpts: types.Options{"type": "none", "o": "bind", "device": "/"}}}}, {Volumes: types.Volumes{"data": {DriverOpts: types.Options{"type": "tmpfs", "device": "tmpfs", "o": "size=9m,uid=1"}}}}},
		"volumes.nfs.driver_opts":    {{Volumes: types.Volumes{"nfs": {DriverOpts: types.Options{"type": "nfs", "o": "addr=1.2.3.4", "device": ":/"}}}}, {}},
		"volumes.trick.driver_opts":  {{Volumes: types.Volumes{"trick": {DriverOpts: types.Options{"type": "tmpfs", "device": "tmpfs", "o": "size=1m,rbind"}}}}, {}},
		"networks.edge.external":     {{Networks: types.Networks{"edge": {External: true}}}, {Networks: types.Networks{"edge": {Internal: true}}}},
		"networks.edge.driver":       {{Networks: types.Networks{"edge": {Driver: "macvlan"}}}, {Networks: types.Networks{"edge": {Driver: "bridge"}}}},
		"networks.edge.driver_opts":  {{Networks: types.Networks{"edge": {DriverOpts: types.Options{"parent": "eth0"}}}}, {}},
		"networks.edge.ipam.driver":  {{Networks: types.Networks{"edge": {Ipam: types.IPAMConfig{Driver: "dhcp"}}}}, {Networks: types.Networks{"edge": {Ipam: types.IPAMConfig{Config: []*types.IPAMPool{{Subnet: "10.0.0.0/24"}}}}}}},
		"networks.edge.ipam.options": {{Networks: types.Networks{"edge": {Ipam: types.IPAMConfig{Options: types.Options{"a": "b"}}}}}, {}},
		"configs.c.file":             {{Configs: types.Configs{"c": types.ConfigObjConfig(file("../x"))}}, {Configs: types.Configs{"c": types.ConfigObjConfig(file("app.env"))}}},
		"configs.c.template_driver":  {{Configs: types.Configs{"c": {TemplateDriver: "x", Content: "a"}}}, {Configs: types.Configs{"c": {Content: "a"}}}},
		"secrets.s.file":             {{Secrets: types.Secrets{"s": types.SecretConfig(file("passwd"))}}, {Secrets: types.Secrets{"s": types.SecretConfig(file("missing"))}}},
		"secrets.s.external":         {{Secrets: types.Secrets{"s": {External: true}}}, {Secrets: types.Secrets{"s": {Environment: "X"}}}},
		"secrets.s.driver":           {{Secrets: types.Secrets{"s": {Driver: "x"}}}, {}},
		"secrets.s.driver_opts":      {{Secrets: types.Secrets{"s": {DriverOpts: map[string]string{"a": "b"}}}}, {}},
		"jobs":                       {{Jobs: types.Jobs{"j": {}}}, {}},
		"models":                     {{Models: types.Models{"m": {}}}, {Extensions: types.Extensions{"x-a": 1}}},
	} {
		t.Run(word, func(t *testing.T) {
			c[0].WorkingDir, c[1].WorkingDir = root, root
			got := Check(&c[0], Options{Root: root})
			if len(got) != 1 || got[0].Switch != word || got[0].Service != "" {
				t.Errorf("refusals of the bad value: %+v", got)
			}
			if got := Check(&c[1], Options{Root: root}); len(got) != 0 {
				t.Errorf("refusals of its twin: %+v", got)
			}
		})
	}
}

func TestPathLeadsToTheKey(t *testing.T) {
	root := repository(t)
	got := Check(project(root, mounts(types.ServiceVolumeConfig{Type: "tmpfs"}, types.ServiceVolumeConfig{Type: "bind", Source: "/etc"})), Options{Root: root})
	if len(got) != 1 {
		t.Fatal(got)
	}
	if diff := cmp.Diff([]any{"services", "web", "volumes", 1}, got[0].Path); diff != "" {
		t.Error(diff)
	}
}

func TestRootMustBeARepository(t *testing.T) {
	for _, root := range []string{"", "/", "relative", "/does/not/exist"} {
		if got := Check(project("/", types.ServiceConfig{}), Options{Root: root, Allow: []string{""}}); len(got) == 0 {
			t.Errorf("root %q was accepted", root)
		}
	}
}

func TestTooManyServices(t *testing.T) {
	p := &types.Project{WorkingDir: "/", Services: types.Services{}}
	for i := range maxServices + 1 {
		p.Services[strings.Repeat("s", i+1)] = types.ServiceConfig{}
	}
	if got := Check(p, Options{Root: t.TempDir()}); len(got) != 1 {
		t.Errorf("refusals: %+v", got)
	}
}

// TestT11_EveryKeyOfComposeIsJudged fails when a new version of the Compose model has a key that
// the guard has neither allowed nor refused.
func TestT11_EveryKeyOfComposeIsJudged(t *testing.T) {
	known, seen := tables(), map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		table, ok := known[typ]
		if !ok {
			return
		}
		names := map[string]bool{}
		for _, f := range fieldsOf(reflect.New(typ).Elem()) {
			names[f.name] = true
			if _, ok := table[f.name]; !ok {
				t.Errorf("%v: the key %q is neither allowed nor refused", typ, f.name)
			}
			visit(f.value.Type())
		}
		for key := range table {
			if !names[key] {
				t.Errorf("%v: the guard judges %q, which does not exist", typ, key)
			}
		}
	}
	visit(reflect.TypeFor[types.Project]())
	for typ := range known {
		if !seen[typ] {
			t.Errorf("the guard has a table for %v, which no project holds", typ)
		}
	}
}

// TestUnknownKeyIsRefused shows that a key without a check does not pass at run time.
func TestT11_UnknownKeyIsRefused(t *testing.T) {
	x := &exam{o: Options{}, root: "/r", tables: tables()}
	delete(x.tables[reflect.TypeFor[types.ServiceConfig]()], "image")
	x.walk(spot{}, *project("/r", types.ServiceConfig{}))
	if len(x.refusals) != 1 || x.refusals[0].Key != "image" {
		t.Errorf("refusals: %+v", x.refusals)
	}
	x = &exam{tables: tables()}
	delete(x.tables, reflect.TypeFor[types.HealthCheckConfig]())
	x.walk(spot{}, *project("/r", work(types.WorkloadSpec{HealthCheck: &types.HealthCheckConfig{Disable: true}})))
	if len(x.refusals) != 1 || x.refusals[0].Key != "healthcheck.disable" {
		t.Errorf("refusals: %+v", x.refusals)
	}
}

func FuzzConfined(f *testing.F) {
	f.Add("app")
	f.Add("../..//etc/passwd")
	f.Add("out/x\x00")
	f.Add("ok/../passwd")
	f.Fuzz(func(t *testing.T, name string) {
		root := repository(t)
		x := &exam{root: root, base: root, tables: tables()}
		resolved, why := x.confined(filepath.Join(root, name))
		if why == "" && resolved != root && !strings.HasPrefix(resolved, root+"/") {
			t.Errorf("%q leads to %q", name, resolved)
		}
	})
}
