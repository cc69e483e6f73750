package service

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/storeconf"
)

// access is what a store's configuration files and switches say about who is let in.
type access struct {
	// State is open, closed or unknown, Why explains it.
	State string `json:"state"`
	Why   string `json:"why"`
	// Literal is the place of a password in clear text.
	Literal string `json:"literal,omitempty"`
	// Restricted is true when destructive commands are out of reach, Memory when the
	// store's memory is limited.
	Restricted bool `json:"restricted"`
	Memory     bool `json:"memory"`
	// Path leads to what names the file.
	Path []any `json:"path"`
}

// access is nil where nothing is said that the service's passwords do not say.
func (s scope) access(f Service) *access {
	switch f.Product {
	case "valkey":
		return s.valkeyAccess(f)
	case "postgres":
		return s.postgresAccess(f)
	case "mysql":
		return s.mysqlAccess(f)
	case "mongo":
		return s.mongoAccess(f)
	}
	return nil
}

// judged is the access that a file's text grants.
func judged(name string, a storeconf.Access, at []any) *access {
	if a.State == "" {
		return nil
	}
	out := &access{State: string(a.State), Restricted: a.Restricted, Memory: a.Memory, Path: at, Why: name + ": " + a.Why}
	if a.Line > 0 {
		out.Why = fmt.Sprintf("%s, line %d: %s", name, a.Line, a.Why)
	}
	if a.Literal > 0 {
		out.Literal = fmt.Sprintf("%s, line %d", name, a.Literal)
	}
	return out
}

func unread(name string, at []any) *access {
	return &access{State: string(storeconf.Unknown), Why: name + " was not read", Path: at}
}

// read judges the file that stands at a path of the container.
func (s scope) read(name string, at []any, judge func([]byte) storeconf.Access) *access {
	file, data, ok := s.given(name)
	if !ok {
		return unread(name, at)
	}
	return judged(file, judge(data), at)
}

func (s scope) postgresAccess(f Service) *access {
	for _, w := range f.Words {
		if name, ok := strings.CutPrefix(strings.TrimPrefix(w.Text, "-c"), "hba_file="); ok && w.From != "healthcheck" {
			return s.read(name, w.Path, storeconf.HostBased)
		}
	}
	for _, m := range f.Mounts {
		if strings.HasSuffix(m.Target, "/pg_hba.conf") {
			return s.read(m.Target, m.Path, storeconf.HostBased)
		}
	}
	return nil
}

func (s scope) mysqlAccess(f Service) *access {
	for _, w := range f.Words {
		if strings.HasPrefix(w.Text, "-") && w.From != "healthcheck" {
			if a := storeconf.MySQL([]byte(strings.TrimLeft(w.Text, "-"))); a.State == storeconf.Open {
				return &access{State: string(a.State), Why: "it is started with " + w.Text, Path: w.Path}
			}
		}
	}
	for _, m := range f.Mounts {
		if strings.HasSuffix(m.Target, ".cnf") {
			if a := s.read(m.Target, m.Path, storeconf.MySQL); a != nil {
				return a
			}
		}
		if strings.HasSuffix(m.Target, "/conf.d") {
			return unread(m.Target, m.Path)
		}
	}
	return nil
}

func (s scope) mongoAccess(f Service) *access {
	var file *access
	for i, w := range f.Words {
		flag, name, joined := strings.Cut(w.Text, "=")
		switch {
		case w.From == "healthcheck":
		case flag == "--noauth":
			return &access{State: string(storeconf.Open), Why: "it is started with --noauth", Path: w.Path}
		case flag == "--auth", flag == "--keyFile":
			return &access{State: string(storeconf.Closed), Path: w.Path}
		case flag == "--config" || flag == "-f":
			if !joined {
				name = follows(f.Words, i)
			}
			file = s.read(name, w.Path, storeconf.Mongo)
		}
	}
	// The image's own accounts switch authorisation on.
	if file != nil && file.State == string(storeconf.Open) && s.accounts() {
		return &access{State: string(storeconf.Closed), Path: file.Path}
	}
	return file
}

func follows(words []container.Word, i int) string {
	if i+1 < len(words) {
		return words[i+1].Text
	}
	return ""
}
