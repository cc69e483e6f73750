// Command assure answers whether what a repository deploys still meets its hardening
// guide. See README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/stella-ops/assure/internal/cli"
)

// headroom in bytes spares short runs the garbage collector: it counts as live heap,
// so that collection starts that much later, and is never touched, so that it costs no
// memory.
const headroom = 32 << 20

func main() {
	ballast := make([]byte, headroom)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	code := cli.Main(ctx, cli.Env{
		Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LookupEnv: os.LookupEnv, Now: time.Now,
	})
	stop()
	runtime.KeepAlive(ballast)
	os.Exit(code)
}
