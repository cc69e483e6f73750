package runtime

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
)

// hostAccess judges what ties the container to its machine.
func (f *view) hostAccess() probe.Outcome {
	h := f.host
	evidence := fmt.Sprintf("Privileged %v, PidMode %q, IpcMode %q, UTSMode %q, UsernsMode %q, NetworkMode %q", h.Privileged, h.PidMode, h.IpcMode, h.UTSMode, h.UsernsMode, h.NetworkMode)
	switch {
	case h.Privileged:
		return f.outcome(HostRule, probe.Fail, evidence, "is privileged")
	case h.PidMode.IsHost() || h.IpcMode.IsHost() || h.UTSMode.IsHost() || h.UsernsMode.IsHost() || h.NetworkMode.IsHost() || h.CgroupnsMode.IsHost() && f.Declared.Cgroup == "host":
		return f.outcome(HostRule, probe.Fail, evidence, "shares a namespace of the host")
	}
	for _, m := range f.mounts {
		if sensitive(m.Source) {
			return f.outcome(HostRule, probe.Fail, m.Source+" at "+m.Destination, "has a path of the host that gives it power over the machine")
		}
	}
	if len(h.Devices) > 0 {
		return f.outcome(HostRule, probe.Fail, h.Devices[0].PathOnHost, "has a device of the host")
	}
	return f.outcome(HostRule, probe.Pass, evidence, "is kept apart from the host")
}

// sensitive tells whether a path of the host is an engine's socket or the system's own.
func sensitive(source string) bool {
	switch base := path.Base(source); {
	case source == "":
		return false
	case base == "docker.sock" || base == "containerd.sock" || base == "podman.sock" || base == "crio.sock":
		return true
	}
	source = path.Clean(source)
	return slices.Contains([]string{"/", "/etc", "/proc", "/sys", "/dev", "/boot", "/root", "/run", "/var/run", "/var/lib/docker"}, source) ||
		strings.HasPrefix(source, "/proc/") || strings.HasPrefix(source, "/sys/") || strings.HasPrefix(source, "/dev/")
}

// network judges the networks that the repository declares; the test has its own.
func (f *view) network() probe.Outcome {
	if f.host.NetworkMode.IsHost() || f.Declared.NetworkMode == "host" {
		return f.outcome(NetworkRule, probe.Fail, "network_mode host", "is on the host's network")
	}
	for name := range f.Declared.Networks {
		if driver := f.Networks[name].Driver; !slices.Contains([]string{"", "bridge", "default"}, driver) {
			return f.outcome(NetworkRule, probe.Fail, "driver "+driver, "is on the network %s, which is no bridge", name)
		}
	}
	return f.outcome(NetworkRule, probe.Pass, fmt.Sprintf("NetworkMode %q", f.host.NetworkMode), "is on bridge networks only")
}

// limits judges what the repository declares; the test adds limits of its own.
func (f *view) limits() probe.Outcome {
	memory, pids := int64(f.Declared.MemLimit), f.Declared.PidsLimit
	if d := f.Declared.Deploy; d != nil && d.Resources.Limits != nil {
		memory, pids = max(memory, int64(d.Resources.Limits.MemoryBytes)), max(pids, d.Resources.Limits.Pids)
	}
	var missing []string
	if memory <= 0 {
		missing = append(missing, "memory")
	}
	if pids <= 0 {
		missing = append(missing, "processes")
	}
	evidence := fmt.Sprintf("memory %d, processes %d", memory, pids)
	if len(missing) > 0 {
		return f.outcome(LimitsRule, probe.Warn, evidence, "declares no limit of its %s", strings.Join(missing, " and its "))
	}
	return f.outcome(LimitsRule, probe.Pass, evidence, "declares limits of its memory and its processes")
}

