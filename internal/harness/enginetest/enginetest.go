// Package enginetest gives tests the machine's container engine. Others use it at the
// same time: tests look only at what bears the label of a run of their own.
package enginetest

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// socket is where an engine answers unless told otherwise.
const socket = "/var/run/docker.sock"

// Need skips the test where no container engine answers. Where ASSURE_TEST_ENGINE is
// "required" it fails instead, so that a check that promises an engine cannot pass
// without one.
func Need(t testing.TB) {
	t.Helper()
	c, err := net.DialTimeout("unix", socket, time.Minute)
	if err != nil {
		if os.Getenv("ASSURE_TEST_ENGINE") == "required" {
			t.Fatalf("a container engine is required: %v", err)
		}
		t.Skipf("no container engine answers: %v", err)
	}
	c.Close()
}

// Unique is a name that no other test has, in this program or another.
func Unique(prefix string) string { return prefix + strings.ToLower(rand.Text()[:12]) }

// slots is how many tests of a user may have a stack at the same time, in all test
// programs together: an engine has few networks to give.
const slots = 4

// waiting spreads those that wait over the slots.
var waiting atomic.Uint32

// Slot waits until few enough other stacks run. It is given back when the test ends.
func Slot(t testing.TB) {
	t.Helper()
	for i := range slots {
		if take(t, i, syscall.LOCK_NB) {
			return
		}
	}
	take(t, int(waiting.Add(1)+uint32(os.Getpid()))%slots, 0)
}

// take locks a slot's file, and reports whether it could.
func take(t testing.TB, slot, flags int) bool {
	t.Helper()
	name := fmt.Sprintf("assure-enginetest-%d-%d.lock", os.Getuid(), slot)
	f, err := os.OpenFile(filepath.Join(os.TempDir(), name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatalf("open slot: %v", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|flags); err != nil {
		f.Close()
		if flags&syscall.LOCK_NB == 0 {
			t.Fatalf("take slot: %v", err)
		}
		return false
	}
	t.Cleanup(func() { f.Close() })
	return true
}
