package images

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// pinRules are about what is pinned, and by whose word.
func pinRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: rulePlatform, Severity: finding.Info,
			Title:       "A digest pins one platform of several",
			Description: "The tag leads to an index of several platforms and the digest to one of them. Hosts of another platform cannot run it, and updaters that compare it with the tag always see a difference.",
			Remediation: "Pin the digest of the index, unless one platform is meant.",
		},
		{
			ID: ruleTrust, Severity: finding.Medium, Controls: []string{"SHG-6.04"},
			Title:       "A change touches a file that trust is built on",
			Description: "The key of the base commit decides about this change; from the next one on it is the new file. Whoever may merge it chooses whose signatures count.",
			Remediation: "Have the owners of the key confirm its new fingerprint before the change is merged.",
		},
	}
}

// judgePlatform reports a digest that is one platform of its tag's index.
func (r *run) judgePlatform(set *finding.Set, u use, a *answer) {
	set.Judge(rulePlatform, 1)
	if a.index != "" {
		set.Findings = append(set.Findings, u.finding(rulePlatform, severityOf(rulePlatform),
			fmt.Sprintf("%s is one platform of the index %s that its tag leads to", a.ref, a.index)))
	}
}

// maxKey is far above any public key, in bytes.
const maxKey = 64 << 10

// judgeTrust compares the key files of the commit under test with those that are
// trusted, which come from the base commit.
func (s *Stage) judgeTrust(set *finding.Set, p *plan.Plan) {
	for _, k := range s.cfg.Keys {
		if k.File == "" || s.opts.ReadKey == nil || p.Tree == nil {
			continue
		}
		trusted, err := s.opts.ReadKey(k.File)
		if err != nil {
			continue // loading the key reports it
		}
		set.Judge(ruleTrust, 1)
		if message := changed(p.Tree, k.File, trusted); message != "" {
			set.Findings = append(set.Findings, finding.Finding{
				Rule: ruleTrust, Severity: severityOf(ruleTrust), Message: message, Location: finding.Top(k.File), Subject: k.ID,
			})
		}
	}
}

func changed(tree *source.Tree, file string, trusted []byte) string {
	data, err := tree.Read(file, maxKey)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s is gone; the key of the base commit was used", file)
	case err != nil:
		return fmt.Sprintf("%s differs from the base commit: %v; the key of the base commit was used", file, err)
	case !bytes.Equal(data, trusted):
		return fmt.Sprintf("%s differs from the base commit, whose key was used", file)
	}
	return ""
}
