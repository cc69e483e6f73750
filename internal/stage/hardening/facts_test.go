package hardening

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
)

func TestShortPort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]port{
		"80":                       {First: 80, Last: 80},
		"8080:80":                  {Published: "8080", First: 80, Last: 80},
		"127.0.0.1:8080:80/tcp":    {HostIP: "127.0.0.1", Published: "8080", First: 80, Last: 80, Protocol: "tcp"},
		"127.0.0.1::80":            {HostIP: "127.0.0.1", First: 80, Last: 80},
		"[::1]:8080:80":            {HostIP: "::1", Published: "8080", First: 80, Last: 80},
		"9000-9010:8000-8010/udp":  {Published: "9000-9010", First: 8000, Last: 8010, Protocol: "udp"},
		"8010-8000":                {},
		"99999":                    {},
		"${PORT}:80":               {Published: "${PORT}", First: 80, Last: 80},
		"":                         {},
		"80-":                      {},
		"0.0.0.0:53:53/udp":        {HostIP: "0.0.0.0", Published: "53", First: 53, Last: 53, Protocol: "udp"},
		"::1:1:1":                  {HostIP: "::1", Published: "1", First: 1, Last: 1},
		"1-65535":                  {First: 1, Last: 65535},
		"18446744073709551616:1/x": {Published: "18446744073709551616", First: 1, Last: 1, Protocol: "x"},
	} {
		if diff := cmp.Diff(want, shortPort(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]bool{"127.0.0.1": true, "127.1.2.3": true, "::1": true, "0.0.0.0": false, "": false, "localhost": false} {
		if got := loopback(ip); got != want {
			t.Errorf("%q: %v", ip, got)
		}
	}
}

func TestParseTmpfs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]tmpfs{
		"/tmp":                               {Target: "/tmp", Valid: "/tmp"},
		"/tmp:size=64m":                      {Target: "/tmp", Size: true, Valid: "/tmp:size=64m"},
		"/tmp:size=64m,exec,nosymlink":       {Target: "/tmp", Size: true, Exec: true, Invalid: []string{"nosymlink"}, Valid: "/tmp:size=64m,exec"},
		"/tmp:exec,noexec":                   {Target: "/tmp", Valid: "/tmp:exec,noexec"},
		"/tmp:noexec,exec":                   {Target: "/tmp", Exec: true, Valid: "/tmp:noexec,exec"},
		"/tmp:mode=1777,uid=1,gid=1,mpol=x":  {Target: "/tmp", Valid: "/tmp:mode=1777,uid=1,gid=1,mpol=x"},
		"/tmp:nr_inodes=1,nr_blocks=1,rw":    {Target: "/tmp", Valid: "/tmp:nr_inodes=1,nr_blocks=1,rw"},
		"/tmp:nosymfollow":                   {Target: "/tmp", Invalid: []string{"nosymfollow"}, Valid: "/tmp"},
		"/tmp:size":                          {Target: "/tmp", Invalid: []string{"size"}, Valid: "/tmp"},
		"/tmp:size=":                         {Target: "/tmp", Valid: "/tmp:size="},
		"/tmp:ro=1":                          {Target: "/tmp", Invalid: []string{"ro=1"}, Valid: "/tmp"},
		"/tmp:defaults,,nodev":               {Target: "/tmp", Invalid: []string{""}, Valid: "/tmp:defaults,nodev"},
		"/tmp:exec dev":                      {Target: "/tmp", Invalid: []string{"exec dev"}, Valid: "/tmp"},
		"":                                   {},
		"/tmp:size=0":                        {Target: "/tmp", Valid: "/tmp:size=0"},
		"/run:rslave,nostrictatime,noatime":  {Target: "/run", Valid: "/run:rslave,nostrictatime,noatime"},
		"/tmp:SIZE=1":                        {Target: "/tmp", Invalid: []string{"SIZE=1"}, Valid: "/tmp"},
		"/tmp:size=64m,mode=1777,size=,exec": {Target: "/tmp", Size: true, Exec: true, Valid: "/tmp:size=64m,mode=1777,size=,exec"},
	} {
		if want.Invalid == nil {
			want.Invalid = []string{}
		}
		if diff := cmp.Diff(want, parseTmpfs(in, nil)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestParseOption(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]option{
		"no-new-privileges":          {Key: "no-new-privileges", On: true},
		"no-new-privileges:true":     {Key: "no-new-privileges", Value: "true", On: true},
		"no-new-privileges=T":        {Key: "no-new-privileges", Value: "T", On: true},
		"no-new-privileges:0":        {Key: "no-new-privileges", Value: "0"},
		"no-new-privileges:yes":      {Key: "no-new-privileges", Value: "yes"},
		"seccomp:./a=b.json":         {Key: "seccomp:./a", Value: "b.json"},
		"seccomp=C:/p.json":          {Key: "seccomp", Value: "C:/p.json"},
		"label:type:x":               {Key: "label", Value: "type:x"},
		"NO-NEW-PRIVILEGES:true":     {Key: "NO-NEW-PRIVILEGES", Value: "true", On: true},
		"systempaths=unconfined":     {Key: "systempaths", Value: "unconfined"},
		"credentialspec=file://x:y ": {Key: "credentialspec", Value: "file://x:y "},
	} {
		if diff := cmp.Diff(want, parseOption(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestProductOf(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"postgres": "postgres", "docker.io/library/postgres:16-alpine": "postgres", "bitnami/postgresql-repmgr:1": "postgres",
		"valkey/valkey:8.0@sha256:0": "valkey", "redis/redis-stack-server": "valkey", "localhost:5000/mariadb": "mysql",
		"mongo-express": "", "oliver006/redis_exporter": "", "dpage/pgadmin4": "", "redislabs/redisinsight": "",
		"prodrigestivill/postgres-backup-local": "", "postgrest/postgrest": "", "": "", "nginx": "",
	} {
		if got := productOf(imageName(ref)); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

func TestSecretKeys(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"DB_PASSWORD": true, "POSTGRES_PASSWORD": true, "mysqlPassword": true, "API_KEY": true, "APIKEY": true, "SECRET": true,
		"CLIENT_SECRET": true, "GITHUB_TOKEN": true, "AWS_SECRET_ACCESS_KEY": true, "DB_PASS": true, "VALKEY_PASS": true,
		"Jwt__Secret": true, "PASSWORD_2": true,
		"DB_PASSWORD_FILE": false, "TOKEN_TTL": false, "SECRET_NAME": false, "ALLOW_EMPTY_PASSWORD": false, "TOKEN_URL": false,
		"COMPASS": false, "BYPASS": false, "MONKEY": false, "KEYBOARD": false, "PASSWORD_POLICY": false, "PUBLIC_KEY": false,
		"SECRETARY": false, "DISABLE_TOKEN": false,
	} {
		if got := isSecretKey(key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	for value, want := range map[string]bool{
		"hunter2": true, "3f9a1c": true, "changeme": true, "p w": true,
		"": false, "  ": false, "/run/secrets/x": false, "${X}": false, "$X": false, "true": false, "yes": false, "<password>": false,
		"xxxx": false, "***": false, "{{ vault }}": false, "none": false,
	} {
		if got := isLiteral(value); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestSensitive(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"/": true, "/etc": true, "/etc/": true, "/etc/../etc": true, "/proc": true, "/proc/1": true, "/root/x": true,
		"/var/lib/docker/volumes": true, "~/.ssh": true, "/home/me/.kube/config": true, "${HOME}": true, "/etc/shadow": true,
		"/etc/localtime": false, "/variable": false, "/etcetera": false, "/data": false, "./etc": false, "data": false,
		"/dev/shm": false, "/opt/app": false, "": false,
	} {
		if got := sensitive(host); got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	at := []any{"c"}
	for name, tt := range map[string]struct {
		in   any
		want []string
	}{
		"line":     {`app --name "a b" 'c'`, []string{"app", "--name", "a b", "c"}},
		"list":     {[]any{"app", "a b"}, []string{"app", "a b"}},
		"shell":    {[]any{"/bin/sh", "-c", "app --x"}, []string{"/bin/sh", "-c", "app", "--x"}},
		"nested":   {`sh -c "app --x 'y z'"`, []string{"sh", "-c", "app", "--x", "y z"}},
		"health":   {[]any{"CMD-SHELL", "curl -k x"}, []string{"CMD-SHELL", "curl", "-k", "x"}},
		"operator": {"a; b --password x", []string{"a;", "b", "--password", "x"}},
		"unclosed": {`a "b c`, []string{"a", `"b`, "c"}},
		"option_c": {[]any{"app", "-c", "a b"}, []string{"app", "-c", "a b"}},
		"nothing":  {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range split(tt.in, "command", at) {
				got = append(got, w.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDemand(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"${P}": "${P:?set P}", "$P": "${P:?set P}", "${P:-}": "${P:?set P}", "${P-}": "${P:?set P}", "a ${P} $P2": "a ${P:?set P} $P2",
		"${P:+x}": "", "": "", "x": "",
	} {
		if got := demand(raw, []string{"P"}); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"30s": 30, "1m30s": 90, "": 0, "soon": 0, "500ms": 0.5} {
		if got := seconds(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

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
	f := dockerfileFacts(model)
	if u := f.Stages[1].User; u.Value != "7" || !u.Set {
		t.Errorf("user of a stage on another stage: %+v", u)
	}
	if diff := cmp.Diff([]secret{{Key: "TOKEN", From: "ARG", Path: []any{"instructions", 0}}}, f.Stages[0].Secrets); diff != "" {
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
			c, _ := join(p, nil)
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

// What Compose resolved to a path of the repository is not a path of the host.
func TestMountsOfTheRepository(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{"/root": false, "/root/x": false, "/rootkit/../proc": true, "/proc": true} {
		if got := newMount("/root", "bind", source, "", false, nil).Sensitive; got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}

// A variable that the repository's .env sets is not optional.
func TestOptionalPassword(t *testing.T) {
	t.Parallel()
	s := scope{doc: &plan.Document{}}
	for _, v := range []struct {
		plan.Variable
		want int
	}{{plan.Variable{Name: "P"}, 1}, {plan.Variable{Name: "P", Set: true}, 0}, {plan.Variable{Name: "P", Required: true}, 0}} {
		if got := s.password("${P}", []plan.Variable{v.Variable}, nil).Optional; len(got) != v.want {
			t.Errorf("%+v: optional %v", v.Variable, got)
		}
	}
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
