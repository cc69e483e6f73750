// Package dast starts the repository's Compose stack, asks it live what its manifests
// promise, scans it like ZAP's baseline, and takes it down again. Nothing is started
// that the guard has not accepted, and nothing is left behind.
package dast

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/guard"
	"github.com/stella-ops/assure/internal/stage/dast/parts"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// Scanner looks at one web endpoint.
type Scanner interface {
	Scan(ctx context.Context, t web.Target, say func(string)) (web.Result, error)
}

// Options are what the stage needs beside the configuration.
type Options struct {
	// Version of the program, for reports.
	Version string
	// Offline neither pulls images nor lets builds use a network.
	Offline bool
	// EngineHost is the engine's address, as in DOCKER_HOST; empty means the usual socket.
	EngineHost string
	// HostRoot is the repository as the engine sees it, where that cannot be found out.
	HostRoot string
	// SelfContainer is the container that this process runs in, where that cannot be
	// found out from Mountinfo, the content of /proc/self/mountinfo.
	SelfContainer string
	Mountinfo     []byte
	// RunID marks what this run creates; empty means a made-up one.
	RunID string
	// Runs is the directory in which runs are marked while they go on, so that nobody
	// takes their stacks for leftovers; empty means that this one is not marked.
	Runs string
	// Random makes up n hexadecimal digits; nil means from the system's random source.
	Random func(n int) string
	// Now is the clock for reports and cookies; nil means time.Now.
	Now func() time.Time
	// Auth are credentials for pulling images.
	Auth []config.RegistryAuth
	// RulesFile is a rules file in ZAP's grammar (.zap/rules.tsv), from the trusted
	// commit; nil without one.
	RulesFile []byte
	// Proc reads what the kernel says about a container's process, where this process
	// sees the engine's processes; nil means that it does not.
	Proc func(pid int, container string) facts.Raw
	// Token opens the protected paths of the service under test; empty without one.
	Token string
	// Resolve finds the addresses of a host; nil means the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Temp is the directory for build contexts; empty means the system's.
	Temp string
	// Unchanged reports whether a file, or everything below a directory (a path that ends
	// in a slash), is the same in the commit that a change is compared with, and so are our
	// settings; nil means that this is not known.
	Unchanged func(file string) bool
	// Scanner replaces the one that the configuration asks for.
	Scanner Scanner
}

// Stage is the dynamic test.
type Stage struct {
	cfg config.DAST
	o   Options
}

// New returns the stage.
func New(cfg config.DAST, o Options) *Stage {
	if o.Random == nil {
		o.Random = random
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // for callers without a clock of their own
	}
	if o.RunID == "" {
		o.RunID = o.Random(12)
	}
	return &Stage{cfg: cfg, o: o}
}

func random(n int) string {
	b := make([]byte, (n+1)/2)
	rand.Read(b) //nolint:errcheck // it never fails; see crypto/rand
	return hex.EncodeToString(b)[:n]
}

// Name is dast.
func (s *Stage) Name() string { return "dast" }

// Skip refuses to run what a stranger wrote, and leaves out what a change left alone.
func (s *Stage) Skip(p *plan.Plan) string {
	if p.Event.NoStack != "" {
		return p.Event.NoStack
	}
	if p.Event.Strict {
		return "a pull request from a fork does not get to run code here; the test runs when a maintainer merges or pushes the change to a branch of this repository"
	}
	if s.cfg.Target.URL == "" && parts.Same(context.Background(), p, s.cfg, s.o.Unchanged) {
		return "nothing that the stack is made of changed: " + strings.Join(p.Stacks[0].Files, ", ") + ", what its services are built from, mount and read, and the settings of this test"
	}
	return ""
}

// Rules lists every rule that the stage can judge.
func Rules() []finding.Rule {
	return slices.Concat(probe.Rules(), runtime.Rules(), rules.List())
}

// Run starts the first stack of the plan, judges it and takes it down; or it judges the
// target that the configuration names, and starts nothing. What is kept from us is a
// gap; an error means that nothing could be judged.
func (s *Stage) Run(ctx context.Context, p *plan.Plan, say func(string)) (set finding.Set, err error) {
	set = finding.Set{Rules: Rules(), Gaps: p.Gaps(s.Name())}
	if s.cfg.Target.URL != "" {
		t := &test{Stage: s, plan: p, set: &set, say: say, doc: anchor(p)}
		err = t.outside(ctx)
		t.conclude()
		return set, err
	}
	if len(p.Stacks) == 0 {
		return set, nil
	}
	for _, other := range p.Stacks[1:] {
		set.Notes = append(set.Notes, fmt.Sprintf("%s was not started: one stack is tested in a run; choose it with dast.compose", other.Files[0]))
	}
	engine, err := stack.Open(ctx, s.o.EngineHost)
	if err != nil {
		return set, err
	}
	defer engine.Close()
	t := &test{Stage: s, plan: p, engine: engine, set: &set, say: say, doc: document(p, p.Stacks[0])}
	defer t.hold()()
	defer func() { err = errors.Join(err, t.down(ctx)) }()
	err = t.run(ctx, p.Stacks[0])
	t.conclude()
	return set, err
}

// hold marks the run as one that goes on. Without the mark nothing is removed too early,
// but not by itself either.
func (t *test) hold() (release func()) {
	if t.o.Runs == "" {
		return func() {}
	}
	release, err := stack.Hold(t.o.Runs, t.o.RunID)
	if err != nil {
		t.set.Notes = append(t.set.Notes, fmt.Sprintf("were this run killed, \"assure clean\" would need to be told --run %s: %v", t.o.RunID, err))
		return func() {}
	}
	return release
}

// document is what a stack was made of, for finding places in it.
func document(p *plan.Plan, s plan.Stack) plan.Document {
	if s.Document >= 0 && s.Document < len(p.Documents) {
		return p.Documents[s.Document]
	}
	return plan.Document{Name: s.Files[0], Files: s.Files}
}

// anchor is where findings about a target outside of any stack stand.
func anchor(p *plan.Plan) plan.Document {
	if len(p.Stacks) > 0 {
		return document(p, p.Stacks[0])
	}
	return plan.Document{Name: ".github/assure.yml"}
}

// admit asks the guard, and notes each refusal as something that could not be seen.
func (t *test) admit(m stack.Model) error {
	refusals := guard.Check(m.Project, guard.Options{Root: t.plan.Root, Allow: t.cfg.Allow, Strict: t.plan.Event.Strict})
	for _, r := range refusals {
		t.set.Gaps = append(t.set.Gaps, finding.Gap{Rule: gap.StackNotTested, Location: t.at(r.Path...), Subject: r.Subject(), Message: r.Message, Remediation: r.Remedy})
	}
	if len(refusals) == 0 {
		return nil
	}
	more := ""
	if n := len(refusals) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Errorf("the stack may not be started: %s: %s%s", t.at(refusals[0].Path...), refusals[0].Text(), more)
}
