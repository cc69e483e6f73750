package hardening_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/hardening"
	"github.com/stella-ops/assure/policies"
)

var _ stage.Stage = (*hardening.Stage)(nil)

func quiet(string) {}

// repository writes files to a directory and plans it.
func repository(t testing.TB, files map[string]string) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return build(t, dir)
}

func build(t testing.TB, dir string) *plan.Plan {
	t.Helper()
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	p, err := discover.Build(t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// engines are compiled once a profile.
var engines sync.Map

func engine(t testing.TB, profile string, packs ...policy.Pack) *policy.Engine {
	t.Helper()
	if e, ok := engines.Load(profile); ok && len(packs) == 0 {
		return e.(*policy.Engine)
	}
	e, err := policy.Load(policies.FS, packs, profile)
	if err != nil {
		t.Fatal(err)
	}
	e.Now = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	if len(packs) == 0 {
		engines.Store(profile, e)
	}
	return e
}

// judge runs the stage and expects no error.
func judge(t testing.TB, p *plan.Plan, profile string, packs ...policy.Pack) finding.Set {
	t.Helper()
	cfg := config.Hardening{Profile: profile}
	set, err := hardening.New(engine(t, profile, packs...), cfg).Run(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// lines renders findings as the command line does, sorted by place.
func lines(set finding.Set) string {
	slices.SortFunc(set.Findings, func(a, b finding.Finding) int {
		if c := a.Location.Compare(b.Location); c != 0 {
			return c
		}
		return strings.Compare(a.Rule+a.Message, b.Rule+b.Message)
	})
	var b strings.Builder
	for _, f := range set.Findings {
		fmt.Fprintf(&b, "%s: %s %s [%s] %s\n", f.Location, f.Severity, f.Rule, f.Subject, f.Message)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *hardening.Update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// The guide's own stack, judged by each profile.
func TestGuideSample(t *testing.T) {
	t.Parallel()
	p := build(t, filepath.Join("testdata", "guide"))
	for _, profile := range policy.Profiles {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			set := judge(t, p, profile)
			if len(set.Gaps) > 0 {
				t.Errorf("gaps: %v", set.Gaps)
			}
			golden(t, "guide-"+profile+".txt", lines(set))
		})
	}
}

// The letter of the guide passes, apart from two facts: an option that the engine
// refuses, and a password that may be empty.
func TestGuideLiteralAcceptsTheGuide(t *testing.T) {
	t.Parallel()
	set := judge(t, build(t, filepath.Join("testdata", "guide")), "guide-literal")
	var got []string
	for _, f := range set.Findings {
		got = append(got, f.Rule)
	}
	slices.Sort(got)
	want := []string{"compose/store-password-required", "compose/tmpfs-options"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// exampleFiles are the files of an example: one of its kind, or several in txtar form.
func exampleFiles(kind, content string) map[string]string {
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(content)).Files {
		files[f.Name] = string(f.Data)
	}
	if len(files) == 0 {
		files[map[string]string{"compose": "compose.yaml", "kubernetes": "object.yaml", "dockerfile": "Dockerfile"}[kind]] = content
	}
	return files
}

// aboutLoading are the rules whose bad example cannot be seen in full.
var aboutLoading = map[string]bool{"config/compose-unreadable": true, "config/remote-include": true}

// Every rule fires on its bad example, at a place inside it, and not on its good one.
func TestEveryRuleFiresAndStaysSilent(t *testing.T) {
	t.Parallel()
	profile, err := os.ReadFile(filepath.Join("testdata", "guide", "seccomp-backend.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range engine(t, "").Examples() {
		t.Run(ex.Rule, func(t *testing.T) {
			t.Parallel()
			run := func(content string) (hits []finding.Finding, judged int) {
				files := exampleFiles(ex.Kind, content)
				files["seccomp-backend.json"], files["db.txt"] = string(profile), ""
				p := repository(t, files)
				set := judge(t, p, "")
				if len(set.Gaps) > len(p.Gaps("hardening")) || len(set.Gaps) > 0 && !aboutLoading[ex.Rule] {
					t.Fatalf("gaps: %v", set.Gaps)
				}
				for _, f := range set.Findings {
					if f.Rule == ex.Rule {
						hits = append(hits, f)
					}
				}
				return hits, set.Judged[ex.Rule]
			}
			bad, judged := run(ex.Bad)
			if len(bad) == 0 || judged == 0 {
				t.Errorf("%d findings and %d subjects on the bad example", len(bad), judged)
			}
			for _, f := range bad {
				if f.Location.Region.StartLine < 1 || f.Subject == "" || f.Key == "" && ex.Kind != "dockerfile" {
					t.Errorf("finding is incomplete: %+v", f)
				}
			}
			if good, _ := run(ex.Good); len(good) > 0 {
				t.Errorf("fires on the good example: %v", good)
			}
		})
	}
}

// An image that is known to run as another user than root is no serious finding; every
// other image is.
func TestUserOfKnownImages(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"dpage/pgadmin4:latest": "low", "docker.redpanda.com/vectorized/redpanda:v22.2.2": "low", "gcr.io/distroless/static:nonroot": "low",
		"pgadmin4": "high", "acme/pgadmin4": "high", "postgres:16": "high",
	} {
		set := judge(t, repository(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: " + ref + "\n"}), "guide")
		if got := lines(set); !strings.Contains(got, want+" compose/user ") {
			t.Errorf("%s: %s", ref, got)
		}
	}
}

func TestRunReportsWhatItSaw(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{
		"compose.yaml":     "services:\n  web:\n    image: web\n    privileged: true\n  db:\n    image: postgres:16\n",
		"Dockerfile":       "FROM golang AS build\nFROM scratch\nUSER 1\n",
		"k8s/pod.yaml":     "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a}, {name: b}]\n",
		"k8s/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: [{port: 80}]\n",
	})
	p.Problems = append(p.Problems,
		plan.Problem{Gap: finding.Gap{Location: finding.Top("x.yaml"), Message: "unreadable"}, Stages: []string{"hardening"}},
		plan.Problem{Gap: finding.Gap{Location: finding.Top("y.yaml"), Message: "unreadable"}, Stages: []string{"deps"}})
	set := judge(t, p, "guide")
	want := map[string]int{"compose files": 1, "dockerfiles": 1, "kubernetes objects": 2}
	if diff := cmp.Diff(want, set.Coverage); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]finding.Gap{{Location: finding.Top("x.yaml"), Message: "unreadable"}}, set.Gaps); diff != "" {
		t.Error(diff)
	}
	for rule, want := range map[string]int{
		"compose/privileged": 2, "compose/store-authentication": 1, "compose/https-only": 0, "dockerfile/user": 1,
		"dockerfile/secret": 2, "kubernetes/run-as-non-root": 2, "kubernetes/published-store": 0,
	} {
		if got := set.Judged[rule]; got != want {
			t.Errorf("%s judged %d subjects, want %d", rule, got, want)
		}
	}
	i := slices.IndexFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == "compose/privileged" })
	if i < 0 {
		t.Fatal("privileged service was not found")
	}
	wantFinding := finding.Finding{
		Rule: "compose/privileged", Severity: finding.Critical, Subject: "web", Key: "services.web.privileged",
		Message: "service web runs privileged (services.web.privileged)",
		Location: finding.Location{URI: "compose.yaml", Region: finding.Region{
			StartLine: 4, StartColumn: 17, EndLine: 4, EndColumn: 21,
		}},
	}
	if diff := cmp.Diff(wantFinding, set.Findings[i], cmp.FilterPath(func(p cmp.Path) bool {
		return p.String() == "Fix" || p.String() == "Properties"
	}, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{
		"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: true\n" +
			"  containers: [{name: a, securityContext: {privileged: true}}]\n",
		"Dockerfile": "FROM x AS build\nENV TOKEN=3f9a1c77e0\nFROM y\nUSER root\n",
	})
	subjects, aliases := map[string]string{}, map[string]string{}
	for _, f := range judge(t, p, "guide").Findings {
		subjects[f.Rule], aliases[f.Rule] = f.Subject, f.Alias
	}
	for rule, want := range map[string]string{
		"kubernetes/privileged": "Pod/p/a", "kubernetes/host-namespace": "Pod/p", "dockerfile/secret": "build",
		"dockerfile/user": "final stage",
	} {
		if subjects[rule] != want {
			t.Errorf("%s: subject %q, want %q", rule, subjects[rule], want)
		}
	}
	if aliases["dockerfile/user"] != "stage 1" || aliases["dockerfile/secret"] != "" {
		t.Errorf("aliases: %v", aliases)
	}
}

// Roles come from the configuration where nothing else tells them.
func TestConfiguredRole(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"compose.yaml": "services:\n  cache:\n    image: acme/thing\n    ports: ['80:80']\n"})
	cfg := config.Hardening{Profile: "baseline", Roles: map[string]string{"cache": "store"}}
	set, err := hardening.New(engine(t, "baseline"), cfg).Run(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(set); !strings.Contains(got, "compose/published-store") {
		t.Errorf("got %q", got)
	}
}

// The same weakness is found in every spelling that the engine takes.
func TestSpellings(t *testing.T) {
	t.Parallel()
	const head = "services:\n  web:\n    image: web\n"
	for name, tt := range map[string]struct {
		body, rule string
		want       bool
	}{
		"colon":           {"    security_opt: ['no-new-privileges:true']", "compose/no-new-privileges", false},
		"equals":          {"    security_opt: ['no-new-privileges=1']", "compose/no-new-privileges", false},
		"bare":            {"    security_opt: [no-new-privileges]", "compose/no-new-privileges", false},
		"false":           {"    security_opt: ['no-new-privileges=F']", "compose/no-new-privileges", true},
		"last_wins":       {"    security_opt: ['no-new-privileges', 'no-new-privileges:false']", "compose/no-new-privileges", true},
		"lower_case":      {"    cap_drop: [all]", "compose/cap-drop", false},
		"prefixed":        {"    cap_add: [cap_sys_admin]", "compose/cap-add", true},
		"seccomp_colon":   {"    security_opt: ['seccomp:unconfined']", "compose/unconfined", true},
		"seccomp_equals":  {"    security_opt: ['seccomp=unconfined']", "compose/unconfined", true},
		"label":           {"    security_opt: ['label:disable']", "compose/unconfined", true},
		"long_socket":     {"    volumes: [{type: bind, source: /var/run/docker.sock, target: /s}]", "compose/docker-socket", true},
		"variable_dir":    {"    volumes: ['/variable:/x']", "compose/host-path", false},
		"anonymous":       {"    volumes: [/var/lib/x]", "compose/host-path", false},
		"repository_dir":  {"    volumes: ['./data:/x', '.:/y']", "compose/host-path", false},
		"read_only_proc":  {"    volumes: ['/proc:/host/proc:ro']", "compose/host-path", true},
		"string_tmpfs":    {"    tmpfs: /tmp", "compose/tmpfs-size", true},
		"long_tmpfs":      {"    volumes: [{type: tmpfs, target: /tmp, tmpfs: {size: 1000}}]", "compose/tmpfs-size", false},
		"long_tmpfs_bare": {"    volumes: [{type: tmpfs, target: /tmp}]", "compose/tmpfs-size", true},
		"range":           {"    ports: ['6000-6500:6000-6500']", "compose/published-store", true},
		"long_port":       {"    ports: [{target: 5432, published: '9'}]", "compose/published-store", true},
		"env_list":        {"    environment: ['ASPNETCORE_URLS=http://+:80']", "compose/https-only", true},
		"root_name":       {"    user: root", "compose/user", true},
		"built_proxy":     {"  proxy:\n    build: .\n    ports: ['80:8080']", "compose/published-interface", false},
		"built_other":     {"  app:\n    build: .\n    ports: ['80:8080']", "compose/published-interface", true},
		"root_number":     {"    user: '00:5'", "compose/user", true},
		"unknown_user":    {"    user: '${WHO}'", "compose/user", true},
		"known_default":   {"    user: '${WHO:-7}'", "compose/user", false},
		"merge_key":       {"    <<: {privileged: true}", "compose/privileged", true},
		"default_net":     {"    networks: {default: }", "compose/named-network", true},
		"check_none":      {"    healthcheck: {test: [NONE]}", "compose/healthcheck", true},
		"check_string":    {"    healthcheck: {test: 'true'}", "compose/healthcheck", false},
		"shell_argument":  {"    command: sh -c 'app --password secret'", "compose/secret-argument", true},
		"url_password":    {"    environment: {DB: 'postgres://u:hunter2@db/x'}", "compose/secret-literal", true},
		"url_variable":    {"    environment: {DB: 'postgres://u:${P}@db/x'}", "compose/secret-literal", false},
		"default_secret":  {"    environment: {DB_PASSWORD: '${P:-hunter2}'}", "compose/secret-literal", true},
		"variable_secret": {"    environment: {DB_PASSWORD: '${P}'}", "compose/secret-literal", false},
		"file_secret":     {"    environment: {DB_PASSWORD_FILE: /run/secrets/x}", "compose/secret-literal", false},
		"filler_secret":   {"    environment: {DB_PASSWORD: '<password>'}", "compose/secret-literal", false},
		"switch":          {"    environment: {ENABLE_TOKEN: 'true'}", "compose/secret-literal", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := repository(t, map[string]string{"compose.yaml": head + tt.body + "\n"})
			set := judge(t, p, "strict")
			if len(p.Problems)+len(set.Gaps) > 0 {
				t.Fatalf("problems: %v %v", p.Problems, set.Gaps)
			}
			got := slices.ContainsFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == tt.rule })
			if got != tt.want {
				t.Errorf("%s fires: %v, want %v\n%s", tt.rule, got, tt.want, lines(set))
			}
		})
	}
}

