package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

// hit is one element of the sets that are compared.
type hit struct{ target, pkg, version, advisory string }

func (h hit) String() string {
	return h.target + ": " + h.pkg + " " + h.version + " " + h.advisory
}

// parity compares what both find in the peer's own test data, where every package has
// an advisory, with and without development dependencies; database, when not empty, is a
// real one to compare with, too.
type parity struct {
	assure   string
	trivy    trivy
	dir      string
	database string
}

func (p parity) run(ctx context.Context, w io.Writer) error {
	corpus, empty, full := filepath.Join(p.dir, "locks"), filepath.Join(p.dir, "empty"), filepath.Join(p.dir, "full")
	if err := lockCorpus(corpus, p.trivy.source); err != nil {
		return err
	}
	if err := fixture.Write(filepath.Join(empty, "db"), nil, time.Now()); err != nil {
		return err
	}
	all, err := p.trivy.report(ctx, corpus, empty, "--list-all-pkgs", "--include-dev-deps")
	if err != nil {
		return err
	}
	if err := fixture.Write(filepath.Join(full, "db"), advisoriesFor(all), time.Now()); err != nil {
		return err
	}
	caches := map[string]string{"every package": full}
	if p.database != "" {
		caches["real advisories"] = filepath.Join(p.dir, "real")
		if err := os.MkdirAll(caches["real advisories"], 0o755); err != nil {
			return err
		}
		if err := os.Symlink(p.database, filepath.Join(caches["real advisories"], "db")); err != nil {
			return err
		}
	}
	missing := 0
	for _, name := range slices.Sorted(maps.Keys(caches)) {
		for _, dev := range []bool{false, true} {
			n, err := p.compare(ctx, w, name, corpus, caches[name], dev)
			if err != nil {
				return err
			}
			missing += n
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d findings of Trivy are missing without a reason", missing)
	}
	return nil
}

// ecosystems names the database's ecosystem of each of Trivy's types.
func ecosystems() map[string]string {
	return map[string]string{
		"bundler": "rubygems", "cargo": "cargo", "composer": "composer", "gomod": "go", "pom": "maven", "gradle": "maven", "sbt": "maven",
		"npm": "npm", "yarn": "npm", "pnpm": "npm", "bun": "npm", "nuget": "nuget", "dotnet-core": "nuget", "packages-props": "nuget",
		"pip": "pip", "pipenv": "pip", "poetry": "pip", "uv": "pip", "pylock": "pip", "python-pkg": "pip", "pub": "pub", "hex": "erlang", "conan": "conan",
		"swift": "swift", "cocoapods": "cocoapods", "julia": "julia",
	}
}

// advisoriesFor makes one advisory for every package, which holds for every version.
func advisoriesFor(r trivyReport) []fixture.Advisory {
	seen := map[[2]string]bool{}
	var all []fixture.Advisory
	for _, res := range r.Results {
		eco := ecosystems()[res.Type]
		for _, p := range res.Packages {
			if key := [2]string{eco, p.Name}; eco != "" && p.Name != "" && !seen[key] {
				seen[key] = true
				all = append(all, fixture.Advisory{ID: fmt.Sprintf("CVE-2027-%05d", len(all)), Ecosystem: eco, Package: p.Name, Vulnerable: []string{">=0.0.0", "<0.0.0"}, Title: "made for the comparison", Severity: "LOW"})
			}
		}
	}
	return all
}

// compare prints a row for each type of lock file and returns how many hits are missing
// for which no reason is known.
func (p parity) compare(ctx context.Context, w io.Writer, name, corpus, cache string, dev bool) (int, error) {
	more := []string{"--list-all-pkgs"}
	if dev {
		name, more = name+", dev", append(more, "--include-dev-deps")
	}
	r, err := p.trivy.report(ctx, corpus, cache, more...)
	if err != nil {
		return 0, err
	}
	theirs, kinds, own := map[hit]bool{}, map[string]string{}, map[hit]bool{}
	for _, res := range r.Results {
		kinds[res.Target] = res.Type
		for _, p := range res.Packages {
			if p.Relationship == "root" || p.Relationship == "workspace" {
				own[hit{target: res.Target, pkg: p.Name, version: p.Version}] = true
			}
		}
		for _, v := range res.Vulnerabilities {
			installed, target := v.Installed, res.Target
			if v.Path != "" { // of packages that are no lock files
				target, kinds[v.Path] = v.Path, res.Type
			}
			if res.Type == "gomod" {
				installed = strings.TrimPrefix(installed, "v")
			}
			theirs[hit{target, v.Package, installed, v.ID}] = true
		}
	}
	ours, err := p.ours(ctx, corpus, filepath.Join(cache, "db"), dev, kinds)
	if err != nil {
		return 0, err
	}
	written := map[hit]bool{}
	for h := range ours {
		written[hit{"", h.pkg, h.version, h.advisory}] = true
	}
	return table(w, name, reasons{own, written, kinds}, theirs, ours), nil
}

// ours runs the program and reads its findings, with every place of each.
func (p parity) ours(ctx context.Context, corpus, database string, dev bool, kinds map[string]string) (map[hit]bool, error) {
	cmd := exec.CommandContext(ctx, p.assure, "deps", "--quiet", "--offline", "--database", database, "--fail-on", "none", "--format", "json", fmt.Sprintf("--dev-dependencies=%t", dev), corpus)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() > 2) {
		return nil, fmt.Errorf("run assure: %w", err)
	}
	var report struct {
		Findings []assureFinding
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("read report of assure: %w", err)
	}
	found := map[hit]bool{}
	for _, f := range report.Findings {
		for _, h := range f.hits() {
			found[h] = true
			if kinds[h.target] == "" {
				kinds[h.target] = f.Properties["ecosystem"]
			}
		}
	}
	return found, nil
}

