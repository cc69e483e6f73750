package container

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStoreOf(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"postgres": "postgres", "docker.io/library/postgres:16-alpine": "postgres", "bitnami/postgresql-repmgr:1": "postgres",
		"valkey/valkey:8.0@sha256:0": "valkey", "redis/redis-stack-server": "valkey", "localhost:5000/mariadb": "mysql",
		"mongo-express": "", "oliver006/redis_exporter": "", "dpage/pgadmin4": "", "redislabs/redisinsight": "",
		"prodrigestivill/postgres-backup-local": "", "postgrest/postgrest": "", "": "", "nginx": "",
	} {
		if got := StoreOf(ImageName(ref)); got != want {
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
		if got := IsSecretKey(key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	for value, want := range map[string]bool{
		"hunter2": true, "3f9a1c": true, "changeme": true, "p w": true,
		"": false, "  ": false, "/run/secrets/x": false, "${X}": false, "$X": false, "true": false, "yes": false, "<password>": false,
		"xxxx": false, "***": false, "{{ vault }}": false, "none": false,
	} {
		if got := IsLiteral(value); got != want {
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
			for _, w := range Split(tt.in, "command", at) {
				got = append(got, w.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What Compose resolved to a path of the repository is not a path of the host.
func TestMountsOfTheRepository(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{"/root": false, "/root/x": false, "/rootkit/../proc": true, "/proc": true} {
		if got := NewMount("/root", "bind", source, "", false, nil).Sensitive; got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}
