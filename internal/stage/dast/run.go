package dast

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// test is one run of the stage on one stack.
type test struct {
	*Stage
	plan   *plan.Plan
	doc    plan.Document
	engine *stack.Engine
	set    *finding.Set
	say    func(string)

	stack *stack.Stack
	// declared and networks are the services and networks before they were confined.
	declared types.Services
	networks types.Networks
	subjects []runtime.Subject
	// seen are the outcomes so far; conclude makes findings of them.
	seen []probe.Outcome
}

// run is the life of a stack: load, guard, start, judge.
func (t *test) run(ctx context.Context, s plan.Stack) error {
	levels, errs := web.ParseRules(t.o.RulesFile)
	if len(errs) > 0 {
		return fmt.Errorf("read %s: %w", t.cfg.RulesFile, errors.Join(errs...))
	}
	if err := t.available(ctx); err != nil {
		return err
	}
	err := t.step(ctx, "stack", t.cfg.Budget.Stack, func(ctx context.Context) error { return t.up(ctx, s) })
	if err != nil {
		return err
	}
	services := t.stack.Services()
	t.set.Cover("services", len(services))
	target, err := t.choose(ctx, services)
	if jerr := t.step(ctx, "probes", t.cfg.Budget.Probes, func(ctx context.Context) error { return t.judge(ctx, services, target) }); jerr != nil {
		return jerr
	}
	t.see(s)
	if err != nil {
		t.gap(finding.Gap{Rule: gap.ServiceNotTested, Subject: target.service, Message: err.Error(), Remediation: "Name a service and a port that answers under dast.target, or raise dast.ready-timeout."})
		return ctx.Err()
	}
	return t.look(ctx, target, levels)
}

// see notes the files that the stack, which runs now, is made of.
func (t *test) see(s plan.Stack) {
	for _, file := range slices.Concat(s.Files, t.doc.Files) {
		t.set.See(file, "the tested stack")
	}
}

// up loads, judges and starts the stack.
func (t *test) up(ctx context.Context, s plan.Stack) error {
	t.say("reading " + strings.Join(s.Files, ", "))
	m, err := stack.Load(ctx, stack.Source{
		Tree: t.plan.Tree, Dir: s.Dir, Files: s.Files, Profiles: t.cfg.Profiles, Env: t.cfg.Env, Random: t.o.Random, Run: t.o.RunID,
	})
	if err != nil {
		return err
	}
	if err := t.admit(m); err != nil {
		return err
	}
	if m, err = m.Complete(); err != nil {
		return err
	}
	declared := m.Project.WithoutUnnecessaryResources() // a copy: confining changes what services point to
	t.declared, t.networks = declared.Services, declared.Networks
	t.notes(m.Project)
	self, err := stack.FindSelf(ctx, t.engine, t.o.SelfContainer, t.o.Mountinfo)
	if err != nil {
		return err
	}
	t.stack, err = stack.New(t.engine, m, stack.Options{
		Run: t.o.RunID, Self: self, Paths: self.Paths(t.plan.Root, t.o.HostRoot), Auth: t.o.Auth,
		Offline: t.o.Offline, Publish: t.cfg.Publish, Ready: t.cfg.Ready, Temp: t.o.Temp,
	})
	if err != nil {
		return err
	}
	return t.stack.Up(ctx, t.say)
}

// down takes the stack down, if there is one. After an interrupt little time is left.
func (t *test) down(ctx context.Context) error {
	if t.stack == nil {
		return nil
	}
	t.say("taking the stack down")
	if errors.Is(ctx.Err(), context.Canceled) {
		return t.stack.DownWithin(stack.InterruptEnd)
	}
	return t.stack.Down()
}

// notes says how the test differs from a deployment.
func (t *test) notes(p *types.Project) {
	ports := "without published ports"
	if t.cfg.Publish {
		ports = "with its ports published on 127.0.0.1 (dast.publish-ports)"
	}
	t.set.Notes = append(t.set.Notes, "the stack ran "+ports+" and without a way out of its networks")
	var unset []string
	for _, v := range t.doc.Variables {
		if _, ok := p.Environment[v.Name]; !ok && v.Default == nil && !v.Required {
			unset = append(unset, v.Name)
		}
	}
	if slices.Sort(unset); len(unset) > 0 {
		t.set.Notes = append(t.set.Notes, "variables without a value were empty: "+strings.Join(slices.Compact(unset), ", ")+"; set them under dast.env")
	}
}

