package finding

// Rule is what can be wrong, the same for every hit: SARIF's reportingDescriptor.
type Rule struct {
	// ID is stable and never reused, for example compose/privileged or CVE-2024-3094.
	ID string
	// Title is a short sentence without a full stop.
	Title string
	// Description says why it matters, in a few sentences.
	Description string
	// Remediation says how to fix it.
	Remediation string
	// Help is optional Markdown with examples; written by us, never by a scanner.
	Help string
	// HelpURI leads to more reading; empty or an https URL.
	HelpURI string
	// Severity is the default of its findings.
	Severity Severity
	// Score is SARIF's security-severity, 0.0 to 10.0; zero means Severity.Score().
	Score float64
	// Tags are free words for filters, such as CWE-250.
	Tags []string
	// Controls are the ids of the controls that a finding of this rule fails.
	Controls []string
}

// SecuritySeverity is the rule's number for SARIF, from Score or else Severity.
func (r Rule) SecuritySeverity() float64 {
	if r.Score > 0 {
		return r.Score
	}
	return r.Severity.Score()
}

// Control is one requirement of a framework, such as the hardening guide.
type Control struct {
	// ID is the framework's own or our stable name for it, for example SHG-3.04.
	ID string `json:"id" yaml:"id"`
	// Framework is the id of the framework that the control belongs to.
	Framework string `json:"framework" yaml:"-"`
	// Section of the framework's text.
	Section string `json:"section,omitempty" yaml:"section"`
	// Title says what must be true.
	Title string `json:"title" yaml:"title"`
	// Severity of missing it.
	Severity Severity `json:"severity" yaml:"severity"`
	// Tier is guide (in the text), derived (needed for the text to be true) or beyond.
	Tier string `json:"tier,omitempty" yaml:"tier"`
	// Assessed says who can answer: rule, registry, probe, host, evidence.
	Assessed []string `json:"assessed,omitempty" yaml:"assessed"`
	// Proof lists those of Assessed without whose answer the control is never satisfied:
	// what the others see is a sign and no proof.
	Proof []string `json:"proof,omitempty" yaml:"proof"`
	// Declared is true when the rules read only what a person wrote down, such as prose or
	// a date: the best state is then declared.
	Declared bool `json:"declared,omitempty" yaml:"declared"`
}
