package stack

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// Limits that every service gets where it sets none or higher ones.
const (
	maxMemory = 2 << 30
	maxPids   = 1024
)

// noGateway keeps the host from having an address on a bridge, so that containers
// cannot talk to what listens on the host. It needs us to be on the network ourselves.
const noGateway = "com.docker.network.bridge.inhibit_ipv4"

// masquerade gives containers a way out of a bridge's network.
const masquerade = "com.docker.network.bridge.enable_ip_masquerade"

// publication is the network of services with published ports: an engine publishes none
// of a network that has no way to the host.
const publication = "assure-published"

// confine rewrites the project so that it can only reach itself: no published ports
// unless they are asked for, no way out of its networks, no fixed names, bounded
// resources, and our label on everything. What the run time probes judge (user, file
// system, capabilities, confinement) stays as declared.
func confine(p *types.Project, o Options) {
	self, labels := o.Self, o.labels()
	p.DisabledServices = nil
	for key, n := range p.Networks {
		if !n.External {
			n.Name, n.Internal, n.Attachable, n.Ipam = p.Name+"_"+key, true, false, types.IPAMConfig{}
			if self.member() {
				n.DriverOpts = types.Options{noGateway: "true"}
			}
		}
		n.CustomLabels = mark(n.CustomLabels, labels)
		p.Networks[key] = n
	}
	for key, v := range p.Volumes {
		if !v.External {
			v.Name = p.Name + "_" + key
		}
		v.CustomLabels = mark(v.CustomLabels, labels)
		p.Volumes[key] = v
	}
	for name, s := range p.Services {
		limit(&s)
		ports := s.Ports
		detach(&s)
		if o.Publish && len(ports) > 0 && s.NetworkMode == "" {
			publish(p, &s, ports, labels)
		}
		label(&s, p, labels)
		p.Services[name] = s
	}
}

// publish gives a service its ports back, for the host itself alone.
func publish(p *types.Project, s *types.ServiceConfig, ports []types.ServicePortConfig, labels types.Labels) {
	for _, port := range ports {
		port.HostIP = "127.0.0.1"
		s.Ports = append(s.Ports, port)
	}
	s.Networks = maps.Clone(s.Networks)
	if s.Networks == nil {
		s.Networks = map[string]*types.ServiceNetworkConfig{}
	}
	s.Networks[publication] = nil
	if p.Networks == nil {
		p.Networks = types.Networks{}
	}
	p.Networks[publication] = types.NetworkConfig{
		Name: p.Name + "_" + publication, DriverOpts: types.Options{masquerade: "false"}, CustomLabels: labels,
	}
}

// label sets the labels that the SDK finds its containers by, and ours.
func label(s *types.ServiceConfig, p *types.Project, labels types.Labels) {
	s.CustomLabels = mark(types.Labels{
		api.ProjectLabel:     p.Name,
		api.ServiceLabel:     s.Name,
		api.VersionLabel:     api.ComposeVersion,
		api.WorkingDirLabel:  p.WorkingDir,
		api.ConfigFilesLabel: strings.Join(p.ComposeFiles, ","),
		api.OneoffLabel:      "False",
	}, labels)
}

// mark adds our labels to others.
func mark(others, labels types.Labels) types.Labels {
	all := types.Labels{}
	maps.Copy(all, others)
	maps.Copy(all, labels)
	return all
}

// detach removes what ties a service to the host or to a fixed name. Ports that were
// published stay known as exposed ones.
func detach(s *types.ServiceConfig) {
	for _, port := range s.Ports {
		s.Expose = append(s.Expose, strconv.Itoa(int(port.Target)))
	}
	s.Ports, s.ContainerName, s.Restart = nil, "", types.RestartPolicyNo
	if s.Deploy != nil {
		s.Deploy.RestartPolicy = nil
	}
	for _, n := range s.Networks {
		if n != nil {
			n.Ipv4Address, n.Ipv6Address = "", ""
		}
	}
}

