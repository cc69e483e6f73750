package guard

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// serviceKeys judges the keys of a service.
func serviceKeys() table {
	t := table{
		"privileged":          refuse("a privileged container owns the machine"),
		"cap_add":             items(capability),
		"security_opt":        securityOpts,
		"cgroup_parent":       refuse("it places the container outside of the stack's own limits"),
		"cgroup":              oneOf("shares the host's control groups; use private", "private"),
		"ipc":                 namespace("private", "none", "shareable"),
		"pid":                 namespace("private"),
		"network_mode":        namespace("none"),
		"uts":                 refuse("it shares the host's name"),
		"userns_mode":         refuse("it leaves the user namespace of the engine"),
		"devices":             refuse("it hands a device of the host to the container"),
		"device_cgroup_rules": refuse("it opens devices of the host"),
		"gpus":                refuse("it hands devices of the host to the container"),
		"sysctls":             sysctls,
		"runtime":             refuse("it picks another container runtime"),
		"isolation":           refuse("it changes how the container is kept apart"),
		"credential_spec":     refuse("it hands an identity of the host to the container"),
		"use_api_socket":      refuse("it hands the container engine to the container, which makes it root on the host"),
		"provider":            refuse("it runs a program on the host"),
		"models":              refuse("it asks the host for a model"),
		"develop":             refuse("it reaches from the running container into the work tree"),
		"pre_start":           refuse("hooks run further commands with rights of their own"),
		"post_start":          refuse("hooks run further commands with rights of their own"),
		"pre_stop":            refuse("hooks run further commands with rights of their own"),
		"volumes_from":        items(volumesFrom),
		"external_links":      refuse("it reaches containers that do not belong to the stack"),
		"net":                 refuse("it is the forerunner of network_mode; use that"),
		"volume_driver":       refuse("a driver can mount anything of the host or the network"),
		"annotations":         refuse("the container runtime may act on annotations"),
		"oom_kill_disable":    refuse("it takes the memory of everything else on the machine"),
		"oom_score_adj":       oomScore,
		"cpu_rt_period":       refuse("real-time scheduling can starve the machine"),
		"cpu_rt_runtime":      refuse("real-time scheduling can starve the machine"),
		"log_driver":          refuse("it is the forerunner of logging; use that"),
		"log_opt":             refuse("it is the forerunner of logging; use that"),
		"logging":             inside,
		"storage_opt":         refuse("it changes the engine's storage"),
		"extends":             refuse("it was not resolved"),
		"volumes":             volumes,
		"env_file":            envFiles,
		"label_file":          files,
		"build":               build,
		"deploy":              inside,
		"networks":            inside,
		"ports":               ports,
		"scale":               replicas,
		"blkio_config":        inside,
		"configs":             inside,
		"secrets":             inside,
		"ulimits":             inside,
		"healthcheck":         inside,
		"depends_on":          inside,
	}
	for _, key := range harmless() {
		t[key] = allow
	}
	return t
}

// harmless are keys that shape the container itself and nothing around it.
func harmless() []string {
	return []string{
		"name", "profiles", "restart", "attach", "container_name", "links", extensions,
		"cap_drop", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpus", "cpuset", "cpu_shares",
		"command", "entrypoint", "environment", "dns", "dns_opt", "dns_search", "domainname", "extra_hosts",
		"group_add", "hostname", "image", "init", "labels", "CustomLabels", "mem_limit", "mem_reservation",
		"memswap_limit", "mem_swappiness", "mac_address", "pids_limit", "platform", "pull_policy",
		"pull_refresh_after", "read_only", "shm_size", "stop_grace_period", "stop_signal", "tmpfs", "user",
		"working_dir", "dockerfile", "expose", "stdin_open", "tty",
	}
}

// capability accepts the capabilities of the engine's own default set, which a
// service gets anyway unless it drops them.
func capability(name string) (why string) {
	word := strings.TrimPrefix(strings.ToUpper(name), "CAP_")
	known := []string{
		"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
		"NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP",
	}
	if slices.Contains(known, word) {
		return ""
	}
	return fmt.Sprintf("the capability %s reaches beyond the container", word)
}

// namespace accepts the listed words and the namespace of another service.
func namespace(words ...string) check {
	return func(x *exam, at spot, v reflect.Value) {
		mode := v.String()
		if slices.Contains(words, mode) || len(mode) > len(types.ServicePrefix) && strings.HasPrefix(mode, types.ServicePrefix) {
			return
		}
		x.deny(at, fmt.Sprintf("%q joins a namespace outside of the stack", mode))
	}
}

// securityOpts accepts what tightens a container, and seccomp profiles of the repository.
func securityOpts(x *exam, at spot, v reflect.Value) {
	for i := range v.Len() {
		opt := v.Index(i).String()
		name, value, found := strings.Cut(opt, "=")
		if !found {
			name, value, _ = strings.Cut(opt, ":")
		}
		switch {
		case name == "no-new-privileges" && truth(value):
		case name == "seccomp" && value == "builtin":
		case name == "seccomp" && value != "unconfined" && value != "" && value[0] != '~':
			x.file(at.key(i), x.abs(value))
		case name == "apparmor" && value == "docker-default":
		default:
			x.deny(at.key(i), fmt.Sprintf("%q switches a confinement of the container off or picks one that the guard does not know", opt))
		}
	}
}

func truth(word string) bool {
	_, err := strconv.ParseBool(word)
	return word == "" || err == nil
}

// sysctls accepts the settings that only a container's own network namespace has.
func sysctls(x *exam, at spot, v reflect.Value) {
	known := []string{"net.core.somaxconn", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_keepalive_time", "net.ipv6.conf.all.disable_ipv6"}
	for _, k := range v.MapKeys() {
		if !slices.Contains(known, k.String()) {
			x.deny(at.key(k.String()), "it changes a setting of the kernel")
		}
	}
}

func volumesFrom(source string) (why string) {
	if strings.HasPrefix(source, types.ContainerPrefix) {
		return fmt.Sprintf("%q mounts the volumes of a container that does not belong to the stack", source)
	}
	return ""
}

func oomScore(x *exam, at spot, v reflect.Value) {
	if v.Int() < 0 {
		x.deny(at, "a negative value makes the kernel kill something else first")
	}
}

func ports(x *exam, at spot, v reflect.Value) {
	if v.Len() > maxPorts {
		x.deny(at, fmt.Sprintf("%d ports are more than the dynamic test takes (%d)", v.Len(), maxPorts))
	}
	x.inside(at, v)
}

func replicas(x *exam, at spot, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if n := v.Int(); n > maxReplicas || n < 0 {
		x.deny(at, fmt.Sprintf("%d replicas are more than the dynamic test starts (%d)", n, maxReplicas))
	}
}
