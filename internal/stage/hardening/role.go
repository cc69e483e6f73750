package hardening

import (
	"path"
	"slices"
	"strings"
)

// servers are the stores' families by program.
var servers = map[string]string{
	"valkey-server": "valkey", "redis-server": "valkey", "keydb-server": "valkey",
	"postgres": "postgres", "mysqld": "mysql", "mariadbd": "mysql", "mongod": "mongo",
}

// products are the stores' families by the first word of the image's name.
var products = map[string]string{
	"valkey": "valkey", "redis": "valkey", "keydb": "valkey", "dragonfly": "valkey",
	"postgres": "postgres", "postgresql": "postgres", "postgis": "postgres", "timescaledb": "postgres",
	"pgvector": "postgres",
	"mysql":    "mysql", "mariadb": "mysql", "percona": "mysql",
	"mongo": "mongo", "mongodb": "mongo",
	"memcached": "memcached", "etcd": "etcd", "cassandra": "cassandra", "couchdb": "couchdb",
	"elasticsearch": "elasticsearch", "opensearch": "elasticsearch",
}

// companions are the second words of images that only look at a store.
var companions = []string{
	"exporter", "commander", "express", "insight", "admin", "ui", "backup", "backups", "operator", "client",
	"cli", "browser", "dashboards", "proxy", "bridge", "tools", "web", "gui", "adminer", "dump",
}

// storePorts are where the stores listen by default.
var storePorts = map[int]string{6379: "valkey", 5432: "postgres", 3306: "mysql", 27017: "mongo"}

var ingresses = []string{"nginx", "traefik", "caddy", "haproxy", "envoy", "kong", "apisix"}

// portSpan is a range of a container's ports.
type portSpan struct{ First, Last int }

// evidence is what a container's role is told by.
type evidence struct {
	// Image is the reference as decoded, nil without one.
	Image       any
	Environment map[string]any
	// Words are those of what it runs.
	Words []word
	Ports []portSpan
}

// role returns a container's part: the configured one, else what its name, image, command
// and ports say.
func (e evidence) role(name, configured string) (role, product string) {
	image := imageName(text(e.Image))
	product = e.product(image)
	switch {
	case configured != "":
		return configured, product
	case product != "":
		return "store", product
	case isASPNET(e.Environment) || name == "backend" || slices.Contains(wordsOf(image), "backend"):
		return "backend", ""
	case slices.Contains(ingresses, firstWord(image)), e.Image == nil && isIngressName(name):
		return "ingress", ""
	}
	return "other", ""
}

// isIngressName tells a service that is built here by its name.
func isIngressName(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool {
		return slices.Contains(ingresses, w) || slices.Contains([]string{"proxy", "ingress", "loadbalancer"}, w)
	})
}

func (e evidence) product(image string) string {
	if p := productOf(image); p != "" {
		return p
	}
	for _, w := range e.Words[:min(4, len(e.Words))] {
		if w.From != "healthcheck" && servers[path.Base(w.Text)] != "" {
			return servers[path.Base(w.Text)]
		}
	}
	for _, p := range e.Ports {
		if product := storeAt(p.First); product != "" && p.First == p.Last {
			return product
		}
	}
	return ""
}

// storeAt is the family of the store that listens on a port by default.
func storeAt(port int) string { return storePorts[port] }

// productOf is the family of the store that an image holds, by the image's name.
func productOf(image string) string {
	words := wordsOf(image)
	if len(words) == 0 {
		return ""
	}
	for _, w := range words[1:] {
		if slices.Contains(companions, w) {
			return ""
		}
	}
	return products[words[0]]
}

// imageName is the last component of a reference, without tag and digest.
func imageName(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	ref = path.Base(ref)
	ref, _, _ = strings.Cut(ref, ":")
	return strings.ToLower(ref)
}

// wordsOf are the words of a name.
func wordsOf(name string) []string { return strings.FieldsFunc(name, isHyphen) }

func isHyphen(r rune) bool { return r == '-' || r == '_' || r == '.' }

func firstWord(s string) string {
	if words := wordsOf(s); len(words) > 0 {
		return words[0]
	}
	return ""
}

// isASPNET reports whether the environment configures ASP.NET Core.
func isASPNET(environment map[string]any) bool {
	for k := range environment {
		if strings.HasPrefix(strings.ToUpper(k), "ASPNETCORE_") {
			return true
		}
	}
	return false
}

// isServer reports whether a word starts a store.
func isServer(word string) bool { return servers[program(word)] != "" }

// program is the last component of a path.
func program(word string) string { return word[strings.LastIndex(word, "/")+1:] }
