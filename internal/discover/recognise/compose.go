package recognise

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// sections are the top-level keys of Compose. Docker refuses any other.
var sections = [...]string{"version", "name", "services", "include", "networks", "volumes", "secrets", "configs", "models"}

// decisive are keys of a service that no other format's services have.
var decisive = [...]string{
	"cap_add", "cap_drop", "cgroup", "cgroup_parent", "container_name", "cpu_shares", "cpuset", "credential_spec", "depends_on",
	"device_cgroup_rules", "dns_search", "domainname", "env_file", "external_links", "extra_hosts", "group_add", "healthcheck",
	"ipc", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "network_mode", "oom_kill_disable", "oom_score_adj",
	"pids_limit", "post_start", "pre_stop", "privileged", "pull_policy", "read_only", "restart", "security_opt", "shm_size",
	"stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs", "ulimits", "userns_mode", "uts",
	"volumes_from", "volume_driver", "working_dir",
}

// shared are keys of a service that services of other formats have too.
var shared = [...]string{
	"annotations", "attach", "blkio_config", "build", "command", "configs", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota",
	"cpu_rt_period", "cpu_rt_runtime", "cpus", "deploy", "develop", "devices", "dns", "dns_opt", "entrypoint", "environment", "expose",
	"extends", "gpus", "hostname", "image", "init", "isolation", "label_file", "labels", "links", "logging", "mac_address", "models",
	"networks", "pid", "platform", "ports", "profiles", "provider", "runtime", "scale", "secrets", "tty", "use_api_socket", "user", "volumes",
}

// IsCompose reports whether a document of the named file is Compose. A file that is
// called so needs one section of Compose; under any other name every top-level key must
// be Compose's, and a service must say what it runs or how.
func IsCompose(name string, root *yaml.Node) bool {
	keys := source.Keys(root)
	if len(keys) == 0 {
		return false
	}
	_, services := source.Child(root, "services")
	if composeName(name) == named {
		return runs(services) || !belongsElsewhere(keys) && (slices.ContainsFunc(keys, isOwnSection) || firstVersion(root, keys))
	}
	unknown := func(k string) bool { return !isSection(k) && !isObjectKey(k) }
	return !slices.ContainsFunc(keys, unknown) && runs(services)
}

// isOwnSection reports whether a key makes a file of that name Compose.
func isOwnSection(key string) bool {
	return key != "version" && key != "name" && slices.Contains(sections[:], key)
}

func isSection(key string) bool {
	return slices.Contains(sections[:], key) || strings.HasPrefix(key, "x-")
}

// isObjectKey lets a file through that is Kubernetes at the same time.
func isObjectKey(key string) bool {
	return slices.Contains([]string{"apiVersion", "kind", "metadata", "spec"}, key)
}

// belongsElsewhere tells a workflow or pipeline that is called compose.
func belongsElsewhere(keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		return slices.Contains([]string{"jobs", "runs", "pipeline", "pipelines", "stages"}, k)
	})
}

// runs reports whether services are those of Compose.
func runs(services *yaml.Node) bool {
	total := 0
	for _, name := range source.Keys(services) {
		_, service := source.Child(services, name)
		total += weigh(service)
	}
	return total >= enough
}

// enough is one decisive key without anything foreign. An image outweighs one odd key.
const enough = 2

// weigh is how much a service looks like one of Compose. A service that is only known
// by keys of others speaks against it.
func weigh(service *yaml.Node) (weight int) {
	for _, key := range source.Keys(service) {
		switch {
		case slices.Contains(decisive[:], key), decidesByValue(service, key):
			weight += enough
			if key == "image" {
				weight++
			}
		case slices.Contains(shared[:], key), strings.HasPrefix(key, "x-"):
			weight++
		default:
			weight--
		}
	}
	return max(weight, -enough)
}

// decidesByValue reports whether what a service runs is named the way Compose does.
func decidesByValue(service *yaml.Node, key string) bool {
	_, v := source.Child(service, key)
	v = source.Deref(v)
	switch key {
	case "image":
		return v.Kind == yaml.ScalarNode && v.Tag == "!!str" && v.Value != ""
	case "build":
		return v.Kind == yaml.ScalarNode && v.Value != "" || hasAny(v, "context", "dockerfile", "dockerfile_inline", "target", "args")
	case "extends":
		return hasAny(v, "service", "file")
	case "ports", "volumes", "devices":
		return v.Kind == yaml.SequenceNode && slices.ContainsFunc(v.Content, isMount)
	}
	return false
}

// isMount tells an item like HOST:CONTAINER, or its long form.
func isMount(item *yaml.Node) bool {
	if item = source.Deref(item); item.Kind == yaml.ScalarNode {
		return strings.Contains(item.Value, ":")
	}
	return hasAny(item, "target", "source")
}

func hasAny(n *yaml.Node, keys ...string) bool {
	return slices.ContainsFunc(source.Keys(n), func(k string) bool { return slices.Contains(keys, k) })
}

// firstVersion tells the form without sections, where every key is a service.
func firstVersion(root *yaml.Node, keys []string) bool {
	for _, k := range keys {
		if _, service := source.Child(root, k); !hasAny(service, "image", "build", "extends") {
			return false
		}
	}
	return true
}
