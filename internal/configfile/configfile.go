// Package configfile reads the configuration that stands beside the deployment: alert
// rules, workflows, application settings, policies. Each family has one reader that
// knows its files by name or content and turns them into JSON-like values with places.
package configfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/source"
)

// Family is what a file configures.
type Family string

// The families.
const (
	// Document is prose with headings: a security policy, a runbook, a change log.
	Document Family = "document"
	// AlertRules are groups of rules for Prometheus, Loki or Grafana.
	AlertRules Family = "alert-rules"
	// Prometheus is the configuration of the Prometheus server.
	Prometheus Family = "prometheus"
	// Alertmanager is the configuration of Alertmanager.
	Alertmanager Family = "alertmanager"
	// SIEM is a detection rule in the Sigma format.
	SIEM Family = "siem"
	// FluentBit is the configuration of the log shipper Fluent Bit.
	FluentBit Family = "fluent-bit"
	// Workflow is a GitHub workflow, Action an action's own file.
	Workflow Family = "workflow"
	Action   Family = "action"
	// Dependabot and Renovate keep dependencies new.
	Dependabot Family = "dependabot"
	Renovate   Family = "renovate"
	// Script is a shell script or Makefile, Crontab what cron starts.
	Script  Family = "script"
	Crontab Family = "crontab"
	// Evidence is a dated statement about something done outside the repository.
	Evidence Family = "evidence"
	// Dashboard is one of Grafana.
	Dashboard Family = "dashboard"
	// SecurityText is a security.txt, Version a file that holds the version alone.
	SecurityText Family = "security-txt"
	Version      Family = "version"
	// Settings are an application's settings.
	Settings Family = "settings"
	// Host sets up a machine: file systems and what auditd watches.
	Host Family = "host"
	// Plugin is the source code of a plug-in.
	Plugin Family = "plugin"
)

// File is one configuration file.
type File struct {
	Name   string
	Family Family
	// Content is made of JSON-like values: map[string]any, []any, string, bool, int,
	// float64 and nil. Its shape is the family's own.
	Content any
	// Locator finds places by paths in Content.
	Locator source.Locator
}

// Input is a file that may be of some family.
type Input struct {
	// Name is a slash path from the root.
	Name string
	// Data is the whole file, of one that is not YAML the first MiB.
	Data []byte
	// Docs are the file's YAML documents when it is YAML or JSON that could be parsed.
	Docs []*source.Doc
}

// reader reads the files of one family.
type reader struct {
	family Family
	// claims tells by the name alone whether the file may be of the family.
	claims func(name string) bool
	// read returns nil content when the file turns out to be something else.
	read func(in Input) (content any, at source.Locator, err error)
}

// readers are all families; the first that recognises a file reads it.
var readers = [...]reader{
	{Document, isProse, readProse},
	{Workflow, isWorkflow, readWorkflow}, {Action, isAction, readAction},
	{Dependabot, isDependabot, readDependabot}, {Renovate, isRenovate, readRenovate},
	{Script, isScript, readScript}, {Crontab, isCrontab, readLines},
	{Evidence, isEvidence, readEvidence}, {Dashboard, isDashboard, readDashboard},
	{SecurityText, isSecurityText, readSecurityText}, {Version, isVersion, readLines},
	{AlertRules, isYAML, withParts(yamlOf(isAlertRules))},
	{Prometheus, isYAML, yamlOf(isPrometheus)},
	{Alertmanager, isYAML, yamlOf(isAlertmanager)},
	{SIEM, isYAML, yamlOf(isSigma)},
	{FluentBit, isYAML, readFluentBitYAML},
	{FluentBit, isConf, readFluentBit},
	{Settings, isSettings, readSettings},
	{Host, isHost, readHost},
	{Plugin, isPlugin, readPlugin},
}

// Claims tells whether some family may read a file of this name.
func Claims(name string) bool {
	for _, r := range readers {
		if r.claims(name) {
			return true
		}
	}
	return false
}

// Read reads a file; nil without an error means that it is of no family.
func Read(in Input) (*File, error) {
	for _, r := range readers {
		if !r.claims(in.Name) {
			continue
		}
		content, at, err := r.read(in)
		if err != nil {
			return nil, fmt.Errorf("read %s file: %w", r.family, err)
		}
		if content != nil {
			return &File{Name: in.Name, Family: r.family, Content: content, Locator: at}, nil
		}
	}
	return nil, nil
}

func hasExtension(name string, exts ...string) bool {
	for _, ext := range exts {
		if strings.EqualFold(path.Ext(name), ext) {
			return true
		}
	}
	return false
}

// ReadText reads a file that stands inside another one, such as a ConfigMap. Its places
// are those inside the text.
func ReadText(name, text string) (*File, error) {
	in := Input{Name: name, Data: []byte(text)}
	if hasExtension(name, ".yaml", ".yml", ".json") {
		in.Docs, _ = source.Parse(name, in.Data) // nil when broken: its family decides what that means
	}
	return Read(in)
}
