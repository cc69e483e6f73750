package dast

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// childRoot and childRun tell a copy of the test program to be a run of the stage that
// somebody kills.
const (
	childRoot = "ASSURE_TEST_CHILD_ROOT"
	childRun  = "ASSURE_TEST_CHILD_RUN"
)

// TestChild is that run: it says what it does and stays in the scan until it is stopped.
func TestChild(t *testing.T) {
	root := os.Getenv(childRoot)
	if root == "" {
		t.Skip("this is the other half of the tests that kill a run")
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	cfg := settings()
	p, err := plan.Build(ctx, tree, config.Config{DAST: cfg}, plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	hang := scanner(func(ctx context.Context, _ web.Target) (web.Result, error) {
		<-ctx.Done()
		return web.Result{}, ctx.Err()
	})
	say := func(text string) { _, _ = os.Stdout.WriteString("child: " + text + "\n") }
	_, err = New(cfg, Options{RunID: os.Getenv(childRun), Scanner: hang}).Run(ctx, p, say)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the run ended with %v", err)
	}
}

// child starts the run and waits until it says a word.
func child(t *testing.T, root, id, word string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), childRoot+"="+root, childRun+"="+id)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reached := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), word) {
				select {
				case reached <- true:
				default:
				}
			}
		}
		close(reached)
	}()
	if !<-reached {
		t.Fatalf("the run never said %q", word)
	}
	return cmd
}

// inventory names what the engine has that is no other run's: the tests of other
// packages use the same engine at the same time.
func inventory(t *testing.T, e *stack.Engine, id string) map[string]bool {
	t.Helper()
	ctx, all := context.Background(), map[string]bool{}
	add := func(name string, labels map[string]string) {
		if run := labels[stack.RunLabel]; run == "" || run == id {
			all[name] = true
		}
	}
	c, err1 := e.API().ContainerList(ctx, client.ContainerListOptions{All: true})
	for _, i := range c.Items {
		add("container "+i.ID, i.Labels)
	}
	n, err2 := e.API().NetworkList(ctx, client.NetworkListOptions{})
	for _, i := range n.Items {
		add("network "+i.ID, i.Labels)
	}
	v, err3 := e.API().VolumeList(ctx, client.VolumeListOptions{})
	for _, i := range v.Items {
		add("volume "+i.Name, i.Labels)
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return all
}

// left names what is in the engine now, was not before, and stays: what others make
// without a label goes away again when their test ends.
func left(t *testing.T, e *stack.Engine, id string, before map[string]bool) []string {
	t.Helper()
	extra := added(before, inventory(t, e, id))
	for range 600 {
		if len(extra) == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
		now := inventory(t, e, id)
		maps.DeleteFunc(extra, func(name string, _ bool) bool { return !now[name] })
	}
	return slices.Sorted(maps.Keys(extra))
}

func added(before, now map[string]bool) map[string]bool {
	extra := maps.Clone(now)
	maps.DeleteFunc(extra, func(name string, _ bool) bool { return before[name] })
	return extra
}

const killable = `services:
  web: {build: ., ports: ["8080:8080"], volumes: ["data:/data"]}
  other: {build: ., command: [sleep]}
volumes: {data: {}}
`

// ready is the same from an image that is there already.
var ready = strings.ReplaceAll(killable, "build: .", "image: IMAGE")

// runID is the id of a run that no other test has, in this package or another.
func runID(name string) string { return fmt.Sprintf("%s%d", name, time.Now().UnixNano()) }

// TestKilledRunIsCleanedUp kills a run half-way, without a chance to clean up, and lets
// the clean command's sweep do it.
func TestKilledRunIsCleanedUp(t *testing.T) {
	t.Parallel()
	for word, compose := range map[string]string{"creating": killable, "scanning": ready} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			e, root, id := engine(t), repository(t), runID("killed")
			build(t, root, settings(), map[string]string{"compose.yml": compose, "Dockerfile": dockerfile})
			before := inventory(t, e, id)
			cmd := child(t, root, id, word)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if len(added(before, inventory(t, e, id))) == 0 && word != "creating" {
				t.Error("the killed run left nothing, so nothing is shown")
			}
			// What a dead client asked for may still be under way: five sweeps in a row
			// must find nothing.
			for tries, quiet := 0, 0; tries < 100 && quiet < 5; tries++ {
				if _, err := stack.CleanRun(context.Background(), e, id); err != nil {
					t.Log(err)
				}
				quiet++
				if len(added(before, inventory(t, e, id))) > 0 {
					quiet = 0
				}
				time.Sleep(100 * time.Millisecond)
			}
			if extra := left(t, e, id, before); len(extra) > 0 {
				t.Errorf("the engine is not as before: %q", extra)
			}
			empty(t, e, id)
		})
	}
}

// TestInterruptedRunCleansUp interrupts a run as a runner does.
func TestInterruptedRunCleansUp(t *testing.T) {
	t.Parallel()
	for word, compose := range map[string]string{"building": killable, "scanning": ready} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			e, root, id := engine(t), repository(t), runID("interrupted")
			build(t, root, settings(), map[string]string{"compose.yml": compose, "Dockerfile": dockerfile})
			before := inventory(t, e, id)
			cmd := child(t, root, id, word)
			start := time.Now()
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the run did not end well: %v", err)
			}
			t.Logf("ended after %s", time.Since(start))
			if extra := left(t, e, id, before); len(extra) > 0 {
				t.Errorf("the engine is not as before: %q", extra)
			}
			empty(t, e, id)
		})
	}
}

// TestStacksRunSideBySide starts the same project several times at once.
func TestStacksRunSideBySide(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	p := build(t, repository(t), cfg, map[string]string{"compose.yml": killable, "Dockerfile": dockerfile})
	ids := []string{runID("sidea"), runID("sideb"), runID("sidec")}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			set, err := New(cfg, Options{RunID: id}).Run(t.Context(), p, quiet)
			if err != nil || set.Judged["zap/10038"] == 0 {
				t.Errorf("%s: %v %v", id, err, set.Judged)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		empty(t, e, id)
	}
}
