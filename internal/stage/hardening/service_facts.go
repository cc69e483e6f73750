package hardening

import (
	"regexp"
	"strconv"
	"strings"
)

// image is a service's image reference.
type image struct {
	// Name is the last component, Tag and Digest are empty when there is none.
	Name   string `json:"name"`
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
	// Major is the tag's first number, -1 when it has none.
	Major int `json:"major"`
	// Known is false when a variable without a value is part of it.
	Known bool `json:"known"`
}

var majorOf = regexp.MustCompile(`^v?(\d{1,4})([.-]|$)`)

func (s scope) image() image {
	ref := text(s.svc["image"])
	i := image{Name: imageName(ref), Major: -1, Known: ref != ""}
	for _, v := range s.vars.at(s.at("image")) {
		i.Known = i.Known && (v.Set || v.Default != nil)
	}
	name, digest, _ := strings.Cut(ref, "@")
	i.Digest = digest
	if slash, colon := strings.LastIndex(name, "/"), strings.LastIndex(name, ":"); colon > slash {
		i.Tag = name[colon+1:]
	}
	if m := majorOf.FindStringSubmatch(i.Tag); m != nil {
		i.Major, _ = strconv.Atoi(m[1])
	}
	return i
}

// ceilings tell which resources of a service are bounded.
type ceilings struct {
	Memory bool `json:"memory"`
	CPUs   bool `json:"cpus"`
	PIDs   bool `json:"pids"`
}

func (s scope) limits() ceilings {
	l := object(lookup(s.svc, []any{"deploy", "resources", "limits"}))
	return ceilings{
		Memory: bounded(s.svc["mem_limit"]) || bounded(l["memory"]),
		CPUs:   bounded(s.svc["cpus"]) || bounded(s.svc["cpu_quota"]) || bounded(l["cpus"]),
		PIDs:   bounded(s.svc["pids_limit"]) || bounded(l["pids"]),
	}
}

// bounded tells a limit from nothing, zero and minus one, which mean none.
func bounded(v any) bool {
	t := strings.TrimSpace(text(v))
	return t != "" && !strings.HasPrefix(t, "-") && strings.Trim(t, "0.") != ""
}

var certificateWord = regexp.MustCompile(`(?i)\.(pfx|p12|pem|crt|cer)$|(^|[/._-])(tls|ssl|certs?|certificates?|https)([/._-]|$)`)

// certificate tells whether the service is given a server certificate: by a setting, a
// secret, a config or a mount that is named like one.
func (s scope) certificate() bool {
	for k := range object(s.svc["environment"]) {
		if k = strings.ToLower(k); strings.Contains(k, "certificate") || strings.Contains(k, "cert_path") {
			return true
		}
	}
	for _, key := range []string{"secrets", "configs"} {
		for _, v := range list(s.svc[key]) {
			m := object(v)
			for _, name := range []string{text(v), text(m["source"]), text(m["target"])} {
				if certificateWord.MatchString(name) {
					return true
				}
			}
		}
	}
	for _, m := range s.mounts() {
		if certificateWord.MatchString(m.Target) || certificateWord.MatchString(m.Source) {
			return true
		}
	}
	return false
}

// check is what a health check runs.
type check struct {
	// Shell is true when a shell runs it.
	Shell bool     `json:"shell"`
	Words []string `json:"words"`
	Path  []any    `json:"path"`
}

func (s scope) check() check {
	test := object(s.svc["healthcheck"])["test"]
	c := check{Words: []string{}, Path: s.at("healthcheck", "test")}
	words := list(test)
	_, line := test.(string)
	c.Shell = line || len(words) > 0 && text(words[0]) == "CMD-SHELL"
	for _, w := range s.words() {
		if w.From == "healthcheck" && w.Text != "CMD" && w.Text != "CMD-SHELL" {
			c.Words = append(c.Words, w.Text)
		}
	}
	return c
}

// insecure are the words that switch the check of certificates off, by program.
func insecure(words []string) []string {
	out := []string{}
	curl := false
	for _, w := range words {
		curl = curl || program(w) == "curl"
		switch {
		case w == "--no-check-certificate", w == "--insecure":
			out = append(out, w)
		case curl && shortFlags.MatchString(w) && strings.Contains(w, "k"):
			out = append(out, w)
		}
	}
	return out
}

var shortFlags = regexp.MustCompile(`^-[a-zA-Z]+$`)
