// Package finding holds the words that every other package speaks: rules,
// findings, locations and controls. It imports the standard library only.
package finding

// Finding is one hit of a rule: SARIF's result. It carries no verdict; whether it
// counts is decided by the report.
type Finding struct {
	// Rule is the id of the rule that was broken.
	Rule string
	// Severity of this hit, which may differ from the rule's default.
	Severity Severity
	// Message says in one sentence what is wrong here. It may quote the repository's
	// text, which reporters escape.
	Message string
	// Location is the one place in a repository file where the finding sits.
	Location Location
	// Related are further places that explain the finding.
	Related []Related
	// Shared is true when the file is no part of the identity: one finding for all the
	// files in which it is true, such as lock files with the same vulnerable package.
	Shared bool
	// Whole is true when the repository as a whole is meant, mostly because it lacks
	// something: the file is only where that is shown, and no part of the identity.
	Whole bool
	// Subject is what was judged: a service, an image reference, a package URL.
	Subject string
	// Alias is another name of the subject, without its namespace or by its number, by
	// which exceptions may call it; empty for none. It is no part of the identity.
	Alias string
	// Key tells apart findings of one rule on one subject in one file: where in the
	// document and what, a package name. It holds no line, no index and no version.
	Key string
	// Degree is how bad this is among findings of one identity, higher being worse: the
	// seconds that a token lives. 0 where nothing is counted.
	Degree float64
	// Reach is all that this gives away, each thing as a row of words: a capability, a path
	// with what is below it, a port. A word * is any. It is no part of the identity; what
	// reaches less than before is not new. Empty where nothing can be narrowed.
	Reach [][]string
	// Remediation says how to fix this hit; empty means the rule's own text.
	Remediation string
	// Fix is the change that fixes it, nil when none is known.
	Fix *Fix
	// Gate says why this hit fails the gate whatever its severity; empty when only the
	// severity counts.
	Gate string
	// Properties are further facts for machines: installed version, evidence, URL.
	Properties map[string]string
}

// Related is a further place with the reason why it matters.
type Related struct {
	Location Location
	Message  string
	// Target is true of a place where a shared finding is true as well.
	Target bool
}

// Fix is a change to one file, as byte splices that never overlap.
type Fix struct {
	// Description says what the change does.
	Description string
	// Safe is true when the fix cannot change what the deployment does, apart from
	// the weakness it removes.
	Safe bool
	// Edits are the splices, all in the finding's own file.
	Edits []Edit
}

// Edit replaces the bytes from Start up to End (byte offsets in the file) by Text.
type Edit struct {
	Start, End int
	Text       string
}
