// Package config holds what a run is asked to do: defaults, overlaid by the
// configuration file, the environment and flags or action inputs, in that order.
package config

import (
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Files are the names under which a repository's configuration is looked for, in order.
var Files = [...]string{".github/assure.yml", ".assure.yml"}

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
}

// Deps configures the dependency scan.
type Deps struct {
	// Database is a directory with trivy.db and metadata.json, or an OCI layout.
	Database string `yaml:"database"`
	// Repositories are registry references of the database, tried in order.
	Repositories []string `yaml:"db-repository"`
	// Digest pins the database: sha256:<hex>.
	Digest string `yaml:"db-digest"`
	// MaxAge is the age above which the database no longer answers for today; zero
	// means no bound, only the age in the report.
	MaxAge time.Duration `yaml:"db-max-age"`
	// SkipUpdate uses the cached database without asking for a newer one.
	SkipUpdate bool `yaml:"skip-db-update"`
	// CacheDir holds the database between runs; empty means the user's cache directory.
	CacheDir string `yaml:"-"`
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

// Images configures the image trust stage.
type Images struct {
	// Keys are the public keys that may sign.
	Keys []Key `yaml:"keys"`
	// Rules say which images must be signed by whom; the first match decides.
	Rules []ImageRule `yaml:"rules"`
	// Registries is the list of allowed registries or repositories; empty allows all.
	Registries []string `yaml:"registries"`
	// InsecureRegistries may be reached by plain HTTP.
	InsecureRegistries []string `yaml:"insecure-registries"`
	// PrivateRegistries may have private or loopback addresses.
	PrivateRegistries []string `yaml:"private-registries"`
}

// Key is a public key with the name that rules use for it.
type Key struct {
	ID string `yaml:"id"`
	// File is a PEM file in the repository, read from the trusted commit.
	File string `yaml:"file"`
	// PEM is the key itself.
	PEM string `yaml:"pem"`
}

// ImageRule demands signatures of the images that match.
type ImageRule struct {
	// Match are globs over the full reference without tag and digest, for example
	// ghcr.io/acme/**.
	Match []string `yaml:"match"`
	// Keys are ids of keys of which one must have signed.
	Keys []string `yaml:"keys"`
	// Log is required, if-present (default) or ignore: what is asked of the
	// transparency log.
	Log string `yaml:"transparency-log"`
	// AllowUnsigned accepts unsigned images; it needs a reason.
	AllowUnsigned bool   `yaml:"allow-unsigned"`
	Reason        string `yaml:"reason"`
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
	// ZAPImage is the image of the ZAP that the stage starts.
	ZAPImage string `yaml:"zap-image"`
	// Target is the service to test, with port and scheme where they cannot be told.
	Target Target `yaml:"target"`
	// Protected are the paths that must demand a bearer token.
	Protected []string `yaml:"protected-paths"`
	// Methods are the HTTP methods that the service may answer.
	Methods []string `yaml:"allowed-methods"`
	// Ready is how long the stack may take to become healthy.
	Ready time.Duration `yaml:"ready-timeout"`
	// MinURLs is how many pages the crawl must see for the result to count.
	MinURLs int `yaml:"min-urls"`
	// Allow lists Compose keys that the guard would refuse, as service.key.
	Allow []string `yaml:"allow-unsafe"`
}

// Target names the service under test.
type Target struct {
	Service string   `yaml:"service"`
	Port    int      `yaml:"port"`
	Scheme  string   `yaml:"scheme"`
	Paths   []string `yaml:"paths"`
}

// Report configures what is sent to GitHub.
type Report struct {
	// Comment is on-change, always, on-failure or never.
	Comment string `yaml:"comment"`
	// UploadSARIF is auto or never.
	UploadSARIF string `yaml:"upload-sarif"`
}

// Exception accepts a finding. Reason, owner and expiry are required.
type Exception struct {
	// Rule is a rule or advisory id.
	Rule string `yaml:"rule" json:"rule"`
	// Path is a glob over the finding's file; empty means every file.
	Path string `yaml:"path" json:"path,omitempty"`
	// Subject is a glob over the finding's subject; empty means every subject.
	Subject string `yaml:"subject" json:"subject,omitempty"`
	Reason  string `yaml:"reason" json:"reason"`
	Owner   string `yaml:"owner" json:"owner"`
	// Expires is the last day, UTC, on which the exception holds.
	Expires Date `yaml:"expires" json:"expires"`
	// Location is where the exception stands.
	Location finding.Location `yaml:"-" json:"-"`
	// First and Last are the lines that a comment in the file itself holds for, 0 for
	// an exception of the configuration; Anchor is what stands there.
	First  int    `yaml:"-" json:"-"`
	Last   int    `yaml:"-" json:"-"`
	Anchor string `yaml:"-" json:"-"`
}

// RegistryAuth is a credential for one registry host.
type RegistryAuth struct {
	Host, Username, Password string
}

// Default returns the configuration of a repository that has none.
func Default() Config {
	return Config{
		FailOnSeverity: Threshold{Severity: finding.High},
		Timeout:        15 * time.Minute,
		Deps: Deps{Repositories: []string{
			"mirror.gcr.io/aquasec/trivy-db:2", "ghcr.io/aquasecurity/trivy-db:2",
		}},
		Hardening: Hardening{Profile: "guide"},
		DAST: DAST{
			Engine:    "auto",
			ZAPImage:  "ghcr.io/zaproxy/zaproxy:stable",
			Protected: []string{"/jobs"},
			Methods:   []string{"GET", "POST", "PATCH"},
			Ready:     2 * time.Minute,
			MinURLs:   1,
		},
		Report: Report{Comment: "on-change", UploadSARIF: "auto"},
	}
}

// Runs tells whether the named stage was asked for.
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
