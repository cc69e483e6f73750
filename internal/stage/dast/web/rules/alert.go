// Package rules are the passive rules of ZAP's baseline: each looks at one answer and
// sends nothing. They keep ZAP's ids and names, so that reports can be compared.
package rules

// Threshold is ZAP's alert threshold: a low one reports more and is less sure.
type Threshold int

// The thresholds. The zero value is ZAP's default.
const (
	Medium Threshold = iota
	Low
	High
)

// Alert is one hit of a rule on one response, with ZAP's fields.
type Alert struct {
	// PluginID is the rule's number, Ref the number of its variant such as 10038-1.
	PluginID int
	Ref      string
	Name     string
	// Risk is High, Medium, Low or Informational; Confidence High, Medium or Low.
	Risk, Confidence string
	CWE, WASC        int
	Method, URL      string
	// Param and Evidence are text of the response: foreign and unescaped.
	Param, Evidence, Other string
	Description, Solution  string
	// Reference is zero or more URLs, one a line.
	Reference string
	// Level is the word of the rules file for this alert: INFO, WARN or FAIL, empty
	// when the file does not name it.
	Level string
	// Message is the user's remark in the rules file.
	Message string
	// Status is the status of the answer, such as 200 OK, empty when it is not known.
	Status string
	// Systemic marks an alert that stands for the same hit on many URLs.
	Systemic bool
	// Heuristic marks a guess, which is information whatever its risk is.
	Heuristic bool
}
