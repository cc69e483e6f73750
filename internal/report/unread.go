package report

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// unreadKinds are the gaps of text that could not be read as what it is. A change that
// repairs it brings no more than the lines that it writes.
var unreadKinds = [...]string{
	gap.NotParsed, gap.ConflictMarkers, gap.ComposeNotLoaded, gap.ComposeItem, gap.ObjectMalformed,
	gap.TooLarge, gap.Encoding, gap.EntryNotRead, gap.RenderFailed, gap.TemplateUnread,
}

// unread is what of the base commit nobody could judge: subjects by the name that their
// file has in the head, an empty one for the whole file.
type unread struct {
	change Change
	what   map[string][]string
}

func newUnread(in Input) unread {
	u := unread{change: in.Change, what: map[string][]string{}}
	if in.Change == nil {
		return u
	}
	for _, run := range in.Base {
		for _, g := range run.Set.Gaps {
			if slices.Contains(unreadKinds[:], g.Rule) {
				u.add(g.Location.URI, g.Subject)
			}
		}
	}
	for _, file := range in.Unparsed {
		u.add(file, "")
	}
	return u
}

func (u unread) add(file, subject string) {
	file = u.change.File(file)
	u.what[file] = append(u.what[file], subject)
}

// holds reports whether a finding stands in what the base commit hid, on lines that the
// change did not write: a shared one in all its places.
func (u unread) holds(f Finding) bool {
	return !slices.ContainsFunc(places(f), func(at finding.Location) bool { return !u.at(f, at) })
}

// at reports that for one place of the finding.
func (u unread) at(f Finding, at finding.Location) bool {
	hidden := slices.ContainsFunc(u.what[at.URI], func(subject string) bool {
		return subject == "" || subject == f.Subject || subject == f.Key || strings.HasPrefix(f.Subject, subject+"/")
	})
	return hidden && !u.change.Revived(at.URI, at.Region.StartLine, max(at.Region.StartLine, at.Region.EndLine))
}

// places are where a finding is true: all its targets when it is shared.
func places(f Finding) []finding.Location {
	all := []finding.Location{f.Location}
	for _, r := range f.Related {
		if r.Target && f.Shared {
			all = append(all, r.Location)
		}
	}
	return all
}
