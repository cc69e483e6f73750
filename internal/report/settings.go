package report

import (
	"fmt"

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
		Description: "The configuration that the change brings cannot be read. It does not count yet, but after the merge every run would stop at it.",
		Remediation: "Correct the configuration as the message says.",
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

func setting(rule finding.Rule, subject, message string, at finding.Location) finding.Finding {
	return finding.Finding{Rule: rule.ID, Severity: rule.Severity, Message: message, Location: at, Subject: subject, Key: message}
}
