// Package runtime judges how the containers of a stack really run: the user, the file
// system, the capabilities and the confinement that the engine gave them. The stack is
// started with the repository's own settings for these, so the answers are the truth
// that the manifests only promise.
package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
)

// The ids of the rules that this package judges.
const (
	RootRule     = "probe/run-as-root"
	WritableRule = "probe/writable-root"
	CapsRule     = "probe/capabilities"
	PrivsRule    = "probe/no-new-privileges"
	SeccompRule  = "probe/seccomp"
	ProfileRule  = "probe/seccomp-profile"
	ExposedRule  = "probe/store-exposed"
	HostRule     = "probe/host-access"
	TmpfsRule    = "probe/tmpfs"
	NetworkRule  = "probe/network"
	LimitsRule   = "probe/limits"
	DigestRule   = "probe/image-digest"
	VisibleRule  = "probe/visible-secret"
	FilesRule    = "probe/secret-files"
	FallbackRule = "probe/anonymous-fallback"
	LogsRule     = "probe/json-logs"
	LeakRule     = "probe/logged-secret"
)

// API is the part of the engine that is asked.
type API interface {
	ContainerInspect(ctx context.Context, id string, o client.ContainerInspectOptions) (client.ContainerInspectResult, error)
	ContainerTop(ctx context.Context, id string, o client.ContainerTopOptions) (client.ContainerTopResult, error)
	ContainerStatPath(ctx context.Context, id string, o client.ContainerStatPathOptions) (client.ContainerStatPathResult, error)
	ContainerLogs(ctx context.Context, id string, o client.ContainerLogsOptions) (client.ContainerLogsResult, error)
	Info(ctx context.Context, o client.InfoOptions) (client.SystemInfoResult, error)
}

// Subject is one container to judge.
type Subject struct {
	Service, Container string
	// Backend is true for the service under test, which needs a seccomp profile of its own.
	Backend bool
	// Declared is the service as the repository has it, before the test confined it.
	Declared types.ServiceConfig
	// Networks are the networks that the repository declares.
	Networks types.Networks
}

// Options are what a judgement needs beside the engine.
type Options struct {
	// Facts asks the kernel about the first process of a container, whose processes
	// have the given users; nil means that it cannot be asked.
	Facts func(ctx context.Context, id string, pid int, ids []string) facts.Facts
	// Now is the time that deadlines are judged by.
	Now time.Time
	// Files are the paths of secret files in the containers.
	Files []string
}

// Judge asks the engine about each container, and the kernel where it can be asked.
func Judge(ctx context.Context, api API, subjects []Subject, o Options) []probe.Outcome {
	engine := confinement(ctx, api)
	var out []probe.Outcome
	for _, s := range subjects {
		r, err := api.ContainerInspect(ctx, s.Container, client.ContainerInspectOptions{})
		if err != nil || r.Container.HostConfig == nil || r.Container.Config == nil || r.Container.State == nil {
			out = append(out, unknown(s, err)...)
			continue
		}
		f := view{Subject: s, host: r.Container.HostConfig, config: r.Container.Config, mounts: r.Container.Mounts, health: r.Container.State.Health, engine: engine}
		if r.Container.State.Running {
			f.processes(ctx, api, r.Container.ID)
			if o.Facts != nil {
				f.Facts = o.Facts(ctx, r.Container.ID, r.Container.State.Pid, f.ids)
			}
		}
		out = append(out, f.outcomes()...)
		out = append(out, f.fallback(o.Now)...)
		out = append(out, f.files(ctx, api, o.Files)...)
	}
	return out
}

// unknown answers every question about a container that the engine did not describe.
func unknown(s Subject, err error) []probe.Outcome {
	var out []probe.Outcome
	for _, rule := range []string{RootRule, WritableRule, CapsRule, PrivsRule, SeccompRule, HostRule, VisibleRule, LimitsRule} {
		out = append(out, probe.Outcome{
			Rule: rule, Service: s.Service, Verdict: probe.Unknown,
			Message: fmt.Sprintf("service %s: the engine did not describe its container: %v", s.Service, err),
		})
	}
	return out
}

