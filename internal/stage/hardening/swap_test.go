package hardening_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A dangerous value in place of another one of the same rule.
var swaps = []struct{ file, rule, text, from, to string }{
	{"compose.yaml", "compose/cap-add", service("cap_add: [NET_RAW, %s]"), "NET_ADMIN", "SYS_ADMIN"},
	{"compose.yaml", "compose/device", service("devices: ['%s']"), "/dev/sda:/dev/sda", "/dev/mem:/dev/sda"},
	{"compose.yaml", "compose/device", service("device_cgroup_rules: ['%s']"), "c 1:3 mr", "a *:* rwm"},
	{"compose.yaml", "compose/host-path", service("volumes: ['%s:/x:ro']"), "/etc", "/"},
	{"compose.yaml", "compose/host-path", service("volumes: [{type: bind, source: %s, target: /x}]"), "/boot", "/root"},
	{"compose.yaml", "compose/docker-socket", service("volumes: ['%s:/x']"), "/run/docker.sock", "/run/containerd/containerd.sock"},
	{"compose.yaml", "compose/host-namespace", service("%s: host"), "ipc", "pid"},
	{"compose.yaml", "compose/unconfined", service("security_opt: ['%s']"), "apparmor=unconfined", "seccomp:unconfined"},
	{"compose.yaml", "compose/published-interface", service("ports: ['%s']"), "8080:8080", "9090:8080"},
	{"compose.yaml", "compose/published-interface", service("ports: ['53:53%s']"), "", "/udp"},
	{"compose.yaml", "compose/secret-literal", service("environment: ['%s']"), "API_TOKEN=k7Jx92kfm3", "DB_PASSWORD=k7Jx92kfm3"},
	{"compose.yaml", "compose/bridge-network", "services: {web: {image: a, networks: [n]}}\nnetworks: {n: {driver: %s}}\n", "macvlan", "host"},
	{"pod.yaml", "kubernetes/privileged", pod("securityContext: {capabilities: {add: [%s]}}"), "SYS_PTRACE", "CAP_SYS_ADMIN"},
	{"pod.yaml", "kubernetes/host-namespace", pod("ports: [{containerPort: 80, hostPort: %s}]"), "80", "22"},
	{"pod.yaml", "kubernetes/secret-literal", pod("env: [{name: %s, value: k7Jx92kfm3}]"), "API_TOKEN", "ADMIN_PASSWORD"},
	{"pod.yaml", "kubernetes/host-path", volume("{hostPath: {path: %s}, name: v}"), "/opt/data", "/root"},
	{"pod.yaml", "kubernetes/engine-socket", volume("{hostPath: {path: %s}, name: v}"), "/run/docker.sock", "/run/crio/crio.sock"},
	{"pod.yaml", "kubernetes/seccomp-profile", pod("securityContext: {seccompProfile: {%s}}"), "localhostProfile: x", "type: Unconfined"},
	{"role.yaml", "kubernetes/rbac-wildcard", role("{apiGroups: [''], resources: [%s], verbs: ['*']}"), "pods", "secrets"},
	{"role.yaml", "kubernetes/rbac-wildcard", role("{apiGroups: [''], resources: [x], verbs: [get, %s]}"), "escalate", "impersonate"},
	{"pod.yaml", "kubernetes/privileged", strings.Replace(pod("securityContext: {privileged: true}"), "name: p", "name: p, namespace: %s", 1), "dev", "prod"},
	{"Dockerfile", "dockerfile/secret", "FROM a\nENV %s=k7Jx92kfm3\nUSER 7\n", "API_TOKEN", "SIGNING_PASSWORD"},
	{"Dockerfile", "dockerfile/secret", "FROM a\nCOPY %s /x/\nUSER 7\n", "id_rsa", "tls.key"},
}

func service(line string) string { return "services:\n  web:\n    image: a\n    " + line + "\n" }

func pod(line string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: a\n      image: a\n      " + line + "\n"
}

