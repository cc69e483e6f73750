package hardening

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// A critical alert goes where Alertmanager would send it.
func TestDeliver(t *testing.T) {
	t.Parallel()
	const receivers = `
receivers:
- {name: none}
- {name: page, pagerduty_configs: [{}], email_configs: [{to: a@b}]}
- {name: chat, slackConfigs: [{}]}
`
	for route, want := range map[string]string{
		"{receiver: page}": "page:email,pagerduty",
		"{receiver: none}": "none:",
		"{receiver: lost}": "",
		"{receiver: none, routes: [{receiver: page, match: {severity: critical}}]}":                                                                  "page:email,pagerduty",
		"{receiver: none, routes: [{receiver: page, match_re: {severity: 'critical|warning'}}]}":                                                     "page:email,pagerduty",
		"{receiver: none, routes: [{receiver: page, matchers: ['severity=\"critical\"']}]}":                                                          "page:email,pagerduty",
		"{receiver: none, routes: [{receiver: page, matchers: [severity =~ critical]}]}":                                                             "page:email,pagerduty",
		"{receiver: none, routes: [{receiver: page, matchers: [{name: severity, value: critical, matchType: '='}]}]}":                                "page:email,pagerduty",
		"{receiver: none, routes: [{receiver: page, matchers: [severity != critical]}]}":                                                             "none:",
		"{receiver: none, routes: [{receiver: page, matchers: ['{broken']}]}":                                                                        "none:",
		"{receiver: none, routes: [{receiver: chat, continue: true}, {receiver: page}]}":                                                             "chat:slack page:email,pagerduty",
		"{receiver: none, routes: [{receiver: chat}, {receiver: page}]}":                                                                             "chat:slack",
		"{receiver: none, routes: [{receiver: page, match: {priority: P1}}]}":                                                                        "none: page:email,pagerduty",
		"{receiver: none, routes: [{match: {team: db}, routes: [{receiver: page, match: {severity: critical}}]}]}":                                   "none: page:email,pagerduty",
		"{receiver: page, routes: [{match: {severity: critical}}]}":                                                                                  "page:email,pagerduty",
		"{receiver: page, routes: [{receiver: chat, match: {severity: critical}, routes: [{receiver: none, match_re: {severity: 'crit(ical)?'}}]}]}": "none:",
	} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			var config map[string]any
			if err := yaml.Unmarshal([]byte("route: "+route+receivers), &config); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range deliver(config, nil).Critical {
				got = append(got, r.Name+":"+strings.Join(r.Channels, ","))
			}
			if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"backend:8080": "backend", "backend.ops.svc:80": "backend", "127.0.0.1:9090": "127.0.0.1", "[::1]:9090": "::1",
		"https://backend/metrics": "backend", "backend": "backend", "": "",
	} {
		if got := host(target); got != want {
			t.Errorf("host of %q is %q, want %q", target, got, want)
		}
	}
}
