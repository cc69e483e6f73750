package hardening_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hits are the lines of a report that name one of the rules, as line number and rule.
func hits(report string, rules ...string) []string {
	out := []string{}
	for line := range strings.Lines(report) {
		words := strings.Fields(line)
		if slices.Contains(rules, words[2]) {
			out = append(out, strings.Split(words[0], ":")[1]+" "+words[2])
		}
	}
	return out
}

// TestUnsetVariables gives a service a line with variables that have no value: what the
// engine makes of nothing is judged.
func TestUnsetVariables(t *testing.T) {
	t.Parallel()
	socket, path, port := "compose/docker-socket", "compose/host-path", "compose/published-interface"
	for name, tt := range map[string]struct {
		line string
		want []string
	}{
		"bind_address":          {`ports: ["${ADDRESS}:9000:9000"]`, []string{port}},
		"bind_address_long":     {`ports: [{target: 9000, published: "9000", host_ip: "${ADDRESS}"}]`, []string{port}},
		"bind_address_joined":   {`ports: ["${ADDRESS:-}:9000:9000/udp"]`, []string{port}},
		"bind_address_required": {`ports: ["${ADDRESS:?}:9000:9000"]`, nil},
		"bind_address_default":  {`ports: ["${ADDRESS:-127.0.0.1}:9000:9000"]`, nil},
		"socket_by_target":      {`volumes: ["${ENGINE}:/run/podman/podman.sock"]`, []string{socket}},
		"socket_by_source":      {`volumes: ["${RUN}/podman.sock:/engine"]`, []string{socket}},
		"socket_required":       {`volumes: ["${ENGINE:?}:/var/run/docker.sock:ro"]`, []string{socket}},
		"socket_long":           {`volumes: [{type: bind, source: "${ENGINE}", target: /var/run/docker.sock}]`, []string{socket}},
		"socket_elsewhere":      {`volumes: ["/opt/engine.sock:/var/run/docker.sock"]`, []string{socket}},
		"home":                  {`volumes: ["$HOME/.ssh:/s:ro"]`, []string{path}},
		"all_of_home":           {`volumes: ["${HOME}:/h"]`, []string{path}},
		"rest_of_path":          {`volumes: ["${PREFIX}/etc:/e"]`, []string{path}},
		"root":                  {`volumes: ["/${BELOW}:/e"]`, []string{path}},
		"data":                  {`volumes: ["${DATA}:/data"]`, nil},
		"data_below":            {`volumes: ["${DATA}/postgres:/data"]`, nil},
		"project":               {`volumes: ["${PWD}/etc:/e", "${HOME}/etc:/f"]`, nil},
		"a_dollar_sign":         {`volumes: ["$${ENGINE}:/data"]`, nil},
		"named":                 {`volumes: ["engine:/var/run/docker.sock.d"]`, nil},
		"capability":            {`cap_add: ["${CAPABILITY}", "CAP_${CAPABILITY}"]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "services:\n  web:\n    image: web\n    " + tt.line + "\nvolumes: {engine: }\n"
			got := hits(lines(judge(t, repository(t, map[string]string{"compose.yaml": text}), "strict")),
				socket, path, port, "compose/cap-add")
			want := []string{}
			for _, rule := range tt.want {
				want = append(want, "4 "+rule)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Where nothing in the variable's place is harmless or refused, nothing is known.
func TestUnsetVariablesAreUnknown(t *testing.T) {
	t.Parallel()
	for line, rule := range map[string]string{
		`network_mode: "${V}"`:                             "compose/host-namespace",
		`pid: "${V}"`:                                      "compose/host-namespace",
		`ipc: "${V}"`:                                      "compose/host-namespace",
		`userns_mode: "${V}"`:                              "compose/host-namespace",
		`privileged: "${V}"`:                               "compose/privileged",
		`cap_add: ["${V}"]`:                                "compose/cap-add",
		`security_opt: ["${V}"]`:                           "compose/unconfined",
		`security_opt: ["seccomp=${V}"]`:                   "compose/unconfined",
		`devices: ["${V}:/dev/x"]`:                         "compose/device",
		`group_add: ["${V}"]`:                              "compose/docker-socket",
		`volumes: ["${V}:/data"]`:                          "compose/host-path",
		`pids_limit: "${V}"`:                               "compose/resource-limits",
		`build: {context: ., privileged: "${V}"}`:          "compose/privileged",
		`post_start: [{command: [x], privileged: "${V}"}]`: "compose/privileged",
		"volumes: [\"data:/d\"]\nvolumes: {data: {driver_opts: {device: \"${V}\"}}}": "compose/host-path",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			text := "services:\n  web:\n    image: web\n    " + line + "\n"
			if set := judge(t, repository(t, map[string]string{"compose.yaml": text}), "strict"); set.Unknown[rule] != 1 || set.Judged[rule] != 0 && len(hits(lines(set), rule)) == 0 {
				t.Errorf("%s: unknown %d, judged %d", rule, set.Unknown[rule], set.Judged[rule])
			}
		})
	}
}

// A provider's service is no container, whatever else is written there.
func TestProviderIsNoContainer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"alone":    {"provider: {type: cloud}", "compose.yaml:3:22: medium compose/provider [db] service db runs the provider cloud on the host\n"},
		"and_more": {"provider: {type: cloud}\n    privileged: true\n    user: root", "compose.yaml:3:22: medium compose/provider [db] service db runs the provider cloud on the host\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := repository(t, map[string]string{"compose.yaml": "services:\n  db:\n    " + tt.body + "\n"})
			p.Partial = true
			set := judge(t, p, "strict")
			if diff := cmp.Diff(tt.want, lines(set)); diff != "" {
				t.Error(diff)
			}
			if set.Judged["compose/user"] != 0 {
				t.Error("a container was judged")
			}
		})
	}
	text := "services:\n  db:\n    image: db\n    provider: \n    privileged: true\n"
	if got := lines(judge(t, repository(t, map[string]string{"compose.yaml": text}), "baseline")); !strings.Contains(got, "compose/privileged") {
		t.Errorf("without a provider: %q", got)
	}
}

func TestPlaceOfLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"lifted":      {"mem_limit: 64m\n    cpus: 1\n    pids_limit: -1", "6 compose/resource-limits"},
		"lifted_deep": {"mem_limit: 64m\n    pids_limit: 9\n    deploy:\n      resources:\n        limits:\n          cpus: '0'", "9 compose/resource-limits"},
		"zero":        {"cpus: 1\n    mem_limit: 0\n    pids_limit: 9", "5 compose/resource-limits"},
		"missing":     {"cpus: 1\n    mem_limit: 1g", "2 compose/resource-limits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "services:\n  web:\n    image: web\n    " + tt.body + "\n"
			got := hits(lines(judge(t, repository(t, map[string]string{"compose.yaml": text}), "strict")), "compose/resource-limits")
			if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
