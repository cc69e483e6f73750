package compose

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// maxPortsPerItem is how many endpoints one port range yields; beyond it is one endpoint
// with an unknown port.
const maxPortsPerItem = 16

// Endpoints are the ports that the services of a set offer, each once.
func Endpoints(doc plan.Document) (all []plan.Endpoint) {
	services, _ := doc.Model["services"].(map[string]any)
	for _, name := range decoded.Keys(services) {
		service, _ := services[name].(map[string]any)
		o := &offers{doc: doc, service: name, at: []any{"services", name}, schemes: schemes(service)}
		o.ports(service["ports"])
		o.expose(service["expose"])
		o.health(service)
		all = append(all, o.found...)
	}
	return all
}

// offers gathers the endpoints of one service.
type offers struct {
	doc     plan.Document
	service string
	at      []any
	schemes map[int]string
	found   []plan.Endpoint
}

func (o *offers) ports(v any) {
	list, _ := v.([]any)
	for i, item := range list {
		m, _ := item.(map[string]any)
		if m != nil && !strings.EqualFold(decoded.Text(m["protocol"]), "udp") {
			o.add(decoded.Text(m["target"]), true, decoded.Join(o.at, "ports", i))
		}
	}
}

func (o *offers) expose(v any) {
	list, _ := v.([]any)
	for i, item := range list {
		target, protocol, _ := strings.Cut(decoded.Text(item), "/")
		if !strings.EqualFold(protocol, "udp") {
			o.add(target, false, decoded.Join(o.at, "expose", i))
		}
	}
}

// health adds the port that only the health check knows.
func (o *offers) health(service map[string]any) {
	if len(o.found) > 0 {
		return
	}
	for _, u := range healthURLs(service) {
		o.add(strconv.Itoa(u.port), false, decoded.Join(o.at, "healthcheck", "test"))
	}
}

func (o *offers) add(target string, published bool, at []any) {
	place, _ := o.doc.Locator.Locate(at)
	first, last, ok := portRange(target)
	if !ok || last-first >= maxPortsPerItem {
		o.found = append(o.found, plan.Endpoint{Service: o.service, Published: published, Location: place})
		return
	}
	for p := first; p <= last; p++ {
		o.addPort(p, published, place)
	}
}

func (o *offers) addPort(p int, published bool, place finding.Location) {
	for _, e := range o.found {
		if e.Port == p && p != 0 {
			return
		}
	}
	o.found = append(o.found, plan.Endpoint{Service: o.service, Port: p, Scheme: o.schemes[p], Published: published, Location: place})
}

// address is a scheme and port that a service's own configuration mentions.
type address struct {
	scheme string
	port   int
}

// localURL finds URLs of the service itself; http://+:8080 is how ASP.NET Core says
// every interface.
var localURL = regexp.MustCompile(`(?i)\b(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\+|\*|\$\{?HOSTNAME\}?)(?::(\d{1,5}))?`)

func addresses(s string) (out []address) {
	for _, m := range localURL.FindAllStringSubmatch(s, -1) {
		a := address{scheme: strings.ToLower(m[1]), port: 80}
		if a.scheme == "https" {
			a.port = 443
		}
		if n, err := strconv.Atoi(m[2]); err == nil {
			a.port = n
		}
		if a.port <= 65535 {
			out = append(out, a)
		}
	}
	return out
}

func healthURLs(service map[string]any) []address {
	switch test := decoded.At(service, []any{"healthcheck", "test"}).(type) {
	case string:
		return addresses(test)
	case []any:
		var b strings.Builder
		for _, word := range test {
			b.WriteString(decoded.Text(word) + " ")
		}
		return addresses(b.String())
	}
	return nil
}

// schemes tells by port which scheme a service speaks, from its ASP.NET Core settings
// and, weaker, its health check.
func schemes(service map[string]any) map[int]string {
	out := map[int]string{}
	known := healthURLs(service)
	env, _ := service["environment"].(map[string]any)
	known = append(known, addresses(decoded.Text(env["ASPNETCORE_URLS"]))...)
	for name, scheme := range map[string]string{"ASPNETCORE_HTTP_PORTS": "http", "ASPNETCORE_HTTPS_PORTS": "https"} {
		for p := range strings.SplitSeq(decoded.Text(env[name]), ";") {
			if n, err := strconv.Atoi(strings.TrimSpace(p)); err == nil {
				known = append(known, address{scheme, n})
			}
		}
	}
	for _, a := range known {
		out[a.port] = a.scheme
	}
	return out
}