// A store is told by image, command or port, and its password in every place.
func TestStores(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"open":            {"image: redis", []string{"compose/store-authentication"}},
		"registry":        {"image: ghcr.io/acme/valkey:8@sha256:" + strings.Repeat("a", 64), []string{"compose/store-authentication"}},
		"command":         {"image: acme/cache\n    command: redis-server --save 60 1", []string{"compose/store-authentication"}},
		"exporter":        {"image: oliver006/redis_exporter", nil},
		"literal":         {"image: redis\n    command: redis-server --requirepass hunter2", []string{"compose/store-password-literal"}},
		"shell":           {"image: redis\n    command: [sh, -c, 'exec redis-server --requirepass hunter2']", []string{"compose/store-password-literal"}},
		"shell_variable":  {"image: redis\n    command: [sh, -c, 'redis-server --requirepass $$PASS']", nil},
		"optional":        {"image: redis\n    command: redis-server --requirepass ${P}", []string{"compose/store-password-required"}},
		"empty_default":   {"image: redis\n    command: [redis-server, --requirepass, '${P:-}']", []string{"compose/store-password-required"}},
		"default":         {"image: redis\n    command: [redis-server, --requirepass, '${P:-x}']", []string{"compose/store-password-literal"}},
		"required":        {"image: redis\n    command: [redis-server, --requirepass, '${P:?}']", nil},
		"other_variable":  {"image: redis\n    command: redis-server --port ${PORT} --requirepass ${P:?}", nil},
		"acl":             {"image: redis\n    command: redis-server --aclfile /run/secrets/acl", nil},
		"configuration":   {"image: redis\n    command: redis-server /etc/redis.conf", nil},
		"any_file_name":   {"image: redis\n    command: redis-server /etc/limits.config", nil},
		"bitnami_empty":   {"image: bitnami/redis\n    environment: [ALLOW_EMPTY_PASSWORD=yes]", []string{"compose/store-authentication"}},
		"bitnami_literal": {"image: bitnami/redis\n    environment: {REDIS_PASSWORD: hunter2}", []string{"compose/store-password-literal"}},
		"trust":           {"image: postgres\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}", []string{"compose/store-authentication"}},
		"postgres_file":   {"image: postgres\n    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/x}", nil},
		"mysql_open":      {"image: mysql\n    environment: {MYSQL_ALLOW_EMPTY_PASSWORD: 'no'}", []string{"compose/store-authentication"}},
		"mysql_closed":    {"image: mysql\n    environment: {MYSQL_ALLOW_EMPTY_PASSWORD: ''}", nil},
		"mongo":           {"image: mongo\n    command: mongod --replSet rs0", []string{"compose/store-authentication"}},
		"mongo_auth":      {"image: mongo\n    command: [--auth]", nil},
		"mongo_settings":  {"image: mongo\n    command: mongod --config=/etc/mongod.conf", nil},
		"mongo_account":   {"image: mongo\n    environment: [MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/x]", nil},
		"mongo_noauth":    {"image: mongo\n    command: mongod --noauth", []string{"compose/store-authentication"}},
		"elastic":         {"image: elasticsearch:8.19.0", nil},
		"elastic_open":    {"image: elasticsearch:8.19.0\n    environment: [xpack.security.enabled=false]", []string{"compose/store-authentication"}},
		"opensearch_open": {"image: opensearchproject/opensearch:2\n    environment: [DISABLE_SECURITY_PLUGIN=true]", []string{"compose/store-authentication"}},
		"postgres_plain":  {"image: postgres\n    environment: {POSTGRES_PASSWORD: x1}", []string{"compose/store-password-literal"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := repository(t, map[string]string{"compose.yaml": "services:\n  db:\n    " + tt.body + "\n"})
			var got []string
			for _, f := range judge(t, p, "baseline").Findings {
				got = append(got, f.Rule)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSeccompFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ content, want string }{
		"denies":     {`{"defaultAction": "SCMP_ACT_ERRNO"}`, ""},
		"allows":     {`{"defaultAction": "SCMP_ACT_ALLOW"}`, "high compose/seccomp-file"},
		"broken":     {`{`, "high compose/seccomp-file"},
		"risky":      {`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}]}`, "medium compose/seccomp-file"},
		"capability": {`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_BPF"]}}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := lines(judge(t, repository(t, map[string]string{
				"deploy/compose.yaml": "services:\n  web:\n    image: web\n    security_opt: ['seccomp=./s/p.json']\n",
				"deploy/s/p.json":     tt.content,
			}), "guide"))
			if found := strings.Contains(got, "compose/seccomp-file"); found != (tt.want != "") || !strings.Contains(got, tt.want) {
				t.Errorf("want %q in\n%s", tt.want, got)
			}
		})
	}
}

// Text of the repository stays text: it neither breaks the evaluation nor a message.
func TestHostileStrings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`a"];b`, "a\u202eb", `%s%d`, "::error::x", "data.policies", "\x1b[31m", strings.Repeat("x", 5000)} {
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		doc := plan.Document{Kind: plan.Compose, Name: "compose.yaml", Model: map[string]any{"services": map[string]any{
			name: map[string]any{"privileged": true, "command": name, "environment": map[string]any{name: name}},
		}}}
		set := judge(t, &plan.Plan{Documents: []plan.Document{doc}}, "strict")
		if len(set.Gaps) > 0 || !strings.Contains(lines(set), "compose/privileged ["+name+"] service "+name+" runs privileged") {
			t.Errorf("name %s: %v", quoted, set.Gaps)
		}
	}
}

// odd are values where rules expect something else.
var odd = []any{nil, true, 7, 1.5, "x", "", []any{}, []any{nil, 1, map[string]any{}}, map[string]any{}, map[string]any{"a": nil}}

// No value of any type at any key that rules read makes the evaluation fail: that would
// let a file hide itself behind a gap.
func TestOddTypes(t *testing.T) {
	t.Parallel()
	var docs []plan.Document
	keys := []string{
		"image", "user", "read_only", "privileged", "security_opt", "cap_add", "cap_drop", "tmpfs", "volumes", "ports",
		"environment", "labels", "command", "entrypoint", "healthcheck", "networks", "depends_on", "network_mode", "pid",
		"build", "post_start", "deploy", "use_api_socket",
	}
	for _, key := range keys {
		for _, v := range odd {
			svc := map[string]any{key: v}
			docs = append(docs, plan.Document{Kind: plan.Compose, Name: key, Model: map[string]any{
				"services": map[string]any{"backend": svc, "redis": v}, "networks": map[string]any{"n": v}, "volumes": v,
			}})
		}
	}
	for _, key := range []string{"type", "ports", "selector", "externalIPs", "containers", "volumes", "securityContext", "hostPID", "replicas", "template"} {
		for _, v := range odd {
			for _, kind := range []string{"Pod", "Service", "Deployment"} {
				spec := map[string]any{"containers": []any{map[string]any{key: v, "env": v}, v}}
				spec[key] = v
				docs = append(docs, plan.Document{Kind: plan.Kubernetes, Name: key, Model: map[string]any{
					"kind": kind, "metadata": v, "spec": spec,
				}})
			}
		}
	}
	for _, v := range odd {
		docs = append(docs, plan.Document{Kind: plan.Dockerfile, Name: "Dockerfile", Model: map[string]any{"stages": []any{
			v, map[string]any{"name": v, "from": v, "instructions": []any{v, map[string]any{"name": "USER", "args": v}}},
		}}})
	}
	for _, g := range judge(t, &plan.Plan{Documents: docs}, "strict").Gaps {
		if g.Rule != gap.ObjectMalformed {
			t.Error(g.Message)
		}
	}
}

// labPack is a team's pack whose rule has the given condition.
func labPack(condition string) policy.Pack {
	return policy.Pack{Name: "acme", Dir: "rules", FS: fstest.MapFS{
		"controls/acme.yaml": {Data: []byte("framework: acme\ncontrols: [{id: ACME-1, title: Images are released, severity: low}]\n")},
		"compose/lab.rego": {Data: []byte(`# METADATA
# title: Image comes from the lab
# scope: package
# custom:
#   severity: low
#   controls: [ACME-1]
#   remediation: Use the released image.
package packs.acme.compose.lab

results contains {"message": "lab", "path": ["services", name, "image"]} if {
	some name, service in input.services
	` + condition + `
}
`)},
	}}
}

func TestUserPack(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"compose.yaml": "services:\n  web:\n    image: lab/web\n"})
	got := lines(judge(t, p, "baseline", labPack(`startswith(service.image, "lab/")`)))
	if want := "compose.yaml:3:12: low acme/compose/lab [web] lab\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// One document that cannot be judged is a gap; the others keep their findings.
func TestFailingDocumentIsAGap(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{
		"a/compose.yaml": "services:\n  web:\n    image: web\n    privileged: true\n    user: seven\n",
		"b/compose.yaml": "services:\n  web:\n    image: web\n    privileged: true\n    user: '7'\n",
	})
	set := judge(t, p, "baseline", labPack("to_number(service.user) == 8"))
	if len(set.Gaps) != 1 || set.Gaps[0].Location.URI != "a/compose.yaml" || !strings.Contains(set.Gaps[0].Message, "lab.rego:") {
		t.Errorf("gaps: %v", set.Gaps)
	}
	if got := lines(set); strings.Count(got, "compose/privileged") != 1 {
		t.Errorf("got %q", got)
	}
}

func TestJobsAreAGap(t *testing.T) {
	t.Parallel()
	doc := plan.Document{Kind: plan.Compose, Name: "compose.yaml", Model: map[string]any{"jobs": map[string]any{"x": map[string]any{}}}}
	if set := judge(t, &plan.Plan{Documents: []plan.Document{doc}}, "guide"); len(set.Gaps) != 1 {
		t.Errorf("gaps: %v", set.Gaps)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := repository(t, map[string]string{"compose.yaml": "services:\n  web:\n    image: web\n"})
	set, err := hardening.New(engine(t, "guide"), config.Hardening{}).Run(ctx, p, quiet)
	if err == nil || len(set.Findings) > 0 {
		t.Errorf("error %v, %d findings", err, len(set.Findings))
	}
}

func TestRunIsDeterministic(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	sample, err := os.ReadFile(filepath.Join("testdata", "guide", "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		files[fmt.Sprintf("%d/compose.yaml", i)] = string(sample)
	}
	p := repository(t, files)
	first := judge(t, p, "strict")
	for range 3 {
		if diff := cmp.Diff(first, judge(t, p, "strict")); diff != "" {
			t.Fatal(diff)
		}
	}
}

// Real files of other projects load and are judged without a gap.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("ASSURE_CORPUS")
	if dir == "" {
		t.Skip("ASSURE_CORPUS names no directory of Compose files")
	}
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if model := (struct{ Services map[string]any }{}); yaml.Unmarshal(data, &model) == nil && len(model.Services) > 0 {
			files[fmt.Sprintf("%03d-%s/compose.yaml", len(files), strings.TrimSuffix(d.Name(), filepath.Ext(name)))] = string(data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set := judge(t, repository(t, files), "baseline")
	t.Logf("%v, %d gaps\n%s", set.Coverage, len(set.Gaps), lines(set))
}

func BenchmarkRun(b *testing.B) {
	p := build(b, filepath.Join("testdata", "guide"))
	e := engine(b, "guide")
	s := hardening.New(e, config.Hardening{Profile: "guide"})
	for b.Loop() {
		if _, err := s.Run(b.Context(), p, quiet); err != nil {
			b.Fatal(err)
		}
	}
}
