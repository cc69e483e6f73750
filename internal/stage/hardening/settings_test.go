package hardening_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/finding"
)

// found are the findings of one rule of the kind config on files in txtar form, as
// place and subject.
func found(t *testing.T, profile, rule, files string) []string {
	t.Helper()
	repo := map[string]string{}
	for _, f := range txtar.Parse([]byte(files)).Files {
		repo[f.Name] = string(f.Data)
	}
	set := judge(t, repository(t, repo), profile)
	if len(set.Gaps) > 0 {
		t.Fatalf("gaps: %v", set.Gaps)
	}
	var got []string
	for _, f := range set.Findings {
		if f.Rule == rule {
			got = append(got, f.Location.String()+" "+f.Subject)
		}
	}
	slices.Sort(got)
	return got
}

const concelier = "-- compose.yaml --\nservices:\n  concelier:\n    image: example.org/concelier:1\n"

// One rule reads a setting in every spelling, at its own place; what the Compose rules
// see themselves is left to them.
func TestSettingSpellings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files string
		want  []string
	}{
		"yaml":        {"-- etc/concelier.yaml --\nauthority:\n  allowAnonymousFallback: true\n", []string{"etc/concelier.yaml:2:27 etc/concelier.yaml"}},
		"nested":      {"-- app.yaml --\nconcelier:\n  authority: {allowAnonymousFallback: yes}\n", []string{"app.yaml:2:39 app.yaml"}},
		"json":        {"-- appsettings.json --\n{ // c\n \"Concelier\": {\"Authority\": {\"AllowAnonymousFallback\": true,}}}\n", []string{"appsettings.json:2:56 appsettings.json"}},
		"colon_key":   {"-- appsettings.json --\n{\"Concelier:Authority:AllowAnonymousFallback\": true}\n", []string{"appsettings.json:1:48 appsettings.json"}},
		"env":         {"-- prod.env --\nX=1\nCONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK=true\n", []string{"prod.env:2:45 prod.env"}},
		"double":      {"-- prod.env --\nConcelier__Authority__AllowAnonymousFallback=1\n", []string{"prod.env:1:46 prod.env"}},
		"bare":        {"-- prod.env --\nAUTHORITY__ALLOWANONYMOUSFALLBACK=true\n", []string{"prod.env:1:35 prod.env"}},
		"compose":     {concelier + "    environment: {CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: \"true\"}\n", nil},
		"compose_own": {concelier + "    environment: ['Concelier:Authority:AllowAnonymousFallback=true']\n", []string{"compose.yaml:4:19 concelier"}},
		"env_file": {concelier + "    env_file: settings.txt\n-- settings.txt --\nCONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK=true\n",
			[]string{"settings.txt:1:45 concelier"}},
		"inline_config": {concelier + "    configs: [{source: c, target: /app/concelier.yaml}]\nconfigs:\n  c:\n    content: |\n" +
			"      authority: {allowAnonymousFallback: true}\n", []string{"compose.yaml:7:14 concelier"}},
		"pod": {"-- pod.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      env:\n" +
			"        - {name: CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK, value: \"true\"}\n", []string{"pod.yaml:8:70 Pod/p/c"}},
		"config_map": {"-- map.yaml --\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n" +
			"  CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: \"true\"\n", []string{"map.yaml:5:48 ConfigMap/m"}},
		"config_map_file": {"-- map.yaml --\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n" +
			"  appsettings.json: '{\"Concelier\": {\"Authority\": {\"AllowAnonymousFallback\": true}}}'\n", []string{"map.yaml:5:21 ConfigMap/m"}},

		"development":  {"-- appsettings.Development.json --\n{\"Concelier\": {\"Authority\": {\"AllowAnonymousFallback\": true}}}\n", nil},
		"example":      {"-- .env.example --\nCONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK=true\n", nil},
		"test":         {"-- src/tests/concelier.yaml --\nauthority: {allowAnonymousFallback: true}\n", nil},
		"off":          {"-- concelier.yaml --\nauthority: {allowAnonymousFallback: false}\n", nil},
		"other_app":    {"-- app.yaml --\nother:\n  authority: {allowAnonymousFallback: true}\n", nil},
		"unknown":      {"-- prod.env --\nCONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK=${FALLBACK}\n", nil},
		"chart_values": {"-- values.yaml --\nconcelier: {authority: {allowAnonymousFallback: true}}\n", nil},
		"overridden": {concelier + "    environment: {CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: \"false\"}\n" +
			"-- concelier.yaml --\nauthority: {allowAnonymousFallback: true}\n", nil},
		"overridden_by_another": {concelier + "    volumes: ['./concelier.yaml:/c.yaml:ro']\n  other:\n    image: o\n" +
			"    environment: {CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: \"false\"}\n" +
			"-- concelier.yaml --\nauthority: {allowAnonymousFallback: true}\n", []string{"concelier.yaml:1:37 concelier"}},
		"production": {"-- appsettings.json --\n{\"Concelier\": {\"Authority\": {\"AllowAnonymousFallback\": true}}}\n" +
			"-- appsettings.Production.json --\n{\"Concelier\": {\"Authority\": {\"AllowAnonymousFallback\": false}}}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := found(t, "guide", "config/authority-anonymous", tt.files)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAuthoritySwitch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files string
		want  []string
	}{
		"off":              {"-- concelier.yaml --\nauthority: {enabled: false}\n", []string{"concelier.yaml:1:22 concelier.yaml"}},
		"absent":           {"-- concelier.yaml --\nauthority:\n  issuer: https://x\n", []string{"concelier.yaml:1:1 repository"}},
		"absent_service":   {concelier, []string{"compose.yaml:1:1 repository"}},
		"said_in_compose":  {concelier + "    environment: {CONCELIER_AUTHORITY__ENABLED: \"true\"}\n-- concelier.yaml --\nstorage: {driver: x}\n", nil},
		"unknown":          {concelier + "    environment: {CONCELIER_AUTHORITY__ENABLED: \"${X}\"}\n", nil},
		"no_such_service":  {"-- compose.yaml --\nservices: {web: {image: web}}\n", nil},
		"someone_elses":    {"-- appsettings.json --\n{\"Authority\": {\"Enabled\": false}}\n", nil},
		"told_by_its_keys": {"-- appsettings.json --\n{\"Authority\": {\"Enabled\": false, \"BypassNetworks\": []}}\n", []string{"appsettings.json:1:27 appsettings.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, found(t, "guide", "config/authority-enabled", tt.files)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The path in the settings must be that of a secret of whoever reads them.
func TestSecretPaths(t *testing.T) {
	t.Parallel()
	const env = "    environment: {CONCELIER_AUTHORITY__CLIENTSECRETFILE: /run/secrets/client}\n"
	const pod = "-- pod.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: concelier\n" +
		"      env: [{name: CONCELIER_AUTHORITY__CLIENTSECRETFILE, value: /etc/client/secret}]\n" +
		"      volumeMounts: [{name: v, mountPath: /etc/client}]\n  volumes:\n"
	for name, tt := range map[string]struct {
		files string
		want  bool
	}{
		"none":            {concelier + env, true},
		"short":           {concelier + env + "    secrets: [client]\nsecrets: {client: {external: true}}\n", false},
		"target":          {concelier + env + "    secrets: [{source: s, target: client}]\nsecrets: {s: {external: true}}\n", false},
		"absolute":        {concelier + env + "    secrets: [{source: s, target: /run/secrets/client}]\nsecrets: {s: {external: true}}\n", false},
		"other_target":    {concelier + env + "    secrets: [{source: client, target: /x}]\nsecrets: {client: {external: true}}\n", true},
		"bind":            {concelier + env + "    volumes: ['./secrets:/run/secrets:ro']\n", true},
		"unknown":         {concelier + "    environment: {CONCELIER_AUTHORITY__CLIENTSECRETFILE: \"${FILE}\"}\n", false},
		"file_and_secret": {concelier + "    secrets: [client]\nsecrets: {client: {external: true}}\n-- concelier.yaml --\nauthority: {clientSecretFile: /run/secrets/client}\n", false},
		"file_without":    {concelier + "-- concelier.yaml --\nauthority: {clientSecretFile: /run/secrets/client}\n", true},
		"file_alone":      {"-- concelier.yaml --\nauthority: {clientSecretFile: /run/secrets/client}\n", false},
		"relative":        {concelier + "-- concelier.yaml --\nauthority: {clientSecretFile: ../client}\n", false},
		"pod_secret":      {pod + "    - {name: v, secret: {secretName: s}}\n", false},
		"pod_projected":   {pod + "    - {name: v, projected: {sources: [{secret: {name: s}}]}}\n", false},
		"pod_config_map":  {pod + "    - {name: v, configMap: {name: s}}\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := found(t, "guide", "config/authority-secret-file", tt.files)
			if (len(got) > 0) != tt.want {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

// Durations, schedules, networks and log settings in the spellings that occur.
func TestSettingValues(t *testing.T) {
	t.Parallel()
	settings := func(json string) string { return "-- appsettings.json --\n" + json + "\n" }
	for name, tt := range map[string]struct {
		rule, files string
		want        bool
	}{
		"timespan_days":     {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "1.00:00:00"}}`), true},
		"timespan":          {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "12:00:00"}}`), false},
		"timespan_24h":      {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "24:00:00"}}`), true},
		"iso":               {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "PT13H"}}`), true},
		"iso_short":         {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "PT30M"}}`), false},
		"go":                {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenTtl": "12h1m"}}`), true},
		"days":              {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenTtl": "1d"}}`), true},
		"seconds":           {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": 86400}}`), true},
		"minutes":           {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetimeMinutes": 60}}`), false},
		"many_minutes":      {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetimeInMinutes": "721"}}`), true},
		"env":               {"config/token-lifetime", "-- a.env --\nJWT__ACCESSTOKENLIFETIME=1.00:00:00\n", true},
		"no_duration":       {"config/token-lifetime", settings(`{"Jwt": {"AccessTokenLifetime": "long"}}`), false},
		"refresh":           {"config/token-lifetime", settings(`{"Jwt": {"RefreshTokenLifetime": "9.00:00:00"}}`), false},
		"weekly":            {"config/database-refresh", settings(`{"TrivyDb": {"Schedule": "0 3 * * 0"}}`), true},
		"daily":             {"config/database-refresh", settings(`{"TrivyDb": {"Schedule": "0 3 * * *"}}`), false},
		"with_seconds":      {"config/database-refresh", settings(`{"TrivyDb": {"Cron": "0 0 */6 * * *"}}`), false},
		"weekdays":          {"config/database-refresh", settings(`{"TrivyDb": {"Cron": "0 3 * * 1-5"}}`), true},
		"every_minute":      {"config/database-refresh", settings(`{"TrivyDb": {"Cron": "* * * * *"}}`), false},
		"interval":          {"config/database-refresh", settings(`{"TrivyDb": {"RefreshInterval": "2.00:00:00"}}`), true},
		"short_interval":    {"config/database-refresh", settings(`{"TrivyDb": {"RefreshIntervalHours": 24}}`), false},
		"kind":              {"config/database-refresh", settings(`{"Jobs": [{"Kind": "export:trivy-db", "Cron": "@weekly"}]}`), true},
		"other_kind":        {"config/database-refresh", settings(`{"Jobs": [{"Kind": "report", "Cron": "@weekly"}]}`), false},
		"zone":              {"config/database-refresh", settings(`{"TrivyDb": {"Cron": "TZ=0"}}`), false},
		"console":           {"config/log-format", settings(`{"Serilog": {"WriteTo": ["Console"]}}`), true},
		"console_object":    {"config/log-format", settings(`{"Serilog": {"WriteTo": {"A": {"Name": "Console"}}}}`), true},
		"json_type":         {"config/log-format", settings(`{"Serilog": {"WriteTo": [{"Name": "File", "Args": {"formatter": {"type": "X.JsonFormatter"}}}]}}`), false},
		"seq":               {"config/log-format", settings(`{"Serilog": {"WriteTo": [{"Name": "Seq", "Args": {"serverUrl": "x"}}]}}`), false},
		"async":             {"config/log-format", settings(`{"Serilog": {"WriteTo": [{"Name": "Async", "Args": {"configure": [{"Name": "Console"}]}}]}}`), true},
		"path_named_so":     {"config/log-format", settings(`{"Serilog": {"WriteTo": [{"Name": "Seq", "Args": {"label": "Console"}}]}}`), false},
		"env_sink":          {"config/log-format", "-- a.env --\nSerilog__WriteTo__0__Name=Console\nSerilog__WriteTo__0__Args__formatter=J.JsonFormatter\n", false},
		"simple_console":    {"config/log-format", settings(`{"Logging": {"Console": {"FormatterName": "simple"}}}`), true},
		"verbose":           {"config/log-level", settings(`{"Serilog": {"MinimumLevel": "Verbose"}}`), true},
		"debug":             {"config/log-level", settings(`{"Serilog": {"MinimumLevel": {"Default": "Debug"}}}`), true},
		"override":          {"config/log-level", settings(`{"Serilog": {"MinimumLevel": {"Default": "Information", "Override": {"Acme": "Debug"}}}}`), false},
		"compose_level":     {"config/log-level", "-- compose.yaml --\nservices:\n  web:\n    image: web\n    environment: {Logging__LogLevel__Default: Trace}\n", true},
		"audit_none":        {"config/audit-log", settings(`{"Logging": {"LogLevel": {"Concelier": "None"}}}`), true},
		"audit_back_on":     {"config/audit-log", settings(`{"Logging": {"LogLevel": {"Concelier": "None", "Concelier.Authorization.Audit": "Information"}}}`), false},
		"audit_default":     {"config/audit-log", settings(`{"Concelier": {}, "Logging": {"LogLevel": {"Default": "Warning"}}}`), true},
		"not_concelier":     {"config/audit-log", settings(`{"Logging": {"LogLevel": {"Default": "Warning"}}}`), false},
		"serilog_override":  {"config/audit-log", settings(`{"Serilog": {"MinimumLevel": {"Override": {"Concelier.Authorization": "Fatal"}}}}`), true},
		"any_network":       {"config/authority-bypass", "-- concelier.yaml --\nauthority: {bypassNetworks: [\"::/0\"]}\n", true},
		"listed_networks":   {"config/authority-bypass", "-- a.env --\nCONCELIER_AUTHORITY__BYPASSNETWORKS=127.0.0.1/32;10.0.0.0/8\n", true},
		"hosts":             {"config/authority-bypass", "-- concelier.yaml --\nauthority: {bypassNetworks: [127.0.0.0/8, \"::1\", 10.1.2.3]}\n", false},
		"urls":              {"config/plain-listener", settings(`{"Urls": "https://+:443;http://+:80"}`), true},
		"loopback":          {"config/plain-listener", settings(`{"Urls": "http://localhost:80;http://[::1]:81;http://127.0.0.1"}`), false},
		"ports":             {"config/plain-listener", "-- a.env --\nASPNETCORE_HTTP_PORTS=8080\n", true},
		"compose_urls":      {"config/plain-listener", "-- compose.yaml --\nservices:\n  web:\n    image: web\n    environment: {ASPNETCORE_URLS: 'http://+:80'}\n", false},
		"traefik":           {"config/worker-limit", settings(`{"ScannerPool": {"Workers": 9}}`) + "-- m.yaml --\napiVersion: traefik.io/v1\nkind: Middleware\nmetadata: {name: m}\nspec: {rateLimit: {average: 300, period: 1m}}\n", true},
		"ingress_optional":  {"config/client-certificate", "-- i.yaml --\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i\n  annotations: {nginx.ingress.kubernetes.io/auth-tls-verify-client: optional_no_ca}\n", true},
		"ingress_with_cert": {"config/client-certificate", "-- i.yaml --\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i\n  annotations: {nginx.ingress.kubernetes.io/auth-tls-secret: ns/ca}\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile := "guide"
			if tt.rule == "config/authority-bypass" {
				profile = "strict"
			}
			if got := found(t, profile, tt.rule, tt.files); (len(got) > 0) != tt.want {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

// A fix of a setting is a splice of the file that holds it, of its own type.
func TestSettingFixes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, data, want string }{
		"yaml": {"concelier.yaml", "authority:\n  enabled: true # keep\n  allowAnonymousFallback: true\n", "authority:\n  enabled: true # keep\n  allowAnonymousFallback: false\n"},
		"json": {"appsettings.json", `{"Concelier": {"Authority": {"AllowAnonymousFallback": "true"}}}`, `{"Concelier": {"Authority": {"AllowAnonymousFallback": "false"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := judge(t, repository(t, map[string]string{tt.file: tt.data}), "guide")
			i := slices.IndexFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == "config/authority-anonymous" })
			if i < 0 || set.Findings[i].Fix == nil {
				t.Fatalf("no fix: %s", lines(set))
			}
			e := set.Findings[i].Fix.Edits[0]
			if got := tt.data[:e.Start] + e.Text + tt.data[e.End:]; got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// A settings file that .NET could not read either is not passed over.
func TestBrokenSettingsAreAGap(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"appsettings.json": `{"A": `})
	if set := judge(t, p, "guide"); len(set.Gaps) != 1 || !strings.Contains(set.Gaps[0].Message, "JSON") {
		t.Errorf("gaps: %v", set.Gaps)
	}
}
