package dast

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
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
	// declared are the services before they were confined.
	declared types.Services
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
	if err := t.up(ctx, s); err != nil {
		return err
	}
	services := t.stack.Services()
	t.set.Cover("services", len(services))
	target, err := t.choose(ctx, services)
	t.judge(ctx, services, target)
	if err != nil {
		t.gap(target.service, err.Error())
		return ctx.Err()
	}
	return t.look(ctx, target, levels)
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
	t.declared = maps.Clone(m.Project.Services)
	t.notes(m.Project)
	self, err := stack.FindSelf(ctx, t.engine, t.o.SelfContainer, t.o.Mountinfo)
	if err != nil {
		return err
	}
	t.stack, err = stack.New(t.engine, m, stack.Options{
		Run: t.o.RunID, Self: self, Paths: self.Paths(t.plan.Root, t.o.HostRoot), Auth: t.o.Auth,
		Offline: t.o.Offline, Ready: t.cfg.Ready, Temp: t.o.Temp,
	})
	if err != nil {
		return err
	}
	return t.stack.Up(ctx, t.say)
}

// down takes the stack down, if there is one.
func (t *test) down() error {
	if t.stack == nil {
		return nil
	}
	t.say("taking the stack down")
	return t.stack.Down()
}

// notes tells how the test differs from a deployment.
func (t *test) notes(p *types.Project) {
	t.set.Notes = append(t.set.Notes, "the stack ran without published ports and without a way out of its networks")
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
func (t *test) judge(ctx context.Context, services []stack.Service, target endpoint) {
	t.say("judging the running containers")
	var subjects []runtime.Subject
	for _, s := range services {
		subjects = append(subjects, runtime.Subject{Service: s.Name, Container: s.ID, Backend: s.Name == target.service})
	}
	outcomes := runtime.Judge(ctx, t.engine.API(), subjects, t.o.Status)
	outcomes = append(outcomes, runtime.Exposed(t.declared)...)
	for _, s := range services {
		if s.Exited || !s.Addr.IsValid() || !runtime.SpeaksRedis(t.declared[s.Name]) {
			continue
		}
		for _, o := range probe.Store(ctx, s.Name+":6379", t.dialer()) {
			o.Service = s.Name
			outcomes = append(outcomes, o)
		}
	}
	t.outcomes(outcomes)
}

// look probes and scans the target over the network.
func (t *test) look(ctx context.Context, e endpoint, levels web.RuleLevels) error {
	at := probe.Target{Base: e.base, Service: e.service, Dial: t.dialer()}
	t.say("probing " + e.base.String())
	outcomes := probe.TLS(ctx, at)
	scanner, scanned, err := t.scanner(ctx, e, levels)
	if err != nil {
		t.outcomes(outcomes)
		return err
	}
	t.say("scanning " + e.base.String())
	result, err := scanner.Scan(ctx, scanned, t.say)
	if err == nil {
		outcomes = append(outcomes, probe.Methods(ctx, at, t.cfg.Methods)...)
		outcomes = append(outcomes, probe.Bearer(ctx, at, t.cfg.Protected)...)
	}
	t.outcomes(outcomes)
	if err != nil {
		return fmt.Errorf("scan %s: %w", e.base, err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t.result(e, result)
	return nil
}