// assureFinding is the part of a finding that names its hits.
type assureFinding struct {
	Stage, Rule, Message string
	Location             struct{ URI string }
	Related              []struct {
		Location struct{ URI string }
		Message  string
	}
	Properties map[string]string
}

// hits are the places of the finding, under each id of the advisory.
func (f assureFinding) hits() (all []hit) {
	if f.Stage != "deps" {
		return nil
	}
	add := func(uri, text string) {
		words := strings.Fields(text)
		target, err := url.PathUnescape(uri)
		if len(words) < 2 || err != nil {
			return
		}
		for _, id := range append([]string{f.Rule}, strings.Split(f.Properties["aliases"], ", ")...) {
			if id != "" {
				all = append(all, hit{target, words[0], strings.Trim(words[1], ","), id})
			}
		}
	}
	add(f.Location.URI, f.Message)
	for _, r := range f.Related {
		add(r.Location.URI, r.Message)
	}
	return all
}

// reasons explains what only Trivy finds.
type reasons struct {
	// own are the repository's packages.
	own map[hit]bool
	// written are our hits without their target.
	written map[hit]bool
	kinds   map[string]string
}

func (r reasons) why(h hit) string {
	switch kind := r.kinds[h.target]; {
	case r.own[hit{target: h.target, pkg: h.pkg, version: h.version}]:
		return "the repository's own package: one that shares its name with a public one would be accused"
	case kind == "pom" && r.written[hit{"", h.pkg, h.version, h.advisory}]:
		return "inherited: found in the pom.xml of the repository that writes it"
	}
	return ""
}

func table(w io.Writer, name string, because reasons, theirs, ours map[hit]bool) (unexplained int) {
	kinds := because.kinds
	count := map[string][4]int{} // both, theirs only, explained, ours only
	add := func(target string, i int) {
		c := count[kinds[target]]
		c[i]++
		count[kinds[target]] = c
	}
	var lost []string
	for h := range theirs {
		switch {
		case ours[h]:
			add(h.target, 0)
		case because.why(h) != "":
			add(h.target, 2)
		default:
			add(h.target, 1)
			lost = append(lost, h.String())
		}
	}
	var more []string
	for h := range ours {
		if !theirs[h] && strings.HasPrefix(h.advisory, "CVE-") {
			add(h.target, 3)
			more = append(more, h.String())
		}
	}
	fmt.Fprintf(w, "%s\ttype\tboth\tTrivy only\texplained\tAssure only\t\n", name)
	for _, kind := range slices.SortedFunc(maps.Keys(count), cmp.Compare[string]) {
		c := count[kind]
		fmt.Fprintf(w, "\t%s\t%d\t%d\t%d\t%d\t\n", kind, c[0], c[1], c[2], c[3])
	}
	slices.Sort(lost)
	slices.Sort(more)
	for _, l := range lost {
		fmt.Fprintln(os.Stderr, "missing:", name+":", l)
	}
	for _, l := range more {
		fmt.Fprintln(os.Stderr, "more:", name+":", l)
	}
	return len(lost)
}
