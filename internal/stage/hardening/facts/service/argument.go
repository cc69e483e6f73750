package service

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
)

// mongoAccounts are the options by which mongod asks for an account, or by which it
// takes its settings from a file that may have them.
func mongoAccounts(words []container.Word) []password {
	var out []password
	for _, w := range words {
		flag, _, _ := strings.Cut(w.Text, "=")
		switch {
		case w.From == "healthcheck":
		case slices.Contains([]string{"--auth", "--keyFile", "--clusterAuthMode", "--config", "-f"}, flag):
			out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
		case flag == "--noauth":
			out = append(out, password{State: "empty", Optional: []string{}, Path: w.Path})
		}
	}
	return out
}

// argumentPasswords reads the settings of a Valkey-like server's command line.
func (s scope) argumentPasswords(words []container.Word) []password {
	var out []password
	for i, w := range words {
		if w.From == "healthcheck" {
			continue
		}
		switch strings.TrimLeft(w.Text, "-") {
		case "requirepass":
			out = append(out, s.argument(words, i))
		case "aclfile":
			out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
		default:
			// The first argument names the configuration file unless it is an option.
			if i > 0 && container.IsServer(words[i-1].Text) && !strings.HasPrefix(w.Text, "-") && w.Text != "" {
				out = append(out, password{State: "file", Optional: []string{}, Path: w.Path})
			}
		}
	}
	return out
}

func (s scope) argument(words []container.Word, i int) password {
	if i+1 >= len(words) {
		return password{State: "empty", Optional: []string{}, Path: words[i].Path}
	}
	w := words[i+1]
	var used []plan.Variable
	for _, v := range s.vars.at(w.Path) {
		for _, name := range w.Variables {
			if name == v.Name {
				used = append(used, v)
			}
		}
	}
	return s.password(w.Text, used, w.Path)
}
