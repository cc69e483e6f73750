package container

import "slices"

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

// StoreAt is the family of the store that listens on a port by default.
func StoreAt(port int) string { return storePorts[port] }

// StoreOf is the family of the store that an image holds, by the image's name.
func StoreOf(image string) string {
	words := WordsOf(image)
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

// IsServer reports whether a word starts a store.
func IsServer(word string) bool { return servers[program(word)] != "" }