// digest judges by what the running image was named.
func (f *view) digest() probe.Outcome {
	switch image := f.Declared.Image; {
	case f.Declared.Build != nil || image == "":
		return f.outcome(DigestRule, probe.NotApplicable, image, "was built from the repository")
	case strings.Contains(image, "@sha256:"):
		return f.outcome(DigestRule, probe.Pass, image, "runs an image that is named by its digest")
	default:
		return f.outcome(DigestRule, probe.Fail, image, "runs an image that is not named by its digest")
	}
}

// secretWord ends the name of a variable or flag whose value is a secret.
var secretWord = regexp.MustCompile(`(?i)(?:^|[_.-]|require|master)(?:pass|password|passwd|passphrase|pwd|secret|token|apikey|key|credentials?|auth)$`)

// visible looks for secrets where every user of the machine sees them. Those in the
// environment are shown to the engine's users alone; they are told, and do not count.
func (f *view) visible() probe.Outcome {
	words := slices.Concat(f.config.Entrypoint, f.config.Cmd)
	if flag := secretFlag(words); flag != "" {
		o := f.outcome(VisibleRule, probe.Fail, flag+" ***", "has a secret on its command line (%s), where every process of the machine can read it", flag)
		o.Key = "command"
		return o
	}
	var names []string
	for _, e := range f.config.Env {
		if name, value, _ := strings.Cut(e, "="); isSecret(name, value) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return f.outcome(VisibleRule, probe.Pass, "secrets in the environment: "+strings.Join(names, " "), "shows no secret on its command line")
}

// secretFlag finds a flag with a secret's value in a command, or in a shell's script.
func secretFlag(words []string) string {
	var all []string
	for _, w := range words {
		all = append(all, strings.Fields(w)...)
	}
	for i, w := range all {
		if !strings.HasPrefix(w, "--") {
			continue
		}
		name, value, joined := strings.Cut(w, "=")
		if !joined && i+1 < len(all) {
			value = all[i+1]
		}
		if value = strings.Trim(value, `"'`); isSecret(name, value) && !strings.HasPrefix(value, "-") {
			return name
		}
	}
	return ""
}

// isSecret tells whether a setting of this name and value holds a secret, and not a
// switch or the path of a file with one.
func isSecret(name, value string) bool {
	if !secretWord.MatchString(name) || value == "" || strings.HasPrefix(value, "/") {
		return false
	}
	return !slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "0", "1", "none"}, strings.ToLower(value))
}

// fallbackEnds is when the guide wants anonymous callers to be refused everywhere.
var fallbackEnds = time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)

// fallback judges the switch that lets anonymous callers in; a service without it has
// nothing to judge.
func (f *view) fallback(now time.Time) []probe.Outcome {
	for _, e := range f.config.Env {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasSuffix(strings.ToUpper(strings.NewReplacer("_", "", ":", "", ".", "").Replace(name)), "ALLOWANONYMOUSFALLBACK") {
			continue
		}
		value = strings.ToLower(strings.TrimSpace(value))
		switch {
		case slices.Contains([]string{"false", "0", "no", "off"}, value):
			return []probe.Outcome{f.outcome(FallbackRule, probe.Pass, e, "refuses anonymous callers")}
		case now.Before(fallbackEnds):
			return []probe.Outcome{f.outcome(FallbackRule, probe.Warn, e, "lets anonymous callers in; that must end before 2025-12-31")}
		}
		return []probe.Outcome{f.outcome(FallbackRule, probe.Fail, e, "lets anonymous callers in, which was to end before 2025-12-31")}
	}
	return nil
}

// reportsHealth judges the container's own health check.
func (f *view) reportsHealth() probe.Outcome {
	switch h := f.health; {
	case h == nil || h.Status == "" || h.Status == container.NoHealthcheck:
		return f.outcome(probe.HealthRule, probe.Warn, "", "has no health check")
	case h.Status == container.Healthy:
		return f.outcome(probe.HealthRule, probe.Pass, string(h.Status), "is healthy")
	default:
		return f.outcome(probe.HealthRule, probe.Fail, string(h.Status), "is not healthy")
	}
}