func volume(item string) string { return pod("stdin: false") + "  volumes: [" + item + "]\n" }

func role(rule string) string {
	return "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [" + rule + "]\n"
}

// TestSwappedValues: another dangerous value is another finding, and nothing else changes.
func TestSwappedValues(t *testing.T) {
	t.Parallel()
	for _, tt := range swaps {
		t.Run(tt.rule+" "+tt.from, func(t *testing.T) {
			t.Parallel()
			of := func(value string) map[string][]string {
				files := map[string]string{tt.file: fmt.Sprintf(tt.text, value), "README.md": ""}
				return identities(judge(t, repository(t, files), "strict"))
			}
			before, after := of(tt.from), of(tt.to)
			for _, side := range [][]string{gone(before, after), gone(after, before)} {
				about := slices.ContainsFunc(side, func(f string) bool { return strings.HasPrefix(f, tt.rule+" ") })
				if !about {
					t.Errorf("%s is the same finding with %s", tt.from, tt.to)
				}
			}
		})
	}
}

// The same thing in another spelling is the same finding.
func TestSpellingsOfOneFinding(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text, from, to string }{
		"capability":       {"compose.yaml", service("cap_add: [%s]"), "SYS_ADMIN", "cap_sys_admin"},
		"short and long":   {"compose.yaml", service("ports: [%s]"), "'8080:80'", "{target: 80, published: '8080', protocol: tcp}"},
		"every interface":  {"compose.yaml", service("ports: ['%s']"), "8080:80", "0.0.0.0:8080:80"},
		"mount":            {"compose.yaml", service("volumes: [%s]"), "'/etc:/x'", "{type: bind, source: /etc/, target: /x}"},
		"device":           {"compose.yaml", service("devices: [%s]"), "'/dev/mem:/dev/mem'", "'/dev/mem:/dev/mem:rwm'"},
		"option":           {"compose.yaml", service("security_opt: ['%s']"), "seccomp=unconfined", "seccomp:unconfined"},
		"list of variable": {"compose.yaml", service("environment: %s"), "[API_TOKEN=k7Jx92kfm3]", "{API_TOKEN: k7Jx92kfm3}"},
		"switch":           {"compose.yaml", service("privileged: %s"), "true", "yes"},
		"read only":        {"compose.yaml", service("%s: false"), "read_only", "tty"},
		"user":             {"compose.yaml", service("user: %s"), "root", "'0:0'"},
		"another version":  {"compose.yaml", "services: {web: {image: %s}}\n", "redis:6.0", "redis:6.2"},
		"another secret":   {"compose.yaml", service("environment: {API_TOKEN: %s}"), "k7Jx92kfm3", "p0Qz71mmd8"},
		"default":          {"pod.yaml", strings.Replace(pod("securityContext: {privileged: true}"), "name: p", "name: p%s", 1), "", ", namespace: default"},
		"volume's name":    {"pod.yaml", volume("{name: %s, hostPath: {path: /etc}}"), "a", "b"},
		"set of resources": {"role.yaml", role("{apiGroups: [''], resources: [%s], verbs: ['*']}"), "pods, secrets", "secrets, pods"},
		"stage before":     {"Dockerfile", "%sFROM b\nENV API_TOKEN=k7Jx92kfm3\n", "", "FROM a AS x\n"},
		"line before":      {"Dockerfile", "FROM b\n%sENV API_TOKEN=k7Jx92kfm3\n", "", "RUN make\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func(value string) map[string][]string {
				files := map[string]string{tt.file: fmt.Sprintf(tt.text, value), "README.md": ""}
				return identities(judge(t, repository(t, files), ""))
			}
			before, after := of(tt.from), of(tt.to)
			if len(before) == 0 {
				t.Fatal("nothing is found")
			}
			if lost, more := gone(before, after), gone(after, before); len(lost)+len(more) > 0 {
				t.Errorf("lost %q, more %q", lost, more)
			}
		})
	}
}
