package guard

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// tables lists every struct of the Compose model that can reach the engine.
func tables() registry {
	r := registry{}
	add := func(v any, t table) { r[reflect.TypeOf(v)] = t }
	add(types.Project{}, projectKeys())
	add(types.ServiceConfig{}, serviceKeys())
	add(types.BuildConfig{}, buildKeys())
	add(types.VolumeConfig{}, volumeKeys())
	add(types.NetworkConfig{}, networkKeys())
	add(types.ConfigObjConfig{}, fileObjectKeys())
	add(types.SecretConfig{}, fileObjectKeys())
	add(types.IPAMConfig{}, table{
		"driver": oneOf("is a driver that the guard does not know", "default"), "options": refuse("drivers act on options"),
		"config": allow, extensions: allow,
	})
	add(types.ServiceNetworkConfig{}, all("aliases", "gw_priority", "interface_name", "ipv4_address", "ipv6_address", "mac_address", "priority", extensions).
		with("driver_opts", refuse("the network driver acts on options")).
		with("link_local_ips", refuse("link-local addresses are where clouds keep credentials")))
	add(types.ServiceVolumeConfig{}, all("source", "target", "read_only", "consistency", extensions).
		with("type", oneOf("is a kind of mount that the guard does not know", "volume", "bind", "tmpfs", "image")).
		with("bind", inside).with("volume", inside).with("tmpfs", inside).with("image", inside))
	add(types.ServiceVolumeBind{}, all("selinux", "create_host_path", "recursive", extensions).
		with("propagation", oneOf("spreads mounts to the host", "private", "rprivate")))
	add(types.ServiceVolumeVolume{}, all("labels", "nocopy", "subpath", extensions))
	add(types.ServiceVolumeTmpfs{}, all("size", "mode", extensions))
	add(types.ServiceVolumeImage{}, all("subpath", extensions))
	add(types.LoggingConfig{}, all("options", extensions).
		with("driver", oneOf("sends logs out of the engine; use json-file or local", "json-file", "local", "none")))
	add(types.ServicePortConfig{}, all("name", "mode", "host_ip", "target", "published", "protocol", "app_protocol", extensions))
	add(types.ServiceConfigObjConfig{}, all("source", "target", "uid", "gid", "mode", extensions))
	add(types.ServiceSecretConfig{}, all("source", "target", "uid", "gid", "mode", extensions))
	add(types.UlimitsConfig{}, all("single", "soft", "hard", extensions))
	add(types.HealthCheckConfig{}, all("test", "timeout", "interval", "retries", "start_period", "start_interval", "disable", extensions))
	add(types.ServiceDependency{}, all("condition", "restart", "required", extensions))
	deployKeys(add)
	return r
}

func deployKeys(add func(any, table)) {
	add(types.DeployConfig{}, all("mode", "labels", "update_config", "rollback_config", "restart_policy", "placement", "endpoint_mode", extensions).
		with("replicas", replicas).with("resources", inside))
	add(types.Resources{}, all(extensions).with("limits", inside).with("reservations", inside))
	add(types.Resource{}, all("cpus", "memory", "pids", extensions).
		with("devices", refuse("it hands devices of the host to the container")).
		with("generic_resources", refuse("it hands devices of the host to the container")))
	add(types.BlkioConfig{}, all("weight", extensions).
		with("weight_device", refuse("it names devices of the host")).with("device_read_bps", refuse("it names devices of the host")).
		with("device_read_iops", refuse("it names devices of the host")).with("device_write_bps", refuse("it names devices of the host")).
		with("device_write_iops", refuse("it names devices of the host")))
}

func all(keys ...string) table {
	t := table{}
	for _, k := range keys {
		t[k] = allow
	}
	return t
}

func (t table) with(key string, c check) table {
	t[key] = c
	return t
}

func projectKeys() table {
	return all("name", "WorkingDir", "ComposeFiles", "Environment", "DisabledServices", "DisabledJobs", "Profiles", extensions).
		with("services", inside).with("networks", inside).with("volumes", inside).
		with("configs", inside).with("secrets", inside).
		with("jobs", refuse("jobs are not part of a stack that answers requests")).
		with("models", refuse("it asks the host for a model"))
}

