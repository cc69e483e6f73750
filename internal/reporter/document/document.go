// Package document writes report.json and reads it back: the report as data, for other
// programs and for a later job that comments on a pull request.
package document

import (
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// schemaVersion of report.json. Keys may be added under the same number.
const schemaVersion = 1

// document is report.json. Locations hold URI references, percent-encoded as in SARIF,
// because a file name need not be text.
type document struct {
	Schema     int            `json:"schema"`
	Tool       docTool        `json:"tool"`
	Target     docTarget      `json:"target"`
	Time       time.Time      `json:"time"`
	Verdict    report.Verdict `json:"verdict"`
	Reasons    []string       `json:"reasons"`
	Gate       docGate        `json:"gate"`
	Stages     []docStage     `json:"stages"`
	Rules      []docRule      `json:"rules"`
	Findings   []docFinding   `json:"findings"`
	Fixed      []docFinding   `json:"fixed"`
	Controls   []docControl   `json:"controls"`
	Exceptions docExceptions  `json:"exceptions"`
	Pending    []docChange    `json:"pending"`
	Adopted    bool           `json:"adopted"`
	Database   *docDatabase   `json:"database"`
	Files      docFiles       `json:"files"`
	Counts     docCounts      `json:"counts"`
}

type docTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type docTarget struct {
	Root   string `json:"root"`
	Commit string `json:"commit"`
	Ref    string `json:"ref"`
	Event  string `json:"event"`
	Base   string `json:"base"`
	// How it is judged; the fields are those of report.Target.
	Trust        string `json:"trust"`
	Reason       string `json:"reason"`
	Policy       string `json:"policy"`
	PolicyCommit string `json:"policy_commit"`
}

type docGate struct {
	FailOn         string           `json:"fail_on"`
	Threshold      config.Threshold `json:"fail_on_severity"`
	BaselineReason string           `json:"baseline_reason"`
}

type docStage struct {
	Name       string         `json:"name"`
	State      report.State   `json:"state"`
	Reason     string         `json:"reason"`
	DurationMS int64          `json:"duration_ms"`
	Coverage   map[string]int `json:"coverage"`
	Gaps       []docGap       `json:"gaps"`
	Notes      []string       `json:"notes"`
	Files      docFileCounts  `json:"files"`
}

// docFileCounts has the fields of report.FileCounts.
type docFileCounts struct {
	Judged     int `json:"judged"`
	Excluded   int `json:"excluded"`
	Gap        int `json:"gap"`
	OutOfScope int `json:"out_of_scope"`
}

type docFiles struct {
	docFileCounts
	ExcludedBy []string `json:"excluded_by"`
}

type docGap struct {
	Rule        string        `json:"rule"`
	Class       report.Class  `json:"class"`
	Counts      bool          `json:"counts"`
	Message     string        `json:"message"`
	Location    *docLocation  `json:"location"`
	Subject     string        `json:"subject"`
	Remediation string        `json:"remediation"`
	Depends     []string      `json:"depends"`
	Fingerprint string        `json:"fingerprint"`
	Exception   *docException `json:"exception"`
}

type docRule struct {
	ID               string           `json:"id"`
	Title            string           `json:"title"`
	Severity         finding.Severity `json:"severity"`
	SecuritySeverity float64          `json:"security_severity"`
	HelpURI          string           `json:"help_uri"`
	Controls         []string         `json:"controls"`
	Description      string           `json:"description"`
	Remediation      string           `json:"remediation"`
	Tags             []string         `json:"tags"`
}

type docFinding struct {
	Stage       string            `json:"stage"`
	Rule        string            `json:"rule"`
	Severity    finding.Severity  `json:"severity"`
	Level       finding.Level     `json:"level"`
	Class       report.Class      `json:"class"`
	Gates       bool              `json:"gates"`
	Message     string            `json:"message"`
	Location    docLocation       `json:"location"`
	Related     []docRelated      `json:"related"`
	Subject     string            `json:"subject"`
	Key         string            `json:"key,omitempty"`
	Fingerprint string            `json:"fingerprint"`
	Controls    []string          `json:"controls"`
	Remediation string            `json:"remediation"`
	Fix         *docFix           `json:"fix"`
	Properties  map[string]string `json:"properties"`
	Exception   *docException     `json:"exception"`
}

type docLocation struct {
	URI    string    `json:"uri"`
	Region docRegion `json:"region"`
}

type docRegion struct {
	StartLine   int `json:"start_line"`
	StartColumn int `json:"start_column"`
	EndLine     int `json:"end_line"`
	EndColumn   int `json:"end_column"`
}

type docRelated struct {
	Location docLocation `json:"location"`
	Message  string      `json:"message"`
}

type docFix struct {
	Description string    `json:"description"`
	Safe        bool      `json:"safe"`
	Edits       []docEdit `json:"edits"`
}

type docEdit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type docControl struct {
	ID        string               `json:"id"`
	Framework string               `json:"framework"`
	Title     string               `json:"title"`
	State     report.ControlResult `json:"state"`
	Findings  int                  `json:"findings"`
	Reason    string               `json:"reason"`
	Section   string               `json:"section"`
	Severity  finding.Severity     `json:"severity"`
	Tier      string               `json:"tier"`
}

type docException struct {
	Rule     string       `json:"rule"`
	Path     string       `json:"path"`
	Subject  string       `json:"subject"`
	Reason   string       `json:"reason"`
	Owner    string       `json:"owner"`
	Expires  string       `json:"expires"`
	Location *docLocation `json:"location"`
	Packages string       `json:"packages,omitempty"`
	Source   string       `json:"source,omitempty"`
}

type docExceptions struct {
	Used    []docException `json:"used"`
	Expired []docException `json:"expired"`
	Unused  []docException `json:"unused"`
	Pending []docException `json:"pending"`
}

// docChange is a change of the policy that holds once the change under test is merged.
type docChange struct {
	Setting  string         `json:"setting"`
	Change   string         `json:"change"`
	Effect   finding.Effect `json:"effect"`
	Location docLocation    `json:"location"`
}

type docDatabase struct {
	Digest    string    `json:"digest"`
	UpdatedAt time.Time `json:"updated_at"`
	Source    string    `json:"source"`
}

type docCounts struct {
	Critical   int `json:"critical"`
	High       int `json:"high"`
	Medium     int `json:"medium"`
	Low        int `json:"low"`
	Info       int `json:"info"`
	Introduced int `json:"introduced"`
	Excepted   int `json:"excepted"`
	Gaps       int `json:"gaps"`
}
