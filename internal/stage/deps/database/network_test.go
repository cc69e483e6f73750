package database_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/deps/database"
)

func TestOfflineAsksNobody(t *testing.T) {
	refuse := transport(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return nil, errors.New("no")
	})
	cfg := config.Deps{Repositories: []string{"registry.example/db:2"}}
	opts := database.Options{CacheDir: t.TempDir(), Offline: true, Transport: refuse}
	if _, err := database.New(cfg, opts).Open(t.Context()); !errors.Is(err, database.ErrNone) {
		t.Errorf("error %v", err)
	}
	if _, err := database.New(cfg, opts).Pull(t.Context()); err == nil {
		t.Error("pulled without network")
	}
	if _, err := database.New(cfg, opts).Info(t.Context()); !errors.Is(err, database.ErrNone) {
		t.Errorf("info: %v", err)
	}
	cfg.SkipUpdate = true
	if _, err := database.New(cfg, database.Options{CacheDir: t.TempDir(), Transport: refuse}).Open(t.Context()); !errors.Is(err, database.ErrNone) {
		t.Errorf("skip-db-update: %v", err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPlainHTTP(t *testing.T) {
	var schemes []string
	record := transport(func(r *http.Request) (*http.Response, error) {
		schemes = append(schemes, r.URL.Scheme)
		return nil, errors.New("no answer")
	})
	for _, host := range []string{"10.1.2.3:5000", "db.local:5000", "registry.example"} {
		opts := database.Options{CacheDir: t.TempDir(), Transport: record}
		_, err := database.New(config.Deps{Repositories: []string{host + "/db:2"}}, opts).Open(t.Context())
		if err == nil {
			t.Errorf("%s answered", host)
		}
	}
	for _, s := range schemes {
		if s != "https" {
			t.Errorf("asked by %s", s)
		}
	}
	schemes = nil
	opts := database.Options{CacheDir: t.TempDir(), Transport: record, InsecureRegistries: []string{"registry.example:5000"}}
	_, _ = database.New(config.Deps{Repositories: []string{"registry.example:5000/db:2"}}, opts).Open(t.Context())
	if len(schemes) == 0 || schemes[len(schemes)-1] != "http" {
		t.Errorf("a listed host was asked by %v", schemes)
	}
}

func TestCredentials(t *testing.T) {
	tests := map[string]struct {
		auth func(host string) []config.RegistryAuth
		want bool
	}{
		"own": {func(host string) []config.RegistryAuth {
			return []config.RegistryAuth{{Host: host, Username: "u", Password: "p"}}
		}, true},
		"any": {func(string) []config.RegistryAuth { return []config.RegistryAuth{{Username: "u", Password: "p"}} }, true},
		"another's": {func(string) []config.RegistryAuth {
			return []config.RegistryAuth{{Host: "x.example", Username: "u", Password: "p"}}
		}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.status.Store(401)
			opts := options(t)
			opts.Auth = tt.auth(strings.TrimPrefix(s.URL, "http://"))
			_, err := database.New(config.Deps{Repositories: []string{s.repo()}}, opts).Open(t.Context())
			if err == nil || strings.Contains(err.Error(), "dTpw") {
				t.Errorf("error %v", err)
			}
			if got := s.auth.Load().(string) != ""; got != tt.want {
				t.Errorf("credentials sent: %v", got)
			}
		})
	}
}
