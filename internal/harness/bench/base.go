package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// timeBase times a change of one Compose file with and without its base commit.
func timeBase(ctx context.Context, o options, dir string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "case\tprogram\tseconds\tpeak MB\tratio\t")
	cache, err := database(dir, o.database)
	for _, r := range []repository{
		{"few deployments", 20, 50}, {"many deployments", 100, 1000},
	} {
		for _, packed := range []bool{false, true} {
			if err == nil {
				err = r.contests(ctx, o, w, dir, cache, packed)
			}
		}
	}
	return errors.Join(err, w.Flush())
}

// repository is one of 50,000 files, most of them sources.
type repository struct {
	name               string
	compose, manifests int
}

func (r repository) contests(ctx context.Context, o options, w *tabwriter.Writer, dir, cache string, packed bool) error {
	at, objects := filepath.Join(dir, strings.ReplaceAll(r.name, " ", "-")), "loose objects"
	if packed {
		objects = "packed"
	}
	if err := r.prepare(ctx, at, packed); err != nil {
		return err
	}
	for _, stages := range []string{"hardening", "deps,hardening,images"} {
		head := []string{"run", "--quiet", "--offline", "--fail-on", "none", "--format", "json", "--stages", stages, "--database", filepath.Join(cache, "db"), at}
		c := contest{r.name + ", " + objects + ", " + stages, []entry{
			{"head alone", command(o.assure, head...)},
			{"with base", command(o.assure, append(head, "--base", "HEAD~1")...)},
		}}
		if err := c.run(ctx, o.runs, w); err != nil {
			return err
		}
	}
	return w.Flush()
}

// prepare makes the repository with loose objects, or packs one that was made before.
func (r repository) prepare(ctx context.Context, dir string, packed bool) error {
	if packed {
		return runGit(ctx, dir, "repack", "-adq")
	}
	if err := r.fill(dir); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"config", "gc.auto", "0"}, {"config", "core.fsync", "none"}, {"add", "-A"}, {"commit", "-qm", "base"},
	} {
		if err := runGit(ctx, dir, args...); err != nil {
			return err
		}
	}
	changed := filepath.Join(dir, "team-00", "service-0000", "compose.yaml")
	data, err := os.ReadFile(changed)
	if err != nil {
		return fmt.Errorf("read Compose file: %w", err)
	}
	if err := write(changed, strings.Replace(string(data), "services:\n", "services:\n  added:\n    image: nginx:1.27\n    privileged: true\n", 1)); err != nil {
		return err
	}
	return runGit(ctx, dir, "commit", "-qam", "change")
}

func runGit(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "user.name=bench", "-c", "user.email=bench@example.org"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return nil
}

// fill writes 1,000 directories of 50 files.
func (r repository) fill(dir string) error {
	random := rand.New(rand.NewPCG(3, 4)) // the same files in every run
	for d := range 1000 {
		at := filepath.Join(dir, fmt.Sprintf("team-%02d/service-%04d", d%40, d))
		files := map[string]string{"README.md": "# Service\n", "settings.yaml": settingsFile(d), "package.json": fmt.Sprintf("{\"name\": \"service%d\"}\n", d)}
		if d < r.compose {
			files["compose.yaml"] = generate(random)
		}
		if d%50 == 0 {
			files["Dockerfile"] = "FROM golang:1.22 AS build\nRUN go build ./...\nFROM scratch\nCOPY --from=build /app /app\n"
			files["go.mod"] = strings.Replace(goMod, "one", fmt.Sprintf("service%d", d), 1)
			files["build.sh"] = "#!/bin/sh\nset -eu\ngo build ./...\n"
		}
		for i := d; i < r.manifests; i += 1000 {
			files[fmt.Sprintf("deploy-%d.yaml", i)] = deployment(i)
		}
		for i := 0; len(files) < 50; i++ {
			files[fmt.Sprintf("file%02d%s", i, endings[i%len(endings)])] = fmt.Sprintf("// service %d, file %d\n", d, i) + strings.Repeat("nothing to see here\n", 1+random.IntN(100))
		}
		for name, text := range files {
			if err := write(filepath.Join(at, name), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// endings are those of sources, most common first.
var endings = [...]string{".go", ".ts", ".go", ".py", ".java", ".go", ".ts", ".css", ".md", ".html"}

func settingsFile(i int) string {
	return fmt.Sprintf("name: service%d\nlog:\n  level: info\nlimits:\n  requests: %d\nfeatures: [a, b, c]\n", i, 100+i)
}

func deployment(i int) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: app%[1]d
  namespace: team%[2]d
spec:
  replicas: 2
  selector:
    matchLabels: {app: app%[1]d}
  template:
    metadata:
      labels: {app: app%[1]d}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app%[1]d:1.%[2]d
          ports: [{containerPort: 8080}]
          env: [{name: MODE, value: production}]
---
apiVersion: v1
kind: Service
metadata:
  name: app%[1]d
  namespace: team%[2]d
spec:
  selector: {app: app%[1]d}
  ports: [{port: 80, targetPort: 8080}]
`, i, i%40)
}