// confinement is what the engine does for every container.
func confinement(ctx context.Context, api API) []string {
	r, err := api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return nil
	}
	return r.Info.SecurityOptions
}

// view is what is known about one container.
type view struct {
	Subject
	facts.Facts
	host   *container.HostConfig
	config *container.Config
	mounts []container.MountPoint
	health *container.Health
	engine []string
	// ids are "uid:gid" of its processes, nil when the engine could not tell.
	ids []string
}

// processes asks the engine which users the container's processes have.
func (f *view) processes(ctx context.Context, api API, id string) {
	r, err := api.ContainerTop(ctx, id, client.ContainerTopOptions{Arguments: []string{"-eo", "pid,uid,gid"}})
	uid, gid := slices.Index(r.Titles, "UID"), slices.Index(r.Titles, "GID")
	if err != nil || uid < 0 || gid < 0 {
		return
	}
	for _, p := range r.Processes {
		if len(p) > max(uid, gid) {
			f.ids = append(f.ids, p[uid]+":"+p[gid])
		}
	}
	slices.Sort(f.ids)
	f.ids = slices.Compact(f.ids)
}

func (f *view) outcomes() []probe.Outcome {
	out := []probe.Outcome{f.root(), f.writable(), f.capabilities(), f.privileges(), f.seccomp(), f.hostAccess(), f.network(), f.limits(), f.digest(), f.visible()}
	if f.Backend {
		out = append(out, f.profile(), f.reportsHealth())
	}
	return append(out, f.tmpfs()...)
}

func (f *view) outcome(rule string, v probe.Verdict, evidence, format string, args ...any) probe.Outcome {
	msg := "service " + f.Service + " " + fmt.Sprintf(format, args...)
	return probe.Outcome{Rule: rule, Service: f.Service, Verdict: v, Message: msg, Evidence: evidence}
}

// root judges the user that the container and its processes have.
func (f *view) root() probe.Outcome {
	user, group, _ := strings.Cut(f.config.User, ":")
	evidence := fmt.Sprintf("user %q, processes %s", f.config.User, strings.Join(f.ids, " "))
	for _, id := range append(slices.Clone(f.ids), f.kernelIDs()...) {
		if strings.HasPrefix(id, "0:") || strings.HasSuffix(id, ":0") {
			return f.outcome(RootRule, probe.Fail, evidence, "runs as root: a process has uid:gid %s", id)
		}
	}
	switch {
	case user == "" || user == "root" || user == "0":
		return f.outcome(RootRule, probe.Fail, evidence, "starts as root, because its user is %q", f.config.User)
	case group == "root" || group == "0":
		return f.outcome(RootRule, probe.Fail, evidence, "runs in the group root")
	case len(f.ids) == 0 && strings.Trim(user, "0123456789") != "":
		return f.outcome(RootRule, probe.Unknown, evidence, "runs as %q, whose number the engine does not tell; give the user as a number", user)
	}
	return f.outcome(RootRule, probe.Pass, evidence, "does not run as root")
}

// kernelIDs are the real, effective, saved and file system users of the first process.
func (f *view) kernelIDs() (ids []string) {
	uids, gids := f.IDs("Uid"), f.IDs("Gid")
	for i := range min(len(uids), len(gids)) {
		ids = append(ids, uids[i]+":"+gids[i])
	}
	return ids
}

func (f *view) writable() probe.Outcome {
	if root, ok := f.Mount("/"); ok && f.host.ReadonlyRootfs && !root.Has("ro") {
		return f.outcome(WritableRule, probe.Fail, "mount / "+strings.Join(root.Options, ","), "can write to its root file system, whatever the engine says")
	}
	if f.host.ReadonlyRootfs {
		return f.outcome(WritableRule, probe.Pass, "ReadonlyRootfs true", "has a read-only root file system")
	}
	return f.outcome(WritableRule, probe.Fail, "ReadonlyRootfs false", "can write to its root file system")
}

