//go:build linux && !race

package images

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// What the stage may take while it is fed with whatever is hostile: the limit that the
// runtime is told, and the one that the process must keep.
const (
	softLimit = 160 << 20
	hardLimit = 256 << 20
)

// TestMain runs the suite as a small machine would, two tests at a time, and fails when
// the process ever took more memory. The registries of the tests are in it, too.
func TestMain(m *testing.M) {
	flag.Parse()
	if given := flag.Lookup("test.parallel"); given.Value.String() == given.DefValue {
		_ = flag.Set("test.parallel", "2")
	}
	debug.SetMemoryLimit(softLimit)
	code := m.Run()
	if most, err := highWater(); err != nil || most > hardLimit {
		fmt.Fprintf(os.Stderr, "the tests took %d MiB, the limit is %d: %v\n", most>>20, hardLimit>>20, err)
		code = 1
	}
	os.Exit(code)
}

// highWater is the most memory that this program ever had. What getrusage(2) says counts
// the program that started it, too.
func highWater() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ = strings.Cut(strings.TrimSpace(line), " ")
	kib, err := strconv.Atoi(line)
	return kib << 10, err
}
