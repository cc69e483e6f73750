package change_test

import (
	"strings"
	"testing"
)

func line(text string) files {
	return files{"compose.yaml": "services:\n  app:\n    image: docker.io/acme/app:1\n    " + text + "\n"}
}

func granted(rule string) files {
	return files{"a.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [" + rule + "]\n"}
}

func adds(names string) files {
	return files{"a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: a, image: \"docker.io/acme/a:1\", securityContext: {" + names + "}}\n"}
}

func built(text string) files { return files{"Dockerfile": text} }

// TestNarrowed: the first brings nothing when it becomes the second; the other way round it
// brings what is named.
func TestNarrowed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		wide, narrow files
		want         string
	}{
		"capability":           {line("cap_add: [ALL]"), line("cap_add: [SYS_ADMIN, NET_ADMIN]"), "compose/cap-add"},
		"capability of a pod":  {adds("capabilities: {add: [ALL]}"), adds("capabilities: {add: [SYS_ADMIN]}"), "kubernetes/privileged"},
		"host path":            {line("volumes: ['/:/x']"), line("volumes: ['/etc:/x']"), "compose/host-path"},
		"read only":            {line("volumes: ['/etc:/x']"), line("volumes: ['/etc:/x:ro']"), "compose/host-path"},
		"loopback":             {line("ports: ['6379:6379']"), line("ports: ['127.0.0.1:6379:6379']"), "compose/published-store"},
		"one of a range":       {line("ports: ['8080-8081:80-81']"), line("ports: ['8080:80']"), "compose/low-port"},
		"verbs":                {granted("{apiGroups: [''], resources: ['*'], verbs: ['*']}"), granted("{apiGroups: [''], resources: ['*'], verbs: [get, list]}"), "kubernetes/rbac-wildcard"},
		"resources":            {granted("{apiGroups: [''], resources: ['*'], verbs: ['*']}"), granted("{apiGroups: [''], resources: [pods], verbs: ['*']}"), "kubernetes/rbac-wildcard"},
		"fewer resources":      {granted("{apiGroups: [''], resources: [pods, secrets], verbs: ['*']}"), granted("{apiGroups: [''], resources: [pods], verbs: ['*']}"), "kubernetes/rbac-wildcard"},
		"named resources":      {granted("{apiGroups: [''], resources: [secrets], verbs: ['*']}"), granted("{apiGroups: [''], resources: [secrets], verbs: ['*'], resourceNames: [a]}"), "kubernetes/rbac-wildcard"},
		"user not written":     {line("user: root"), line("stdin_open: false"), "compose/user"},
		"user of a Dockerfile": {built("FROM docker.io/acme/a:1\nUSER root\n"), built("FROM docker.io/acme/a:1\n"), "dockerfile/user"},
		"secret of a stage":    {built("FROM docker.io/acme/a:1 AS a\nENV DB_PASSWORD=k7Jx92kfm3\n"), built("FROM docker.io/acme/a:1 AS b\nENV DB_PASSWORD=k7Jx92kfm3\nFROM docker.io/acme/a:1\n"), "dockerfile/secret"},
	} {
		if got := introduced(compared(t, tt.wide, tt.narrow)); len(got) > 0 {
			t.Errorf("%s: introduced %q", name, got)
		}
		if got := strings.Join(introduced(compared(t, tt.narrow, tt.wide)), "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s the other way round: introduced %q, not %s", name, got, tt.want)
		}
	}
}

// TestOtherwiseWritten brings nothing in either direction.
func TestOtherwiseWritten(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string][2]files{
		"ports":     {line("ports: ['8080-8081:80-81']"), line("ports: ['8080:80', '8081:81']")},
		"user":      {line("user: '0'"), line("user: root:root")},
		"stage":     {built("FROM docker.io/acme/a:1 AS a\nENV DB_PASSWORD=k7Jx92kfm3\n"), built("FROM docker.io/acme/a:1 AS b\nENV DB_PASSWORD=k7Jx92kfm3\n")},
		"root user": {built("FROM docker.io/acme/a:1\nUSER 0\n"), built("FROM docker.io/acme/a:1\nUSER root:root\n")},
	} {
		for _, way := range [][2]files{tt, {tt[1], tt[0]}} {
			if got := introduced(compared(t, way[0], way[1])); len(got) > 0 {
				t.Errorf("%s: introduced %q", name, got)
			}
		}
	}
}

// TestPublicNow has a port that every interface gets: its number inside is the same.
func TestPublicNow(t *testing.T) {
	t.Parallel()
	got := introduced(compared(t, line("ports: ['127.0.0.1:8080:80']"), line("ports: ['8080:80']")))
	if len(got) != 1 || got[0] != "compose/published-interface app" {
		t.Errorf("introduced %q", got)
	}
}
