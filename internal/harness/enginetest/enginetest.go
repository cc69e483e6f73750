// Package enginetest gives tests the machine's container engine, one test program at a
// time: they count and remove what runs leave on it, so they must not see each other's.
package enginetest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// socket is where an engine answers unless told otherwise.
const socket = "/var/run/docker.sock"

// exclusive takes the lock once. The bare descriptor is never closed, so that the lock
// is held until the test program ends; an os.File would be collected and release it.
var exclusive = sync.OnceValue(func() error {
	fd, err := syscall.Open(filepath.Join(os.TempDir(), "assure-enginetest.lock"), syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o666)
	if err != nil {
		return fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil {
		return fmt.Errorf("take lock: %w", err)
	}
	return nil
})

// Need skips the test where no container engine answers. Where ASSURE_TEST_ENGINE is
// "required" it fails instead, so that a check that promises an engine cannot pass
// without one.
func Need(t testing.TB) {
	t.Helper()
	c, err := net.DialTimeout("unix", socket, 5*time.Second)
	if err != nil {
		if os.Getenv("ASSURE_TEST_ENGINE") == "required" {
			t.Fatalf("a container engine is required: %v", err)
		}
		t.Skipf("no container engine answers: %v", err)
	}
	c.Close()
	if err := exclusive(); err != nil {
		t.Fatal(err)
	}
}

// slots are taken by tests that run stacks at the same time.
var slots = make(chan struct{}, 3)

// Slot waits until few enough other stacks run, whatever the machine's number of cores,
// and is given back when the test ends.
func Slot(t testing.TB) {
	t.Helper()
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
}
