package remote

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/shell"
)

// valued are the flags of Helm with a value.
var valued = [...]string{
	"-f", "--values", "--set", "--set-string", "--set-file", "--set-json", "--set-literal", "--version", "--repo", "-n", "--namespace", "--kube-context",
	"--kubeconfig", "--timeout", "--description", "--post-renderer", "--post-renderer-args", "--username", "--password", "--ca-file", "--cert-file",
	"--key-file", "--keyring", "--history-max", "-o", "--output", "--output-dir", "-a", "--api-versions", "--kube-version", "-s", "--show-only",
	"--name-template", "--registry-config", "--repository-config", "--repository-cache", "-d", "--destination", "-l", "--labels",
}

// Commands returns the charts that the commands of the named file deploy with Helm. The
// commands start in one of the directories, the likeliest first.
func Commands(name string, cmds []shell.Command, dirs []string, tree Tree) (out []Source) {
	repos := map[string]string{}
	for _, c := range cmds {
		if len(c.Words) < 3 || path.Base(c.Words[0]) != "helm" {
			continue
		}
		flags, rest := flagsOf(c.Words[1:])
		switch {
		case len(rest) > 3 && rest[0] == "repo" && rest[1] == "add":
			repos[rest[2]] = rest[3]
		case len(rest) > 1 && slices.Contains([]string{"install", "upgrade", "template"}, rest[0]) && len(out) < maxSources:
			s := release(rest, flags, dirs, repos, tree)
			s.Place = finding.Location{URI: name, Region: finding.Region{StartLine: c.Line, StartColumn: 1, EndLine: c.Line, EndColumn: 2}}
			out = append(out, s)
		}
	}
	return out
}

// release reads one release: NAME CHART, or CHART alone.
func release(rest []string, flags [][2]string, dirs []string, repos map[string]string, tree Tree) Source {
	s := Source{Tool: "helm"}
	if len(rest) > 2 {
		s.Name = rest[1]
	}
	written := rest[min(2, len(rest)-1)]
	for _, dir := range dirs {
		if s = chartOf(s, written, dir, repos, tree); s.Local != "" {
			break
		}
	}
	if len(dirs) == 0 {
		s = chartOf(s, written, ".", repos, tree)
	}
	for _, f := range flags {
		switch f[0] {
		case "--version":
			s.Version = f[1]
		case "--repo":
			s.Repo, s.Chart, s.Path, s.Local, s.Own = f[1], written, "", "", false
		case "-f", "--values":
			s = tree.anywhere(s, dirs, strings.Split(f[1], ","))
		default:
			s.Inline = s.Inline || strings.HasPrefix(f[0], "--set")
		}
	}
	return s
}

// anywhere sorts values files by the first directory that has them.
func (t Tree) anywhere(s Source, dirs, files []string) Source {
	for _, f := range files {
		dir := "."
		for _, d := range dirs {
			if _, ok := t.inTree(d, f); ok {
				dir = d
				break
			}
		}
		s = t.values(s, dir, []string{f})
	}
	return s
}

// flagsOf parts flags with values from the other words; switches are dropped.
func flagsOf(words []string) (flags [][2]string, rest []string) {
	for i := 0; i < len(words); i++ {
		name, value, joined := strings.Cut(words[i], "=")
		switch {
		case !strings.HasPrefix(words[i], "-") || words[i] == "-":
			rest = append(rest, words[i])
		case joined:
			flags = append(flags, [2]string{name, value})
		case slices.Contains(valued[:], name) && i+1 < len(words):
			i++
			flags = append(flags, [2]string{name, words[i]})
		}
	}
	return flags, rest
}

var (
	terraformRelease   = regexp.MustCompile(`^\s*resource\s+"helm_release"\s+"([^"]*)"\s*\{`)
	terraformAttribute = regexp.MustCompile(`^\s*(chart|repository|version|name|values)\s*=\s*(.*)$`)
	terraformFile      = regexp.MustCompile(`\b(?:file|templatefile)\("\$\{path\.module\}/([^"]+)"|\b(?:file|templatefile)\("([^"$]+)"`)
	quotedText         = regexp.MustCompile(`^"([^"]*)"`)
)

// maxTerraform bounds the text that is read.
const maxTerraform = 1 << 20

// Terraform returns the releases of Helm that a file of Terraform makes. It is read line
// by line; what is no plain text is unknown and stays as written.
func Terraform(name string, data []byte, tree Tree) (out []Source) {
	dir, at, depth := path.Dir(name), -1, 0
	charts := map[int]string{}
	for n, line := range strings.Split(string(data[:min(len(data), maxTerraform)]), "\n") {
		if m := terraformRelease.FindStringSubmatch(line); m != nil && len(out) < maxSources {
			at, depth = len(out), 0
			place := finding.Location{URI: name, Region: finding.Region{StartLine: n + 1, StartColumn: 1, EndLine: n + 1, EndColumn: 2}}
			out = append(out, Source{Tool: "terraform", Name: m[1], Place: place})
		}
		if at < 0 {
			continue
		}
		if m := terraformAttribute.FindStringSubmatch(line); m != nil && depth == 1 {
			value := strings.TrimSpace(m[2])
			if q := quotedText.FindStringSubmatch(value); q != nil {
				value = q[1]
			}
			switch m[1] {
			case "chart":
				charts[at] = value
			case "repository":
				out[at].Repo = value
			case "version":
				out[at].Version = value
			}
		}
		for _, m := range terraformFile.FindAllStringSubmatch(line, -1) {
			out[at] = tree.values(out[at], dir, []string{first(m[1], m[2])})
		}
		if depth += strings.Count(line, "{") - strings.Count(line, "}"); depth <= 0 {
			at = -1
		}
	}
	for i, written := range charts {
		if out[i].Repo != "" {
			out[i].Chart = written
			continue
		}
		out[i] = chartOf(out[i], strings.TrimPrefix(written, "${path.module}/"), dir, nil, tree)
	}
	return out
}
