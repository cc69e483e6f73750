package runtime

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/stage/dast/probe"
)

// stores are the names of images that hold data.
func stores() []string {
	return []string{
		"valkey", "valkey-bundle", "redis", "redis-stack", "redis-stack-server", "keydb", "dragonfly",
		"postgres", "postgresql", "postgis", "timescaledb", "mysql", "mariadb", "mongo", "mongodb", "memcached",
	}
}

// storePorts are the ports of the stores that the hardening guide names.
func storePorts() []uint32 { return []uint32{6379, 16379, 5432} }

// IsStore tells whether a service is a data store, by its image or its ports.
func IsStore(s types.ServiceConfig) bool {
	if slices.Contains(stores(), imageName(s.Image)) {
		return true
	}
	return slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return slices.Contains(storePorts(), p.Target) })
}

// SpeaksRedis tells whether a service may be a store of the Redis family, by its image,
// its ports or its command. The probe says not-applicable where the guess is wrong.
func SpeaksRedis(s types.ServiceConfig) bool {
	if slices.Contains([]string{"valkey", "valkey-bundle", "redis", "redis-stack", "redis-stack-server", "keydb", "dragonfly"}, imageName(s.Image)) {
		return true
	}
	return slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return p.Target == redisPort }) ||
		slices.Contains(s.Expose, fmt.Sprint(redisPort)) || slices.Contains(s.Command, "--requirepass")
}

// SpeaksPostgres tells whether a service may be a PostgreSQL server.
func SpeaksPostgres(s types.ServiceConfig) bool {
	return slices.Contains([]string{"postgres", "postgresql", "postgis", "timescaledb"}, imageName(s.Image)) || slices.Contains(s.Expose, "5432") ||
		slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return p.Target == 5432 })
}

// redisPort is where a store of the Redis family listens unless told otherwise.
const redisPort = 6379

// imageName is the last word of an image's name, without registry, tag and digest.
func imageName(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	name, _, _ := strings.Cut(path.Base(ref), ":")
	return strings.ToLower(name)
}

// Exposed judges whether data stores are reachable from the host. The test publishes
// no port, so it goes by the ports that the resolved project declares.
func Exposed(declared types.Services) []probe.Outcome {
	var out []probe.Outcome
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		s := declared[name]
		if !IsStore(s) && !SpeaksRedis(s) && !SpeaksPostgres(s) {
			continue
		}
		o := probe.Outcome{Rule: ExposedRule, Service: name, Verdict: probe.Pass, Message: fmt.Sprintf("service %s publishes no port of its data store", name)}
		for _, p := range s.Ports {
			o.Verdict = probe.Fail
			o.Evidence = fmt.Sprintf("%s:%s -> %d", p.HostIP, p.Published, p.Target)
			o.Message = fmt.Sprintf("service %s publishes port %d of its data store on the host", name, p.Target)
		}
		if s.NetworkMode == "host" {
			o.Verdict, o.Evidence, o.Message = probe.Fail, "network_mode host", fmt.Sprintf("service %s opens its data store on the host's network", name)
		}
		out = append(out, o)
	}
	return out
}
