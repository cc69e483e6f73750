// Package config holds what a run is asked to do: defaults, overlaid by the
// configuration file, the environment and flags or action inputs, in that order.
package config

import (
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Files are the names under which a repository's configuration is looked for. It has one.
var Files = [...]string{".github/assure.yml", ".github/assure.yaml", ".assure.yml", ".assure.yaml"}

// StageNames lists the stages in the order of every output.
var StageNames = [...]string{"deps", "hardening", "images", "dast"}

// Config is everything a run needs to know. Its zero value plus defaults is the
// strictest gate; keys that weaken it say so in their name.
type Config struct {
	// Stages to run; empty means all.
	Stages []string `yaml:"stages"`
	// FailOnSeverity is the mildest severity that fails the gate.
	FailOnSeverity Threshold `yaml:"fail-on-severity"`
	// FailOn is new, all or none; empty means new on pull requests and in merge
	// queues, else all.
	FailOn string `yaml:"fail-on"`
	// Timeout bounds each stage.
	Timeout time.Duration `yaml:"timeout"`
	// Offline forbids every connection except to the container engine and the stack.
	Offline bool `yaml:"offline"`
	// Exclude lists paths that are not assessed: globs from the root, ** for any depth.
	Exclude []string `yaml:"exclude"`
	// Generated lists directories whose files are assessed although git ignores them, such
	// as rendered manifests: slash paths from the root.
	Generated []string `yaml:"generated"`

	Deps       Deps        `yaml:"deps"`
	Hardening  Hardening   `yaml:"hardening"`
	Images     Images      `yaml:"images"`
	DAST       DAST        `yaml:"dast"`
	Report     Report      `yaml:"report"`
	Exceptions []Exception `yaml:"exceptions"`

	// Auth are registry credentials. They never come from a file of the repository.
	Auth []RegistryAuth `yaml:"-"`
	// Token is the GitHub token, empty outside the action.
	Token string `yaml:"-"`
	// Origin is the file the configuration was read from, empty when there was none.
	Origin string `yaml:"-"`

	places places
	// broken are the paths of values that could not be read, so that nothing more is said
	// about them.
	broken []string
}

// Deps configures the dependency scan.
type Deps struct {
	// Database is a directory with trivy.db and metadata.json, or an OCI layout.
	Database string `yaml:"database"`
	// Repositories are registry references of the database, tried in order.
	Repositories []string `yaml:"db-repository"`
	// Digest pins the database: sha256:<hex>.
	Digest string `yaml:"db-digest"`
	// WarnAge is the age above which the report says that the database is old.
	WarnAge time.Duration `yaml:"db-warn-age"`
	// MaxAge is the age above which database and feeds no longer answer for today; zero
	// means no bound, only the age in the report. A database that db-digest pins is
	// meant to be old and has no bound.
	MaxAge time.Duration `yaml:"db-max-age"`
	// KEV and EPSS are URLs or files of the catalogue of known exploited
	// vulnerabilities and of the exploit prediction scores; empty means not to use them.
	KEV  string `yaml:"kev"`
	EPSS string `yaml:"epss"`
	// FailOnKEV fails the gate for vulnerabilities in the catalogue, whatever their severity.
	FailOnKEV bool `yaml:"fail-on-kev"`
	// EPSSThreshold fails it for those with at least this probability; zero means none.
	EPSSThreshold float64 `yaml:"epss-threshold"`
	// SkipUpdate uses the cached database without asking for a newer one.
	SkipUpdate bool `yaml:"skip-db-update"`
	// CacheDir holds the database between runs; empty means the user's cache directory.
	CacheDir string `yaml:"-"`
	// ScanImages is auto (default), always or never: whether the images that the
	// repository deploys are scanned. Offline, auto leaves out those that are not here.
	ScanImages string `yaml:"scan-images"`
	// ImageArchives are files of docker save and OCI layouts to look for images in first.
	ImageArchives []string `yaml:"image-archives"`
	// Platform is the os/architecture whose images are scanned where there are several.
	Platform string `yaml:"platform"`
	// JavaRepositories are registry references of the Java index, tried in order.
	JavaRepositories []string `yaml:"java-db-repository"`
	// IgnoreFiles are ignore files besides those at well-known places, VEX documents or
	// directories of them besides .vex: slash paths of the repository.
	IgnoreFiles []string `yaml:"ignore-files"`
	VEX         []string `yaml:"vex"`
	// DevDependencies also reports dependencies that only development needs.
	DevDependencies bool `yaml:"dev-dependencies"`
}

// Hardening configures the lint stage.
type Hardening struct {
	// Profile is guide-literal, guide, strict or baseline.
	Profile string `yaml:"profile"`
	// Packs are directories of further rules.
	Packs []string `yaml:"packs"`
	// Roles says which part a service plays (backend, store, ingress), by service
	// name, where image, port and command do not tell.
	Roles map[string]string `yaml:"roles"`
	// Params set what rules let teams choose: rule id, name, value.
	Params map[string]map[string]any `yaml:"params"`
	// HelmValues are files of values that are laid over a chart's own, the last
	// strongest: FILE, or CHART=FILE for the chart in one directory.
	HelmValues []string `yaml:"helm-values"`
}

// DAST configures the dynamic test.
type DAST struct {
	// Compose lists the files of the stack; empty means the repository's first set.
	Compose  []string `yaml:"compose"`
	Profiles []string `yaml:"profiles"`
	// Env gives values to variables of the Compose files. The value "random" makes
	// one up for the run.
	Env map[string]string `yaml:"env"`
	// Engine is auto, zap or builtin.
	Engine string `yaml:"engine"`
	// ZAPURL is the address of a ZAP that runs already, for example http://zap:8090.
	ZAPURL string `yaml:"zap-url"`
	// ZAPKey is its API key, from the environment or an input only.
	ZAPKey string `yaml:"-"`
	// ZAPImage is the image of the ZAP that the stage starts.
	ZAPImage string `yaml:"zap-image"`
	// Target is the service to test, with port and scheme where they cannot be told.
	Target Target `yaml:"target"`
	// Protected are the paths that must demand a bearer token.
	Protected []string `yaml:"protected-paths"`
	// Methods are the HTTP methods that the service may answer.
	Methods []string `yaml:"allowed-methods"`
	// Publish publishes the ports that the stack declares, on 127.0.0.1 alone: for a ZAP
	// or a person on the same machine.
	Publish bool `yaml:"publish-ports"`
	// Ready is how long the stack may take to become healthy.
	Ready time.Duration `yaml:"ready-timeout"`
	// MinURLs is how many pages the crawl must see for the result to count.
	MinURLs int `yaml:"min-urls"`
	// RulesFile is a rules file in ZAP's grammar, read from the trusted commit.
	RulesFile string `yaml:"rules-file"`
	// BaseReport is the report.json of an earlier run on the base commit, whose findings a
	// change is compared with. It stands outside of the checkout, because a change could
	// choose what stands inside.
	BaseReport string `yaml:"base-report"`
	// Threshold is low, medium or high: the less sure a rule of the built-in scanner may
	// be to speak, the more it reports.
	Threshold string `yaml:"threshold"`
	// Exclude are regular expressions; URLs that match from their start are not visited.
	Exclude []string `yaml:"exclude"`
	// AjaxSpider crawls with ZAP's browser too. It needs ZAP.
	AjaxSpider bool `yaml:"ajax-spider"`
	// ScanTime is how long the crawl may take; zero means the scanner's own bound.
	ScanTime time.Duration `yaml:"scan-timeout"`
	// Auth is a header that every request of the scan carries.
	Auth AuthHeader `yaml:"auth"`
	// Baseline says whether to report as ZAP's baseline scan does.
	Baseline ZAPBaseline `yaml:"zap-baseline"`
	// Allow lists Compose keys that the guard would refuse, as service.key.
	Allow []string `yaml:"allow-unsafe"`
	// RateLimit is how many requests a second the service may accept from one client;
	// 0 leaves the question out.
	RateLimit int `yaml:"rate-limit"`
	// Metrics are what /metrics must hold.
	Metrics []string `yaml:"required-metrics"`
	// SecretFiles are paths in the containers that their owner alone may use.
	SecretFiles []string `yaml:"secret-files"`
	// Budget bounds the steps of the test.
	Budget Budget `yaml:"budget"`
}

// Target names the service under test.
type Target struct {
	// URL is a target outside of any stack. It is only read, unless Own is set.
	URL     string   `yaml:"url"`
	Service string   `yaml:"service"`
	Port    int      `yaml:"port"`
	Scheme  string   `yaml:"scheme"`
	Paths   []string `yaml:"paths"`
	// CAFile is a file of the repository with the authorities that sign the
	// target's certificate.
	CAFile string `yaml:"ca-file"`
	// TokenEnv names the environment variable with a token that opens the protected
	// paths.
	TokenEnv string `yaml:"token-env"`
	// Own says that the target at URL may be asked questions that it must refuse, and
	// more of them than its rate limit allows.
	Own bool `yaml:"own"`
	// AllowAddresses lists private networks that the name in URL may lead to.
	AllowAddresses []string `yaml:"allow-addresses"`
}

// Budget is how long each step of the dynamic test may take, within the stage's
// timeout. What a step has seen when its time is over counts, marked as incomplete.
type Budget struct {
	// Stack is for pulling, building, starting and waiting.
	Stack  time.Duration `yaml:"stack"`
	Probes time.Duration `yaml:"probes"`
	Scan   time.Duration `yaml:"scan"`
}

// Report configures what is sent to GitHub.
type Report struct {
	// Comment is on-change, always, on-failure or never.
	Comment string `yaml:"comment"`
	// UploadSARIF is auto or never.
	UploadSARIF string `yaml:"upload-sarif"`
}

// Exception accepts a finding or a gap. Reason, owner and expiry are required in the
// configuration; one from a file of another tool has what that file says.
type Exception struct {
	// Rule is a rule, a kind of gap (gap/...) or an advisory, by its id.
	Rule string `yaml:"rule" json:"rule"`
	// Path is a glob over the finding's file; empty means every file.
	Path string `yaml:"path" json:"path,omitempty"`
	// Subject is a glob over the finding's subject; empty means every subject.
	Subject string `yaml:"subject" json:"subject,omitempty"`
	Reason  string `yaml:"reason" json:"reason"`
	Owner   string `yaml:"owner" json:"owner"`
	// Expires is the last day, UTC, on which the exception holds.
	Expires Date `yaml:"expires" json:"expires"`
	// Lines limits it to lines of the one file that Path names.
	Lines Lines `yaml:"-" json:"-"`
	// Packages limits it to packages, by package URLs that may leave the version out: one
	// a line, a product before a space before its component. Empty means every package.
	Packages string `yaml:"-" json:"packages,omitempty"`
	// Source is the kind of file that it was read from, empty for the configuration.
	Source string `yaml:"-" json:"source,omitempty"`
	// Location is where the exception stands.
	Location finding.Location `yaml:"-" json:"-"`
}

// RegistryAuth is a credential for one registry host.
type RegistryAuth struct {
	Host, Username, Password string
}

// DefaultRulesFile is where ZAP's users keep their rules file. It may be absent.
const DefaultRulesFile = ".zap/rules.tsv"

// Default returns the configuration of a repository that has none.
func Default() Config {
	return Config{
		FailOnSeverity: Threshold{Severity: finding.High},
		Timeout:        15 * time.Minute,
		Deps: Deps{WarnAge: 24 * time.Hour, MaxAge: 72 * time.Hour, Repositories: []string{
			"mirror.gcr.io/aquasec/trivy-db:2", "ghcr.io/aquasecurity/trivy-db:2",
		}, JavaRepositories: []string{
			"mirror.gcr.io/aquasec/trivy-java-db:1", "ghcr.io/aquasecurity/trivy-java-db:1",
		}},
		Hardening: Hardening{Profile: "guide"},
		DAST: DAST{
			Engine:    "auto",
			ZAPImage:  "ghcr.io/zaproxy/zaproxy:stable",
			Protected: []string{"/jobs"},
			Methods:   []string{"GET", "POST", "PATCH"},
			Ready:     2 * time.Minute,
			MinURLs:   1,

			RateLimit:   40,
			Metrics:     []string{"stella_quota_token_days_remaining"},
			SecretFiles: []string{"/var/lib/stella/tokens/client.jwt", "/keys/jwt.pem"},
			Budget:      Budget{Stack: 8 * time.Minute, Probes: 3 * time.Minute, Scan: 5 * time.Minute},
			RulesFile:   DefaultRulesFile,
			Threshold:   "medium",
			Auth:        AuthHeader{Header: "Authorization"},
		},
		Report: Report{Comment: "on-change", UploadSARIF: "auto"},
	}
}

// Runs reports whether the named stage was asked for.
func (c Config) Runs(stage string) bool {
	if len(c.Stages) == 0 {
		return true
	}
	for _, s := range c.Stages {
		if s == stage {
			return true
		}
	}
	return false
}
