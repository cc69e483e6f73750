package hardening

import (
	"net"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// metrics are the facts about who reads metrics and where alerts go.
type metrics struct {
	// Servers are the configurations of Prometheus servers.
	Servers []prometheusServer `json:"servers"`
	// Monitors counts the objects by which the operator learns what to scrape.
	Monitors int `json:"monitors"`
}

// prometheusServer is the configuration of one Prometheus server.
type prometheusServer struct {
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

func metricsFacts(p *plan.Plan) metrics {
	m := metrics{Servers: []prometheusServer{}}
	for _, f := range filesOf(p, configfile.Prometheus) {
		m.Servers = append(m.Servers, serverOf(object(f.value), f.path))
	}
	for _, d := range p.Documents {
		if k := d.Model["kind"]; d.Kind == plan.Kubernetes && (k == "ServiceMonitor" || k == "PodMonitor" || k == "ScrapeConfig") {
			m.Monitors++
		}
	}
	return m
}

func serverOf(config map[string]any, path []any) prometheusServer {
	s := prometheusServer{Path: under(path), Jobs: []job{}}
	for _, key := range []string{"scrape_configs", "rule_files"} {
		if config[key] != nil {
			s.Path = under(path, key)
			break
		}
	}
	if len(list(config["scrape_config_files"])) > 0 {
		s.Jobs = append(s.Jobs, job{Discovers: true, Hosts: []string{}, Path: s.Path})
	}
	s.Rules = len(list(config["rule_files"])) > 0
	s.Alerting = len(list(object(config["alerting"])["alertmanagers"])) > 0
	for i, item := range list(config["scrape_configs"]) {
		if j := object(item); j != nil {
			s.Jobs = append(s.Jobs, jobOf(j, under(path, "scrape_configs", i)))
		}
	}
	return s
}

func jobOf(config map[string]any, path []any) job {
	j := job{Name: text(config["job_name"]), MetricsPath: text(config["metrics_path"]), Path: path, Hosts: []string{}}
	if j.MetricsPath == "" {
		j.MetricsPath = "/metrics"
	}
	for key := range config {
		j.Discovers = j.Discovers || strings.HasSuffix(key, "_sd_configs")
	}
	for _, s := range list(config["static_configs"]) {
		for _, t := range list(object(s)["targets"]) {
			j.Hosts = append(j.Hosts, host(text(t)))
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
