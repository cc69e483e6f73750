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

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
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
)

// API is the part of the engine that is asked.
type API interface {
	ContainerInspect(ctx context.Context, id string, o client.ContainerInspectOptions) (client.ContainerInspectResult, error)
	ContainerTop(ctx context.Context, id string, o client.ContainerTopOptions) (client.ContainerTopResult, error)
	Info(ctx context.Context, o client.InfoOptions) (client.SystemInfoResult, error)
}

// Subject is one container to judge.
type Subject struct {
	Service, Container string
	// Backend is true for the service under test, which needs a seccomp profile of its own.
	Backend bool
}

// Judge asks the engine about each container. Status reads /proc/<pid>/status of a
// process of the given container, or returns nil where the engine's processes cannot
// be seen; nil means that they never can.
func Judge(ctx context.Context, api API, subjects []Subject, status func(pid int, id string) []byte) []probe.Outcome {
	engine := confinement(ctx, api)
	var out []probe.Outcome
	for _, s := range subjects {
		r, err := api.ContainerInspect(ctx, s.Container, client.ContainerInspectOptions{})
		if err != nil || r.Container.HostConfig == nil || r.Container.Config == nil || r.Container.State == nil {
			out = append(out, unknown(s, err)...)
			continue
		}
		f := facts{Subject: s, host: r.Container.HostConfig, config: r.Container.Config, engine: engine}
		if r.Container.State.Running {
			f.processes(ctx, api, r.Container.ID)
			if status != nil {
				f.status = parseStatus(status(r.Container.State.Pid, r.Container.ID))
			}
		}
		out = append(out, f.outcomes()...)
	}
	return out
}

// unknown answers every question about a container that the engine did not describe.
func unknown(s Subject, err error) []probe.Outcome {
	var out []probe.Outcome
	for _, rule := range []string{RootRule, WritableRule, CapsRule, PrivsRule, SeccompRule} {
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

// facts is what is known about one container.
type facts struct {
	Subject
	host   *container.HostConfig
	config *container.Config
	engine []string
	// ids are "uid:gid" of its processes, nil when the engine could not tell.
	ids    []string
	status map[string]string
}

// processes asks the engine which users the container's processes have.
func (f *facts) processes(ctx context.Context, api API, id string) {
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

func (f *facts) outcomes() []probe.Outcome {
	out := []probe.Outcome{f.root(), f.writable(), f.capabilities(), f.privileges(), f.seccomp()}
	if f.Backend {
		out = append(out, f.profile())
	}
	return out
}

func (f *facts) outcome(rule string, v probe.Verdict, evidence, format string, args ...any) probe.Outcome {
	msg := "service " + f.Service + " " + fmt.Sprintf(format, args...)
	return probe.Outcome{Rule: rule, Service: f.Service, Verdict: v, Message: msg, Evidence: evidence}
}

// root judges the user that the container and its processes have.
func (f *facts) root() probe.Outcome {
	user, group, _ := strings.Cut(f.config.User, ":")
	evidence := fmt.Sprintf("user %q, processes %s", f.config.User, strings.Join(f.ids, " "))
	for _, id := range f.ids {
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

func (f *facts) writable() probe.Outcome {
	if f.host.ReadonlyRootfs {
		return f.outcome(WritableRule, probe.Pass, "ReadonlyRootfs true", "has a read-only root file system")
	}
	return f.outcome(WritableRule, probe.Fail, "ReadonlyRootfs false", "can write to its root file system")
}

// capabilities judges what the container may do beyond an ordinary process.
func (f *facts) capabilities() probe.Outcome {
	evidence := fmt.Sprintf("CapDrop %v, CapAdd %v, CapBnd %s", f.host.CapDrop, f.host.CapAdd, f.status["CapBnd"])
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
	return f.outcome(CapsRule, probe.Pass, evidence, "has no capability that it does not need")
}

func capName(c string) string { return strings.TrimPrefix(strings.ToUpper(c), "CAP_") }

func (f *facts) privileges() probe.Outcome {
	evidence := fmt.Sprintf("SecurityOpt %v, NoNewPrivs %s", names(f.host.SecurityOpt), f.status["NoNewPrivs"])
	if f.status["NoNewPrivs"] == "1" || f.status == nil && slices.ContainsFunc(f.host.SecurityOpt, noNewPrivileges) {
		return f.outcome(PrivsRule, probe.Pass, evidence, "cannot gain privileges")
	}
	return f.outcome(PrivsRule, probe.Fail, evidence, "may gain privileges through set-uid programs")
}

func noNewPrivileges(opt string) bool {
	name, value, _ := strings.Cut(strings.Replace(opt, ":", "=", 1), "=")
	return name == "no-new-privileges" && slices.Contains([]string{"", "1", "t", "T", "true", "TRUE", "True"}, value)
}

// seccomp judges whether system calls are filtered at all.
func (f *facts) seccomp() probe.Outcome {
	evidence := fmt.Sprintf("SecurityOpt %v, Seccomp %s", names(f.host.SecurityOpt), f.status["Seccomp"])
	off := f.host.Privileged || slices.ContainsFunc(f.host.SecurityOpt, func(o string) bool {
		return o == "seccomp=unconfined" || o == "seccomp:unconfined"
	})
	filtered := slices.ContainsFunc(f.engine, func(o string) bool { return strings.Contains(o, "name=seccomp") })
	switch {
	case off || f.status["Seccomp"] == "0":
		return f.outcome(SeccompRule, probe.Fail, evidence, "runs without a seccomp filter")
	case f.status["Seccomp"] == "2" || filtered:
		return f.outcome(SeccompRule, probe.Pass, evidence, "runs behind a seccomp filter")
	}
	return f.outcome(SeccompRule, probe.Unknown, evidence, "may run without a seccomp filter: the engine does not say that it has one; ask it with docker info")
}

// profile judges whether the service brings a filter of its own.
func (f *facts) profile() probe.Outcome {
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

// parseStatus reads the fields of proc_pid_status(5); nil without data.
func parseStatus(data []byte) map[string]string {
	if len(data) == 0 {
		return nil
	}
	m := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if k, v, ok := strings.Cut(line, ":"); ok {
			m[k] = strings.TrimSpace(v)
		}
	}
	return m
}
