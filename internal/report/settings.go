package report

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

var (
	excludeUnusedRule = finding.Rule{
		ID: "assure/exclude-unused", Severity: finding.Low,
		Title:       "A pattern of exclude matches nothing",
		Description: "Nothing in the repository matches the pattern. It is misspelt, or what it excluded is gone; left in place it would hide the next file of that name.",
		Remediation: "Correct the pattern, or remove it. What git ignores need not be excluded.",
	}
	settingUnusedRule = finding.Rule{
		ID: "assure/setting-unused", Severity: finding.Low,
		Title:       "A setting matches nothing",
		Description: "An entry of the configuration, such as an image rule, a key or an allowed registry, speaks of nothing in the repository. It is misspelt and protects nobody, or what it was written for is gone and the next thing of that name would fall under it.",
		Remediation: "Correct the entry as the message says, or remove it.",
	}
	generatedMissingRule = finding.Rule{
		ID: "assure/generated-missing", Severity: finding.Medium,
		Title:       "A directory of generated files is not there",
		Description: "The setting generated names a directory whose files are to be assessed, and it does not exist, so nothing in it was.",
		Remediation: "Generate the files before this run, or remove the directory from generated.",
	}
	brokenRule = finding.Rule{
		ID: "assure/configuration-broken", Severity: finding.High,
		Title:       "The change breaks the configuration",
		Description: "The configuration that the change brings, or a pack, a key, an ignore file or a VEX document of it, cannot be read, or is named and not there. It does not count yet, but after the merge every run would stop at it or do without it.",
		Remediation: "Correct the file as the message says.",
	}
	gateChangedRule = finding.Rule{
		ID: "assure/gate-changed", Severity: finding.High,
		Title:       "The change edits the gate",
		Description: "The change edits the configuration or the workflow by which later changes are judged. What it says about itself does not count before the merge. A workflow edit that may let more pass, such as a step, a job or a trigger removed, a condition added, weaker inputs, or a tag instead of a commit, has severity high; every other edit, such as a newer commit of the same action or other settings, is information for the reviewer.",
		Remediation: "Let somebody who answers for the gate review the edit. Where it has to loosen the gate, a maintainer merges it on purpose; no exception of the change itself can accept it.",
	}
)

// ExcludeUnused is the finding about a pattern of exclude that matches nothing.
func ExcludeUnused(pattern string, at finding.Location) finding.Finding {
	return setting(excludeUnusedRule, pattern, fmt.Sprintf("the pattern %q matches nothing that git holds", pattern), at)
}

// SettingUnused is the finding about an entry at a path of the configuration that matches
// nothing.
func SettingUnused(path, entry, why string, at finding.Location) finding.Finding {
	f := setting(settingUnusedRule, entry, path+": "+why, at)
	f.Key = entry // what moves within a list stays the same
	return f
}

// GeneratedMissing is the finding about a directory of generated that is not there.
func GeneratedMissing(dir string, at finding.Location) finding.Finding {
	return setting(generatedMissingRule, dir, fmt.Sprintf("the directory %q does not exist", dir), at)
}

// BrokenConfiguration is the finding about a mistake in the configuration of a change.
func BrokenConfiguration(mistake string, at finding.Location) finding.Finding {
	return setting(brokenRule, at.URI, mistake, at)
}

// GateEdited is the finding about an edit of what runs the gate.
func GateEdited(edit string, loosens bool, at finding.Location) finding.Finding {
	f := setting(gateChangedRule, at.URI, edit, at)
	if !loosens {
		f.Severity = finding.Info
	}
	return f
}

// GatePending is the finding about settings that hold once the change is merged.
func GatePending(changes []string, at finding.Location) finding.Finding {
	f := setting(gateChangedRule, at.URI, "after the merge: "+strings.Join(changes, "; "), at)
	f.Severity = finding.Info
	return f
}

func setting(rule finding.Rule, subject, message string, at finding.Location) finding.Finding {
	return finding.Finding{Rule: rule.ID, Severity: rule.Severity, Message: message, Location: at, Subject: subject, Key: message}
}
