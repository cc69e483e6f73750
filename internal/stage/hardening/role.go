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

// role tells the service's part from the configuration, else from its image, command
// and ports.
func (s scope) role(name, said string, f service) (role, product string) {
	image := imageName(text(s.svc["image"]))
	product = s.product(image, f)
	switch {
	case said != "":
		return said, product
	case product != "":
		return "store", product
	case s.aspnet() || name == "backend" || slices.Contains(strings.FieldsFunc(image, isHyphen), "backend"):
		return "backend", ""
	case slices.Contains(ingresses, firstWord(image)), s.svc["image"] == nil && isIngressName(name):
		return "ingress", ""
	}
	return "other", ""
}

// isIngressName tells a service that is built here by its name.
func isIngressName(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, isHyphen), func(w string) bool {
		return slices.Contains(ingresses, w) || slices.Contains([]string{"proxy", "ingress", "loadbalancer"}, w)
	})
}

func (s scope) product(image string, f service) string {
	if p := productOf(image); p != "" {
		return p
	}
	for _, w := range f.Words[:min(4, len(f.Words))] {
		if w.From != "healthcheck" && servers[path.Base(w.Text)] != "" {
			return servers[path.Base(w.Text)]
		}
	}
	for _, p := range f.Ports {
		if product := storePorts[p.First]; product != "" && p.First == p.Last {
			return product
		}
	}
	return ""
}

func productOf(image string) string {
	words := strings.FieldsFunc(image, isHyphen)
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

func isHyphen(r rune) bool { return r == '-' || r == '_' || r == '.' }

func firstWord(s string) string {
	if words := strings.FieldsFunc(s, isHyphen); len(words) > 0 {
		return words[0]
	}
	return ""
}

func (s scope) aspnet() bool {
	for k := range object(s.svc["environment"]) {
		if strings.HasPrefix(strings.ToUpper(k), "ASPNETCORE_") {
			return true
		}
	}
	return false
}
