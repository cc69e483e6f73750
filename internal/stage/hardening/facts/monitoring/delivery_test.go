package monitoring

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