// limit bounds memory and processes.
func limit(s *types.ServiceConfig) {
	if s.Deploy != nil && s.Deploy.Resources.Limits != nil {
		l := s.Deploy.Resources.Limits
		l.MemoryBytes, l.Pids = bound(l.MemoryBytes, maxMemory), bound(l.Pids, maxPids)
		s.MemLimit, s.PidsLimit = 0, 0
		return
	}
	s.MemLimit, s.PidsLimit = bound(s.MemLimit, maxMemory), bound(s.PidsLimit, maxPids)
	s.MemSwapLimit = 0
}

func bound[T ~int64](v, most T) T {
	if v <= 0 || v > most {
		return most
	}
	return v
}

// Paths knows where the repository lies for the engine.
type Paths struct {
	// Root is the repository as this process sees it.
	Root string
	// Host is the same directory as the engine sees it; empty when it is the same.
	Host string
	// Missing is why the engine cannot see it at all, or nil. What the stack mounts is
	// copied to the engine then.
	Missing error
}

// place turns the sources of the project's mounts, configs and secrets into the
// engine's paths.
func (h Paths) place(p *types.Project) error {
	for name, s := range p.Services {
		mounts, err := h.rewrite(s.Volumes)
		if err != nil {
			return fmt.Errorf("service %s: %w", name, err)
		}
		s.Volumes = mounts
		p.Services[name] = s
	}
	return h.files(p)
}

// rewrite turns the sources of mounts into the engine's paths and hides .git, where
// a checkout may keep credentials.
func (h Paths) rewrite(mounts []types.ServiceVolumeConfig) ([]types.ServiceVolumeConfig, error) {
	var out []types.ServiceVolumeConfig
	for _, m := range mounts {
		if m.Type != types.VolumeTypeBind {
			out = append(out, m)
			continue
		}
		hidden, err := hide(m)
		if err != nil {
			return nil, err
		}
		if m.Source, err = h.host(m.Source); err != nil {
			return nil, err
		}
		out = append(append(out, m), hidden...)
	}
	return out, nil
}

// hide returns an empty mount over a .git directory that would show through.
func hide(m types.ServiceVolumeConfig) ([]types.ServiceVolumeConfig, error) {
	info, err := os.Lstat(filepath.Join(m.Source, ".git"))
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for .git in %s: %w", m.Source, err)
	case !info.IsDir():
		return nil, fmt.Errorf("mount %s: its .git is no directory and cannot be hidden; mount the directories below", m.Source)
	}
	return []types.ServiceVolumeConfig{{Type: types.VolumeTypeTmpfs, Target: filepath.Join(m.Target, ".git")}}, nil
}

// host is the path as the engine sees it. Links are followed here, because they may
// lead elsewhere on the engine's machine.
func (h Paths) host(path string) (string, error) {
	rel, real, inside := h.inside(path)
	switch {
	case !inside:
		return path, nil // accepted by the trusted configuration
	case h.Missing != nil:
		return "", fmt.Errorf("mount %s: %w", path, h.Missing)
	case h.Host == "":
		return real, nil
	}
	return filepath.Join(h.Host, rel), nil
}

// inside resolves a path, as far as it exists, and finds it in the repository.
func (h Paths) inside(path string) (rel, real string, ok bool) {
	root, err := filepath.EvalSymlinks(h.Root)
	if err != nil {
		root = h.Root
	}
	if real, err = filepath.EvalSymlinks(path); err != nil {
		real = path
		if plain, err := filepath.Rel(h.Root, path); err == nil && filepath.IsLocal(plain) {
			real = filepath.Join(root, plain)
		}
	}
	rel, err = filepath.Rel(root, real)
	return rel, real, err == nil && filepath.IsLocal(rel)
}

// files turns the sources of configs and secrets into the engine's paths.
func (h Paths) files(p *types.Project) (err error) {
	for key, c := range p.Configs {
		if c.File != "" {
			if c.File, err = h.host(c.File); err != nil {
				return fmt.Errorf("config %s: %w", key, err)
			}
			p.Configs[key] = c
		}
	}
	for key, s := range p.Secrets {
		if s.File != "" {
			if s.File, err = h.host(s.File); err != nil {
				return fmt.Errorf("secret %s: %w", key, err)
			}
			p.Secrets[key] = s
		}
	}
	return nil
}
