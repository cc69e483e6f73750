package container

import (
	"path"
	"slices"
	"strings"
)

// Mount is a volume of a service, or the host directory behind a named one.
type Mount struct {
	// Type is bind, volume, tmpfs or another of Compose's words.
	Type        string `json:"type"`
	Source      string `json:"source"`
	Target      string `json:"target"`
	ReadOnly    bool   `json:"read_only"`
	Propagation string `json:"propagation"`
	// Socket is true for the socket of a container engine.
	Socket bool `json:"socket"`
	// Sensitive is true for a host path that leads to the host's control.
	Sensitive bool  `json:"sensitive"`
	Path      []any `json:"path"`
}

var (
	sockets = []string{
		"docker.sock", "containerd.sock", "crio.sock", "podman.sock", "dockershim.sock", "cri-dockerd.sock",
		"buildkitd.sock",
	}
	// wholeDirs are sensitive themselves, deepDirs with everything below.
	wholeDirs = []string{
		"/", "/bin", "/etc", "/home", "/lib", "/lib64", "/run", "/sbin", "/usr", "/var", "/var/lib", "/var/log",
		"/var/run", "/opt", "/srv", "/mnt",
	}
	deepDirs = []string{
		"/boot", "/dev", "/proc", "/root", "/sys", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet",
		"/etc/docker", "/etc/kubernetes", "/etc/pam.d", "/etc/passwd", "/etc/shadow", "/etc/ssh", "/etc/sudoers",
		"/etc/sudoers.d", "/etc/systemd", "/etc/cron.d", "/etc/crontab", "/run/containerd", "/run/docker",
	}
	// harmless are device files and the like that programs commonly need.
	harmless = []string{"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/shm", "/dev/dri", "/dev/net/tun"}
	homeDirs = []string{".ssh", ".aws", ".kube", ".docker", ".gnupg", ".azure"}
)

// NewMount judges a mount; what lies below the root belongs to the repository, not to the
// host.
func NewMount(root, kind, source, target string, readOnly bool, at []any) Mount {
	m := Mount{Type: kind, Source: source, Target: target, ReadOnly: readOnly, Path: at}
	host := source
	if root != "" && (host == root || strings.HasPrefix(host, root+"/")) {
		return m
	}
	m.Socket = kind == "bind" && (slices.Contains(sockets, path.Base(host)) || slices.Contains(sockets, path.Base(target)))
	m.Sensitive = kind == "bind" && !m.Socket && sensitive(host)
	return m
}

// IsHomeDir reports whether a directory of that name in a home holds credentials.
func IsHomeDir(name string) bool { return slices.Contains(homeDirs, name) }

// sensitive judges a host path by whole components, never by a prefix of the text.
func sensitive(host string) bool {
	for _, dir := range strings.Split(host, "/") {
		if slices.Contains(homeDirs, dir) {
			return true
		}
	}
	if host == "~" || host == "$HOME" || host == "${HOME}" {
		return true
	}
	if !path.IsAbs(host) {
		return false
	}
	host = path.Clean(host)
	if slices.Contains(harmless, host) {
		return false
	}
	return slices.Contains(wholeDirs, host) || slices.ContainsFunc(deepDirs, func(d string) bool {
		return host == d || strings.HasPrefix(host, d+"/")
	})
}
