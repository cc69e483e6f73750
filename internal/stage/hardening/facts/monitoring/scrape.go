package monitoring

import (
	"net"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// metrics are the facts about who reads metrics and where alerts go.
type metrics struct {
	// Servers are the configurations of Prometheus servers.
	Servers []server `json:"servers"`
	// Monitors counts the objects by which the operator learns what to scrape.
	Monitors int `json:"monitors"`
}

// server is the configuration of one Prometheus server.
type server struct {
	Path []any `json:"path"`
	Jobs []job `json:"jobs"`
	// Rules is true when it evaluates rule files, Alerting when it has somebody to send
	// alerts to.
	Rules    bool `json:"rules"`
	Alerting bool `json:"alerting"`
}

// job is one scrape job.
type job struct {
	Name string `json:"name"`
	// Discovers is true when its targets are found at run time.
	Discovers bool `json:"discovers"`
	// Hosts are the host names of its fixed targets, without port and domain.
	Hosts       []string `json:"hosts"`
	MetricsPath string   `json:"metrics_path"`
	Path        []any    `json:"path"`
}

func newMetrics(p *plan.Plan) metrics {
	m := metrics{Servers: []server{}}
	for _, f := range filesOf(p, configfile.Prometheus) {
		m.Servers = append(m.Servers, serverOf(value.Object(f.value), f.path))
	}
	for _, d := range p.Documents {
		if k := d.Model["kind"]; d.Kind == plan.Kubernetes && (k == "ServiceMonitor" || k == "PodMonitor" || k == "ScrapeConfig") {
			m.Monitors++
		}
	}
	return m
}

func serverOf(config map[string]any, path []any) server {
	s := server{Path: value.Under(path), Jobs: []job{}}
	for _, key := range []string{"scrape_configs", "rule_files"} {
		if config[key] != nil {
			s.Path = value.Under(path, key)
			break
		}
	}
	if len(value.List(config["scrape_config_files"])) > 0 {
		s.Jobs = append(s.Jobs, job{Discovers: true, Hosts: []string{}, Path: s.Path})
	}
	s.Rules = len(value.List(config["rule_files"])) > 0
	s.Alerting = len(value.List(value.Object(config["alerting"])["alertmanagers"])) > 0
	for i, item := range value.List(config["scrape_configs"]) {
		if j := value.Object(item); j != nil {
			s.Jobs = append(s.Jobs, jobOf(j, value.Under(path, "scrape_configs", i)))
		}
	}
	return s
}

func jobOf(config map[string]any, path []any) job {
	j := job{Name: value.Text(config["job_name"]), MetricsPath: value.Text(config["metrics_path"]), Path: path, Hosts: []string{}}
	if j.MetricsPath == "" {
		j.MetricsPath = "/metrics"
	}
	for key := range config {
		j.Discovers = j.Discovers || strings.HasSuffix(key, "_sd_configs")
	}
	for _, s := range value.List(config["static_configs"]) {
		for _, t := range value.List(value.Object(s)["targets"]) {
			j.Hosts = append(j.Hosts, host(value.Text(t)))
		}
	}
	return j
}

// host is the first label of a target's host name.
func host(target string) string {
	if _, rest, ok := strings.Cut(target, "://"); ok {
		target = rest
	}
	target, _, _ = strings.Cut(target, "/")
	if h, _, err := net.SplitHostPort(target); err == nil {
		target = h
	}
	if net.ParseIP(target) != nil {
		return target
	}
	name, _, _ := strings.Cut(target, ".")
	return name
}