// judge asks the engine how the containers run, and the stores whether they are open.
func (t *test) judge(ctx context.Context, services []stack.Service, target endpoint) error {
	t.say("judging the running containers")
	for _, s := range services {
		t.subjects = append(t.subjects, runtime.Subject{
			Service: s.Name, Container: s.ID, Backend: s.Name == target.service, Declared: t.declared[s.Name], Networks: t.networks,
		})
	}
	outcomes := runtime.Judge(ctx, t.engine.API(), t.subjects, runtime.Options{Facts: t.facts, Now: t.o.Now(), Files: t.cfg.SecretFiles})
	outcomes = append(outcomes, runtime.Exposed(t.declared)...)
	for _, s := range services {
		if s.Exited || !s.Addr.IsValid() {
			continue
		}
		var answers []probe.Outcome
		if runtime.SpeaksRedis(t.declared[s.Name]) {
			answers = append(answers, probe.Store(ctx, s.Name+":6379", t.passwords(s.Name), t.dialer())...)
		}
		if runtime.SpeaksPostgres(t.declared[s.Name]) {
			answers = append(answers, probe.Postgres(ctx, s.Name+":5432", t.dialer())...)
		}
		for _, o := range answers {
			o.Service = s.Name
			outcomes = append(outcomes, o)
		}
	}
	t.seen = append(t.seen, outcomes...)
	return nil
}

// conclude turns what was seen into findings: all at once, because two probes may judge the
// same rule.
func (t *test) conclude() {
	t.outcomes(t.seen)
	t.seen = nil
}

// maxPasswords bounds how many passwords a store is asked with.
const maxPasswords = 8

// passwords may open a store: the one on its command line, and the stack's secrets.
func (t *test) passwords(service string) []string {
	var all []string
	for i, word := range t.declared[service].Command {
		if word == "--requirepass" && i+1 < len(t.declared[service].Command) {
			all = append(all, t.declared[service].Command[i+1])
		}
	}
	all = unique(append(all, t.stack.Passwords()...))
	return all[:min(len(all), maxPasswords)]
}

// facts asks the kernel about a container: directly where we see its processes, and
// through a side-car of our own image where that is what we run from.
func (t *test) facts(ctx context.Context, id string, pid int, ids []string) facts.Facts {
	if t.o.Proc != nil {
		if raw := t.o.Proc(pid, id); raw.Status != nil {
			t.set.Cover("processes", 1)
			return facts.Parse(raw)
		}
	}
	user := ""
	if len(ids) > 0 {
		user = ids[0]
	}
	raw := facts.Raw{}
	data, err := t.stack.Beside(ctx, id, user)
	if err == nil {
		raw, err = facts.Decode(data)
	}
	if err != nil {
		t.set.Notes = unique(append(t.set.Notes, "the kernel was not asked about the containers: "+err.Error()))
	} else {
		t.set.Cover("processes", 1)
	}
	return facts.Parse(raw)
}

// look probes and scans the target over the network.
func (t *test) look(ctx context.Context, e endpoint, levels web.RuleLevels) error {
	at := probe.Target{Base: e.base, Service: e.service, Dial: t.dialer(), Token: t.o.Token, Peer: t.peer(e)}
	if err := t.ask(ctx, t.connection(at), t.wellbeing(e, at)); err != nil {
		return err
	}
	scanner, scanned, err := t.scanner(ctx, e, levels)
	if err != nil {
		return err
	}
	if err := t.scan(ctx, e, scanner, scanned); err != nil {
		return err
	}
	return t.ask(ctx, t.refusals(at), t.logs(), t.rate(e, at))
}

// peer is the address of another service, which a bypass for the stack's network might
// trust.
func (t *test) peer(e endpoint) string {
	for _, s := range t.stack.Services() {
		if s.Name != e.service && s.Addr.IsValid() {
			return s.Addr.String()
		}
	}
	return ""
}