// build judges a build as a whole, because its paths depend on its context.
func build(x *exam, at spot, v reflect.Value) {
	x.inside(at, v)
	b := v.Interface().(*types.BuildConfig)
	if b == nil || b.Context == "" {
		return
	}
	if !filepath.IsAbs(b.Context) {
		x.deny(at.key("context"), fmt.Sprintf("%q is not a directory of the repository; nothing is fetched for the test", b.Context))
		return
	}
	if _, why := x.confined(b.Context); why != "" {
		x.deny(at.key("context"), why)
		return
	}
	x.file(at.key("context"), filepath.Join(b.Context, ".dockerignore"))
	if b.Dockerfile == "" {
		return
	}
	name := b.Dockerfile
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.Context, name)
	}
	x.file(at.key("dockerfile"), name)
	x.file(at.key("dockerfile"), name+".dockerignore")
}

func buildKeys() table {
	return all("context", "dockerfile", "dockerfile_inline", "args", "provenance", "sbom", "labels", "cache_from", "no_cache",
		"no_cache_filter", "pull", "extra_hosts", "target", "shm_size", "tags", "platforms", extensions).
		with("ulimits", inside).
		with("privileged", refuse("a privileged build owns the machine")).
		with("entitlements", refuse("it gives the build rights on the machine")).
		with("network", oneOf("joins a network outside of the build", "none", "default")).
		with("ssh", refuse("it hands the agent's keys to the build")).
		with("secrets", refuse("it hands secrets to a build that the change under test controls")).
		with("cache_to", refuse("it writes outside of the engine")).
		with("isolation", refuse("it changes how the build is kept apart")).
		with("additional_contexts", contexts)
}

func contexts(x *exam, at spot, v reflect.Value) {
	for _, k := range v.MapKeys() {
		context := v.MapIndex(k).String()
		if strings.HasPrefix(context, types.ServicePrefix) {
			continue
		}
		if _, why := x.confined(context); why != "" {
			x.deny(at.key(k.String()), why)
		}
	}
}

func volumeKeys() table {
	return all("name", "labels", "CustomLabels", extensions).
		with("external", refuse("it mounts a volume that does not belong to the stack")).
		with("driver", oneOf("is a driver that can mount anything", "local")).
		with("driver_opts", driverOpts)
}

// driverOpts accepts memory only; the local driver mounts whatever it is told.
func driverOpts(x *exam, at spot, v reflect.Value) {
	opts, _ := v.Interface().(types.Options)
	if opts["type"] != "tmpfs" || opts["device"] != "tmpfs" {
		x.deny(at, "the volume mounts something of the host or of the network")
		return
	}
	for opt := range strings.SplitSeq(opts["o"], ",") {
		name, _, _ := strings.Cut(opt, "=")
		if !slices.Contains([]string{"", "size", "mode", "uid", "gid", "nr_inodes", "noexec", "nosuid", "nodev", "rw", "ro"}, name) {
			x.deny(at, fmt.Sprintf("the guard does not know the mount option %q", opt))
		}
	}
}

func networkKeys() table {
	return all("name", "internal", "attachable", "labels", "CustomLabels", "enable_ipv4", "enable_ipv6", extensions).
		with("ipam", inside).
		with("external", refuse("it joins a network that does not belong to the stack")).
		with("driver", oneOf("puts containers on the host's network; use bridge", "bridge", "default")).
		with("driver_opts", refuse("the network driver acts on options"))
}

func fileObjectKeys() table {
	return all("name", "environment", "content", "labels", extensions).
		with("file", file).
		with("external", refuse("it does not belong to the stack")).
		with("driver", refuse("drivers fetch from elsewhere")).
		with("driver_opts", refuse("drivers fetch from elsewhere")).
		with("template_driver", refuse("templates read from elsewhere"))
}
