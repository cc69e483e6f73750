// Command bench times whole runs of the program beside its peers: the same files, the
// same machine, turn by turn, so that only the ratio matters. Peers are built from
// their own modules.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"text/tabwriter"
)

func main() {
	assure := flag.String("assure", "bin/assure", "the program")
	tools := flag.String("tools", "bin", "where peers are built and kept")
	runs := flag.Int("runs", 5, "runs of each command; the median counts")
	files := flag.Int("files", 1400, "Compose files to generate")
	corpus := flag.String("corpus", "", "directory of Compose files to repeat instead of generated ones")
	database := flag.String("database", "", "directory of a real database, to compare and time the dependency scan with")
	only := flag.String("only", "", "part to run: lint, parity, deps or base; empty means all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := bench(ctx, options{*assure, *tools, *runs, *files, *corpus, *database, *only})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	assure, tools    string
	runs, files      int
	corpus, database string
	only             string
}

func bench(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "assure-bench-")
	if err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	defer os.RemoveAll(dir)
	if o.assure, err = filepath.Abs(o.assure); err != nil {
		return fmt.Errorf("find program: %w", err)
	}
	parts := []struct {
		name string
		run  func(context.Context, options, string) error
	}{{"lint", lint}, {"parity", compareSets}, {"deps", timeDeps}, {"base", timeBase}}
	for _, p := range parts {
		if o.only != "" && o.only != p.name {
			continue
		}
		if err := p.run(ctx, o, filepath.Join(dir, p.name)); err != nil {
			return err
		}
	}
	return nil
}

// compareSets compares what the dependency scan and Trivy find.
func compareSets(ctx context.Context, o options, dir string) error {
	t, err := buildTrivy(ctx, o.tools)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	return errors.Join(parity{o.assure, t, dir, o.database}.run(ctx, w), w.Flush())
}

// lint times the lint beside KICS.
func lint(ctx context.Context, o options, dir string) error {
	assure, tools, runs, files, corpus := o.assure, o.tools, o.runs, o.files, o.corpus
	many := filepath.Join(dir, "many")
	if err := fill(many, files, corpus); err != nil {
		return err
	}
	kics, err := buildKICS(ctx, tools)
	if err != nil {
		return err
	}
	one := filepath.Join(many, "stack-0000", "compose.yaml")
	cases := []contest{
		{fmt.Sprintf("lint %d Compose files", files), []entry{
			{"assure", assureOn(assure, many)},
			{"kics", kics.on(many, filepath.Join(dir, "kics-many"))},
		}},
		{"lint one file from a cold start", []entry{
			{"assure", command(assure, "lint", one)},
			{"kics", kics.on(one, filepath.Join(dir, "kics-one"))},
		}},
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "case\tprogram\tseconds\tpeak MB\tratio\t")
	for _, c := range cases {
		if err := c.run(ctx, runs, w); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return repeatable(ctx, assure, many, 10)
}