// capabilities judges what the container may do beyond an ordinary process.
func (f *view) capabilities() probe.Outcome {
	evidence := fmt.Sprintf("CapDrop %v, CapAdd %v, CapBnd %s", f.host.CapDrop, f.host.CapAdd, f.Status["CapBnd"])
	if f.host.Privileged {
		return f.outcome(CapsRule, probe.Fail, evidence, "is privileged and has every capability")
	}
	if !slices.ContainsFunc(f.host.CapDrop, func(c string) bool { return capName(c) == "ALL" }) {
		return f.outcome(CapsRule, probe.Fail, evidence, "keeps the engine's default capabilities")
	}
	for _, c := range f.host.CapAdd {
		if capName(c) != "NET_BIND_SERVICE" {
			return f.outcome(CapsRule, probe.Fail, evidence, "has the capability %s", capName(c))
		}
	}
	for _, field := range []string{"CapEff", "CapPrm", "CapBnd"} {
		if set, ok := f.Caps(field); ok && set&^bindService != 0 {
			return f.outcome(CapsRule, probe.Fail, field+" "+f.Status[field], "holds capabilities that were to be dropped")
		}
	}
	return f.outcome(CapsRule, probe.Pass, evidence, "has no capability that it does not need")
}

// bindService is CAP_NET_BIND_SERVICE in a set of capabilities, see capabilities(7).
const bindService = 1 << 10

func capName(c string) string { return strings.TrimPrefix(strings.ToUpper(c), "CAP_") }

func (f *view) privileges() probe.Outcome {
	evidence := fmt.Sprintf("SecurityOpt %v, NoNewPrivs %s", names(f.host.SecurityOpt), f.Status["NoNewPrivs"])
	if f.Status["NoNewPrivs"] == "1" || f.Status == nil && slices.ContainsFunc(f.host.SecurityOpt, noNewPrivileges) {
		return f.outcome(PrivsRule, probe.Pass, evidence, "cannot gain privileges")
	}
	return f.outcome(PrivsRule, probe.Fail, evidence, "may gain privileges through set-uid programs")
}

func noNewPrivileges(opt string) bool {
	name, value, _ := strings.Cut(strings.Replace(opt, ":", "=", 1), "=")
	return name == "no-new-privileges" && slices.Contains([]string{"", "1", "t", "T", "true", "TRUE", "True"}, value)
}

// seccomp judges whether system calls are filtered at all.
func (f *view) seccomp() probe.Outcome {
	evidence := fmt.Sprintf("SecurityOpt %v, Seccomp %s", names(f.host.SecurityOpt), f.Status["Seccomp"])
	off := f.host.Privileged || slices.ContainsFunc(f.host.SecurityOpt, func(o string) bool {
		return o == "seccomp=unconfined" || o == "seccomp:unconfined"
	})
	filtered := slices.ContainsFunc(f.engine, func(o string) bool { return strings.Contains(o, "name=seccomp") })
	switch {
	case off || f.Status["Seccomp"] == "0":
		return f.outcome(SeccompRule, probe.Fail, evidence, "runs without a seccomp filter")
	case f.Status["Seccomp"] == "2" || filtered:
		return f.outcome(SeccompRule, probe.Pass, evidence, "runs behind a seccomp filter")
	}
	return f.outcome(SeccompRule, probe.Unknown, evidence, "may run without a seccomp filter: the engine does not say that it has one; ask it with docker info")
}

// profile judges whether the service brings a filter of its own.
func (f *view) profile() probe.Outcome {
	own := slices.ContainsFunc(f.host.SecurityOpt, func(o string) bool {
		name, value, _ := strings.Cut(strings.Replace(o, ":", "=", 1), "=")
		return name == "seccomp" && value != "" && value != "unconfined" && value != "builtin"
	})
	evidence := fmt.Sprintf("SecurityOpt %v", names(f.host.SecurityOpt))
	if own {
		return f.outcome(ProfileRule, probe.Pass, evidence, "has a seccomp profile of its own")
	}
	return f.outcome(ProfileRule, probe.Fail, evidence, "has no seccomp profile of its own")
}

// names shortens security options that carry a whole profile.
func names(opts []string) []string {
	var out []string
	for _, o := range opts {
		if strings.Contains(o, "{") {
			o = "seccomp=<profile>"
		}
		out = append(out, o)
	}
	return out
}
