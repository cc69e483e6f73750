package runtime

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
)

// tmpfs judges mounts in memory: bounded, and no place for programs and devices. The
// guide's own sample lets /tmp hold programs, which its table for hosts forbids; that
// is a warning.
func (f *view) tmpfs() []probe.Outcome {
	var out []probe.Outcome
	asked := f.memoryMounts()
	for _, point := range slices.Sorted(maps.Keys(asked)) {
		m := asked[point]
		o := f.outcome(TmpfsRule, probe.Pass, point+" "+strings.Join(m.Options, ","), "has a bounded mount in memory at %s", point)
		switch {
		case !m.Has("size"):
			o = f.outcome(TmpfsRule, probe.Fail, o.Evidence, "can fill the machine's memory through %s, which has no size", point)
		case !m.Has("nosuid"), !m.Has("nodev"):
			o = f.outcome(TmpfsRule, probe.Fail, o.Evidence, "can have set-uid programs or devices in %s", point)
		case !m.Has("noexec"):
			o = f.outcome(TmpfsRule, probe.Warn, o.Evidence, "can run programs from %s; the guide's sample asks for that, its baseline forbids it", point)
		}
		out = append(out, o)
	}
	return out
}

// memoryMounts are the mounts that were asked for, as the kernel has them where that is
// known. The engine adds noexec, nosuid and nodev to each unless told otherwise.
func (f *view) memoryMounts() map[string]facts.Mount {
	all := map[string]facts.Mount{}
	for point, options := range f.host.Tmpfs {
		all[path.Clean(point)] = asked(strings.Split(options, ","))
	}
	for _, m := range f.host.Mounts {
		if m.Type != mount.TypeTmpfs {
			continue
		}
		var options []string
		if o := m.TmpfsOptions; o != nil && o.SizeBytes > 0 {
			options = append(options, fmt.Sprintf("size=%d", o.SizeBytes))
		}
		all[path.Clean(m.Target)] = asked(options)
	}
	for point := range all {
		if strings.HasSuffix(point, "/.git") {
			delete(all, point) // ours, to hide the directory
		} else if m, ok := f.Mount(point); ok && m.Type == "tmpfs" {
			all[point] = m
		}
	}
	return all
}

func asked(options []string) facts.Mount {
	m := facts.Mount{Type: "tmpfs", Options: slices.DeleteFunc(options, func(o string) bool { return o == "" })}
	for no, yes := range map[string]string{"noexec": "exec", "nosuid": "suid", "nodev": "dev"} {
		if !m.Has(no) && !m.Has(yes) {
			m.Options = append(m.Options, no)
		}
	}
	slices.Sort(m.Options)
	return m
}

// files judges the modes of secret files by the engine's answer about a path, which
// holds nothing of their content. A file that is not there is not judged.
func (f *view) files(ctx context.Context, api API, paths []string) []probe.Outcome {
	var out []probe.Outcome
	for _, p := range paths {
		r, err := api.ContainerStatPath(ctx, f.Container, client.ContainerStatPathOptions{Path: p})
		switch {
		case errdefs.IsNotFound(err):
			continue
		case err != nil:
			out = append(out, f.outcome(FilesRule, probe.Unknown, "", "has %s, perhaps: the engine did not say: %v", p, err))
			continue
		}
		out = append(out, f.file(p, r.Stat.Mode))
	}
	return out
}

func (f *view) file(p string, mode fs.FileMode) probe.Outcome {
	evidence := fmt.Sprintf("%s %s", p, mode)
	switch {
	case mode&fs.ModeSymlink != 0:
		return f.outcome(FilesRule, probe.Unknown, evidence, "has a link at %s; name the file that it leads to under dast.secret-files", p)
	case mode.Perm()&0o077 != 0:
		return f.outcome(FilesRule, probe.Fail, evidence, "has the secret file %s, which more than its owner may use (%04o)", p, mode.Perm())
	case f.writablePath(p):
		return f.outcome(FilesRule, probe.Fail, evidence, "can change the secret file %s; mount it read-only", p)
	}
	return f.outcome(FilesRule, probe.Pass, evidence, "keeps the secret file %s to its owner", p)
}

// writablePath tells whether what holds the path may be written to.
func (f *view) writablePath(p string) bool {
	best, rw := "", !f.host.ReadonlyRootfs
	for _, m := range f.mounts {
		if below(p, m.Destination) && len(m.Destination) > len(best) {
			best, rw = m.Destination, m.RW
		}
	}
	return rw
}

func below(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}
