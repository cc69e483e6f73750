package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Setting is one word that flags, the environment (ASSURE_WORD) and action inputs
// share with the configuration file.
type Setting struct {
	// Name is the kebab-case word.
	Name string
	// Usage is one sentence for help texts, action.yml and the README.
	Usage string
	// Values lists the allowed words, empty when free.
	Values string
	// Default is what holds when nobody sets it, in words.
	Default string
	// Aliases are environment variables of other tools that mean the same.
	Aliases []string
	// Switch marks a yes-or-no setting: its flag needs no value.
	Switch bool

	set func(*Config, string) error
}

// Settings lists every setting that can be given outside the file.
func Settings() []Setting {
	return []Setting{
		{Name: "stages", Usage: "Stages to run, separated by commas.", Values: strings.Join(StageNames[:], ", "), Default: "all",
			set: func(c *Config, v string) error { c.Stages = list(v); return nil }},
		{Name: "fail-on-severity", Usage: "The mildest severity that fails the gate.", Values: "critical, high, medium, low, info, none", Default: "high",
			set: func(c *Config, v string) error { return c.FailOnSeverity.UnmarshalText([]byte(v)) }},
		{Name: "fail-action", Usage: "As in action-baseline: true prints its lines and ends with its exit codes (1 failures, 2 warnings, 3 otherwise), false never fails.", Values: "true, false", Default: "not set", Aliases: []string{"INPUT_FAIL_ACTION"},
			set: setFailAction},
		{Name: "fail-on", Usage: "Which findings count: those that the change introduces, all, or none.", Values: "new, all, none", Default: "new on pull_request and merge_group and with a base, else all",
			set: func(c *Config, v string) error { c.FailOn = v; return nil }},
		{Name: "timeout", Usage: "Time that each stage may take.", Default: "15m",
			set: func(c *Config, v string) (err error) { c.Timeout, err = time.ParseDuration(v); return err }},
		{Name: "offline", Usage: "Make no connection except to the container engine and the stack.", Values: "true, false", Default: "false", Aliases: []string{"TRIVY_OFFLINE_SCAN"}, Switch: true,
			set: boolean(func(c *Config) *bool { return &c.Offline })},
		{Name: "generated", Usage: "Directories whose files are assessed although git ignores them, such as rendered manifests.", Default: "none",
			set: func(c *Config, v string) error { c.Generated = list(v); return nil }},
		{Name: "profile", Usage: "How strictly the hardening guide is read.", Values: "guide-literal, guide, strict, baseline", Default: "guide",
			set: func(c *Config, v string) error { c.Hardening.Profile = v; return nil }},
		{Name: "helm-values", Usage: "Files of Helm values to render charts with, the last strongest: FILE, or CHART=FILE for one chart's directory.", Default: "each chart's own values.yaml",
			set: func(c *Config, v string) error { c.Hardening.HelmValues = list(v); return nil }},
		{Name: "database", Usage: "Vulnerability database: a directory with trivy.db, or an OCI layout.", Default: "pulled from db-repository",
			set: func(c *Config, v string) error { c.Deps.Database = v; return nil }},
		{Name: "db-repository", Usage: "Registry references of the database, tried in order.", Default: strings.Join(Default().Deps.Repositories, ", "), Aliases: []string{"TRIVY_DB_REPOSITORY"},
			set: func(c *Config, v string) error { c.Deps.Repositories = list(v); return nil }},
		{Name: "db-digest", Usage: "Digest that the database must have.", Default: "not pinned",
			set: func(c *Config, v string) error { c.Deps.Digest = v; return nil }},
		{Name: "db-warn-age", Usage: "Age of the database above which the report says so.", Default: "24h",
			set: func(c *Config, v string) (err error) { c.Deps.WarnAge, err = time.ParseDuration(v); return err }},
		{Name: "db-max-age", Usage: "Age of database and feeds above which the stage is degraded, because they do not answer for today; 0 for no bound. It does not hold for a database that db-digest pins.", Default: "72h",
			set: func(c *Config, v string) (err error) { c.Deps.MaxAge, err = time.ParseDuration(v); return err }},
		{Name: "kev", Usage: "URL or file of the catalogue of known exploited vulnerabilities, such as https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json.", Default: "not used",
			set: func(c *Config, v string) error { c.Deps.KEV = v; return nil }},
		{Name: "epss", Usage: "URL or file of the exploit prediction scores, such as https://epss.empiricalsecurity.com/epss_scores-current.csv.gz.", Default: "not used",
			set: func(c *Config, v string) error { c.Deps.EPSS = v; return nil }},
		{Name: "fail-on-kev", Usage: "Fail the gate for vulnerabilities that are known to be exploited, whatever their severity.", Values: "true, false", Default: "false", Switch: true,
			set: boolean(func(c *Config) *bool { return &c.Deps.FailOnKEV })},
		{Name: "epss-threshold", Usage: "Fail the gate for vulnerabilities that are exploited with at least this probability, from 0 to 1.", Default: "not used",
			set: func(c *Config, v string) (err error) {
				c.Deps.EPSSThreshold, err = strconv.ParseFloat(v, 64)
				return err
			}},
		{Name: "skip-db-update", Usage: "Use the cached database without asking for a newer one.", Values: "true, false", Default: "false", Aliases: []string{"TRIVY_SKIP_DB_UPDATE"}, Switch: true,
			set: boolean(func(c *Config) *bool { return &c.Deps.SkipUpdate })},
		{Name: "java-db-repository", Usage: "Registry references of the index of Java archives, tried in order; it is pulled only when an image holds Java archives.", Default: strings.Join(Default().Deps.JavaRepositories, ", "), Aliases: []string{"TRIVY_JAVA_DB_REPOSITORY"},
			set: func(c *Config, v string) error { c.Deps.JavaRepositories = list(v); return nil }},
		{Name: "scan-images", Usage: "Whether the images that the repository deploys are scanned; offline, auto leaves out those that are not on this machine.", Values: "auto, always, never", Default: "auto",
			set: func(c *Config, v string) error { c.Deps.ScanImages = v; return nil }},
		{Name: "image-archives", Usage: "Files of docker save and OCI layouts to look for images in before registries.", Default: "none",
			set: func(c *Config, v string) error { c.Deps.ImageArchives = list(v); return nil }},
		{Name: "platform", Usage: "Whose images are scanned where an image has several: os/architecture.", Default: "linux/amd64",
			set: func(c *Config, v string) error { c.Deps.Platform = v; return nil }},
		{Name: "cache-dir", Usage: "Where the database is kept between runs.", Default: "the user's cache directory", Aliases: []string{"TRIVY_CACHE_DIR"},
			set: func(c *Config, v string) error { c.Deps.CacheDir = v; return nil }},
		{Name: "ignore-files", Usage: "Ignore files of the repository besides .trivyignore, .trivyignore.yaml and osv-scanner.toml; those that end in .toml or .yaml are read in that form, all others as .trivyignore. On a pull request those of the base commit count.", Default: "none", Aliases: []string{"TRIVY_IGNOREFILE"},
			set: func(c *Config, v string) error { c.Deps.IgnoreFiles = list(v); return nil }},
		{Name: "vex", Usage: "VEX documents of the repository, or directories of them, besides .vex. On a pull request those of the base commit count.", Default: "none",
			set: func(c *Config, v string) error { c.Deps.VEX = list(v); return nil }},
		{Name: "dev-dependencies", Usage: "Also report dependencies that only development needs.", Values: "true, false", Default: "false", Aliases: []string{"TRIVY_INCLUDE_DEV_DEPS"}, Switch: true,
			set: boolean(func(c *Config) *bool { return &c.Deps.DevDependencies })},
		{Name: "engine", Usage: "Scanner of the dynamic test.", Values: "auto, zap, builtin", Default: "auto",
			set: func(c *Config, v string) error { c.DAST.Engine = v; return nil }},
		{Name: "zap-url", Usage: "Address of a ZAP that runs already.", Default: "none",
			set: func(c *Config, v string) error { c.DAST.ZAPURL = v; return nil }},
		{Name: "zap-key", Usage: "API key of the ZAP that runs already, a secret.", Default: "none", Aliases: []string{"ZAP_API_KEY"},
			set: func(c *Config, v string) error { c.DAST.ZAPKey = v; return nil }},
		{Name: "target", Usage: "URL of a running service to test instead of the repository's stack; it is only read (see dast.target.own).", Default: "none",
			set: func(c *Config, v string) error { c.DAST.Target.URL = v; return nil }},
		{Name: "zap-image", Usage: "Image of the ZAP that the dynamic test starts.", Default: Default().DAST.ZAPImage, Aliases: []string{"INPUT_DOCKER_NAME"},
			set: func(c *Config, v string) error { c.DAST.ZAPImage = v; return nil }},
		{Name: "zap-options", Usage: "Options of ZAP's baseline scan: -c -i -I -j -l -m -s -T -z.", Default: "none", Aliases: []string{"INPUT_CMD_OPTIONS"},
			set: setZAPOptions},
		{Name: "rules-file", Usage: "Rules file in ZAP's grammar, a path in the repository.", Default: DefaultRulesFile + " where it exists", Aliases: []string{"INPUT_RULES_FILE_NAME"},
			set: func(c *Config, v string) error { c.DAST.RulesFile = v; return nil }},
		{Name: "base-report", Usage: "The report.json of an earlier run on the base commit, a file outside of the checkout: what the dynamic test found there is not new.", Default: "none",
			set: func(c *Config, v string) error { c.DAST.BaseReport = v; return nil }},
		{Name: "auth-header", Usage: "Name of the header that authenticates the scan.", Default: "Authorization", Aliases: []string{"ZAP_AUTH_HEADER"},
			set: func(c *Config, v string) error { c.DAST.Auth.Header = v; return nil }},
		{Name: "auth-value", Usage: "Its value, a secret; without one no header is sent.", Default: "none", Aliases: []string{"ZAP_AUTH_HEADER_VALUE"},
			set: func(c *Config, v string) error { c.DAST.Auth.Value = v; return nil }},
		{Name: "auth-site", Usage: "Text that a host must hold to be sent the header.", Default: "the service under test", Aliases: []string{"ZAP_AUTH_HEADER_SITE"},
			set: func(c *Config, v string) error { c.DAST.Auth.Site = v; return nil }},
		{Name: "comment", Usage: "When to write the pull-request comment.", Values: "on-change, always, on-failure, never", Default: "on-change",
			set: func(c *Config, v string) error { c.Report.Comment = v; return nil }},
		{Name: "upload-sarif", Usage: "Whether to upload results to code scanning.", Values: "auto, never", Default: "auto",
			set: func(c *Config, v string) error { c.Report.UploadSARIF = v; return nil }},
		{Name: "registry-auth", Usage: "Registry credentials, one \"host user password\" a line.", Default: "none",
			set: setAuth},
		{Name: "github-token", Usage: "Token for comment, upload and ghcr.io.", Default: "the workflow's token in the action, else none", Aliases: []string{"INPUT_TOKEN"},
			set: func(c *Config, v string) error { c.Token = v; return nil }},
	}
}

