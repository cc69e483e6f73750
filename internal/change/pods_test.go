package change_test

import (
	"strings"
	"testing"
)

const (
	podSpec = `initContainers:
  - name: setup
    image: docker.io/acme/setup:1
    command: [setup, --all]
    securityContext: {privileged: true}
containers:
  - name: main
    image: docker.io/acme/shop:1
    args: [serve, --port, "8080"]
    securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
  - name: side
    image: docker.io/acme/side:1
    args: [watch, --all]
hostNetwork: true
volumes: [{name: v, hostPath: {path: /etc}}]
`
	metadata = "metadata: {name: shop, namespace: prod}\n"
)

// workload is an object of a kind that runs the pods.
func workload(kind, spec string) string {
	version, head, depth := "apps/v1", "spec:\n  template:\n    spec:\n", "      "
	switch kind {
	case "Pod":
		version, head, depth = "v1", "spec:\n", "  "
	case "Job":
		version = "batch/v1"
	case "CronJob":
		version, head, depth = "batch/v1", "spec:\n  schedule: '@daily'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n", "          "
	}
	body := depth + strings.ReplaceAll(strings.TrimSuffix(spec, "\n"), "\n", "\n"+depth) + "\n"
	return "apiVersion: " + version + "\nkind: " + kind + "\n" + metadata + head + body
}

func manifest(text string) files { return files{"a.yaml": text} }

func TestRenamedContainersBringNothing(t *testing.T) {
	t.Parallel()
	named := with(podSpec, "name: main", "name: app")
	for name, tt := range map[string]struct{ kind, to, spec string }{
		"in a pod":              {"Pod", "Pod", named},
		"in a deployment":       {"Deployment", "Deployment", named},
		"in a cron job":         {"CronJob", "CronJob", named},
		"that starts first":     {"Deployment", "Deployment", with(podSpec, "name: setup", "name: prepare")},
		"both at once":          {"Pod", "Pod", with(named, "name: side", "name: watcher")},
		"names exchanged":       {"Pod", "Pod", with(podSpec, "name: side", "name: watcher", "name: setup", "name: side")},
		"with a newer image":    {"Pod", "Pod", with(named, "shop:1", "shop:2")},
		"and a safer one":       {"Pod", "Pod", with(named, "privileged: true, capabilities", "capabilities")},
		"pod to deployment":     {"Pod", "Deployment", podSpec},
		"deployment to set":     {"Deployment", "StatefulSet", podSpec},
		"deployment to daemons": {"Deployment", "DaemonSet", podSpec},
		"cron job to job":       {"CronJob", "Job", podSpec},
		"kind and container":    {"Pod", "Deployment", named},
	} {
		r := compared(t, manifest(workload(tt.kind, podSpec)), manifest(workload(tt.to, tt.spec)))
		for _, got := range introduced(r) {
			// A finding about the object's own kind is none about its pods.
			if !strings.HasPrefix(got, "kubernetes/disruption") && !strings.HasPrefix(got, "kubernetes/default-deny") {
				t.Errorf("%s: introduced %q", name, got)
			}
		}
	}
}

func TestRenamedContainersHideNothing(t *testing.T) {
	t.Parallel()
	named := with(podSpec, "name: main", "name: app")
	safe := with(podSpec, "securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}", "stdin: false")
	for name, tt := range map[string]struct{ kind, to, before, after, want string }{
		"another image":        {"Pod", "Pod", podSpec, with(named, "acme/shop:1", "evil/miner:1"), "kubernetes/privileged Pod/prod/shop/app"},
		"for other ends":       {"Pod", "Pod", podSpec, with(named, `serve, --port, "8080"`, "sh, -c, evil, now, and, more"), "kubernetes/privileged Pod/prod/shop/app"},
		"worse as well":        {"Pod", "Pod", podSpec, with(named, "add: [SYS_ADMIN]", "add: [SYS_ADMIN, SYS_MODULE]"), "kubernetes/privileged Pod/prod/shop/app"},
		"privileged at once":   {"Pod", "Pod", safe, named, "kubernetes/privileged Pod/prod/shop/app"},
		"into another list":    {"Pod", "Pod", podSpec, with(podSpec, "name: setup\n    image: docker.io/acme/setup:1\n    command: [setup, --all]\n", "name: app\n    image: docker.io/acme/shop:1\n    args: [serve, --port, \"8080\"]\n"), "kubernetes/privileged Pod/prod/shop/app"},
		"another kind's image": {"Pod", "Deployment", podSpec, with(podSpec, "acme/shop:1", "evil/miner:1"), "kubernetes/privileged Deployment/prod/shop/main"},
		"another kind, worse":  {"Pod", "DaemonSet", safe, podSpec, "kubernetes/privileged DaemonSet/prod/shop/main"},
		"another kind, pods":   {"Deployment", "DaemonSet", podSpec, with(podSpec, "hostNetwork: true", "hostNetwork: true\nhostPID: true"), "kubernetes/host-namespace DaemonSet/prod/shop"},
	} {
		got := strings.Join(introduced(compared(t, manifest(workload(tt.kind, tt.before)), manifest(workload(tt.to, tt.after)))), "\n")
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: introduced %q, not %s", name, got, tt.want)
		}
	}
}

// TestOneOfTwoKinds keeps the old object beside the new one.
func TestOneOfTwoKinds(t *testing.T) {
	t.Parallel()
	pod := workload("Pod", podSpec)
	got := strings.Join(introduced(compared(t, manifest(pod), manifest(pod+"---\n"+workload("Deployment", podSpec)))), "\n")
	if want := "kubernetes/privileged Deployment/prod/shop/main"; !strings.Contains(got, want) {
		t.Errorf("introduced %q", got)
	}
}
