// Command refresh replaces the built-in trusted root by the newest one that Sigstore's
// update repository serves. It is for the workflow that keeps this repository fresh,
// and runs where the program is built, never where it is used.
//
//	go run ./internal/stage/images/verify/refresh internal/stage/images/verify
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/tuf"
)

const target = "trusted_root.json"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "refresh:", err)
		os.Exit(1) //nolint:forbidigo // a program of its own
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: refresh DIRECTORY")
	}
	client, err := tuf.New(tuf.DefaultOptions().WithDisableLocalCache())
	if err != nil {
		return fmt.Errorf("ask update repository: %w", err)
	}
	data, err := client.GetTarget(target)
	if err != nil {
		return fmt.Errorf("read %s: %w", target, err)
	}
	return replace(args[0], data, time.Now()) //nolint:forbidigo // a program of its own
}

// replace writes the root and its day. The day is also that of the last look, so that
// an unchanged root is not old.
func replace(dir string, data []byte, now time.Time) error {
	if _, err := root.NewTrustedRootFromJSON(data); err != nil {
		return fmt.Errorf("read %s: %w", target, err)
	}
	data = append(bytes.TrimRight(data, "\n"), '\n')
	if err := os.WriteFile(filepath.Join(dir, target), data, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "trusted_root.date"), []byte(now.UTC().Format(time.DateOnly)+"\n"), 0o644)
}