// Sources are the places where settings come from, weakest first.
type Sources struct {
	// File is the name of the configuration file, for messages; empty without one.
	File string
	// Data is its content.
	Data []byte
	// Env looks up an environment variable; nil means an empty environment.
	Env func(name string) (string, bool)
	// Flags are values by setting name, from flags or action inputs. An empty value
	// is the same as none, because the runner cannot tell them apart.
	Flags map[string]string
}

// Load merges defaults, file, environment and flags, and validates the result. Every
// mistake is reported, each with its place.
func Load(s Sources) (Config, error) {
	c := Default()
	var errs []error
	if s.Data != nil {
		errs = append(errs, decode(s.File, s.Data, &c))
	}
	for _, set := range Settings() {
		origin, v := set.lookup(s)
		if v == "" {
			continue
		}
		if err := set.set(&c, v); err != nil {
			c.broken = append(c.broken, set.Name)
			errs = append(errs, fmt.Errorf("%s: %w", origin, err))
		}
	}
	if s.Env != nil {
		c.Auth = append(c.Auth, trivyAuth(s.Env)...)
	}
	return c, Mistakes(append(errs, c.validate())...)
}

func (set Setting) lookup(s Sources) (origin, value string) {
	if v := s.Flags[set.Name]; v != "" {
		return set.Name, v
	}
	if s.Env == nil {
		return "", ""
	}
	for _, name := range append([]string{set.EnvName()}, set.Aliases...) {
		if v, ok := s.Env(name); ok && v != "" {
			return name, v
		}
	}
	return "", ""
}

// EnvName is the setting's environment variable: ASSURE_FAIL_ON for fail-on.
func (set Setting) EnvName() string {
	return "ASSURE_" + strings.ToUpper(strings.ReplaceAll(set.Name, "-", "_"))
}

func boolean(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		*field(c) = b
		return nil
	}
}

func list(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == '\n' || r == ' ' || r == '\t' })
}

func setAuth(c *Config, v string) error {
	for line := range strings.Lines(v) {
		f := strings.Fields(line)
		switch len(f) {
		case 0:
		case 3:
			c.Auth = append(c.Auth, RegistryAuth{Host: f[0], Username: f[1], Password: f[2]})
		default:
			return fmt.Errorf("a line must be \"host user password\"")
		}
	}
	return nil
}

// trivyAuth reads the credentials that Trivy's users have set already. They have no
// host there; the database registries are the ones they are meant for, so the host is
// left empty and the registry client offers them to those hosts only.
func trivyAuth(env func(string) (string, bool)) []RegistryAuth {
	user, _ := env("TRIVY_USERNAME")
	password, _ := env("TRIVY_PASSWORD")
	if user == "" || password == "" {
		return nil
	}
	return []RegistryAuth{{Username: user, Password: password}}
}
