package reporter

import (
	"strings"

	"github.com/stella-ops/assure/internal/report"
)

// commentBytes bounds the pull-request comment; GitHub refuses one above 65,536
// characters.
const commentBytes = 60000

// untrusted stands above a report that the author of the change could have written.
const untrusted = "> This report comes from a run of the pull request's own workflow. It informs; it decides nothing.\n\n"

// Marker is the first line of the comment with the given key. It identifies the
// comment to update; whether that is ours is decided by its author.
func Marker(key string) string {
	key = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/:", r) {
			return r
		}
		return '_'
	}, short(key, 200))
	if key == "" {
		key = "default"
	}
	return "<!-- assure:summary v1 key=" + key + " -->"
}

// renderComment writes the pull-request comment: verdict, what this change brings, the
// stages, the exceptions it touches, and folded what was there before.
func renderComment(r *report.Report, o Options) ([]byte, error) {
	end := footer(r, o)
	p := &page{left: commentBytes - len(end)}
	p.add(Marker(o.Key) + "\n")
	if o.Untrusted {
		p.add(untrusted)
	}
	p.add(verdictSection(r))
	brought, disclosed, before := split(counted(r))
	p.list(findingHeader("Findings of this change"), findingRows(brought), 50, "line", "\n")
	p.list(findingHeader("Disclosed since the base commit"), findingRows(disclosed), 20, "line", "\n")
	p.add(stageSection(r))
	gapSection(p, r, 20)
	pendingSection(p, r, 20)
	p.list("### Exceptions\n\n"+header("State", "Rule", "For", "Expires", "Owner", "Reason"), exceptionRows(r), 20, "exception", "\n")
	p.add(controlSection(r))
	p.list(foldedHeader("Findings that this change fixes")+findingHeader("Fixed"), findingRows(r.Fixed), 50, "line", folded)
	p.list(foldedHeader("Findings that were there before")+findingHeader("Existing"), findingRows(before), 50, "line", folded)
	return []byte(p.String() + end), nil
}

// split parts the findings into those that count for the change, those that became known
// meanwhile, and the older ones.
func split(list []report.Finding) (brought, disclosed, before []report.Finding) {
	for _, f := range list {
		switch f.Class {
		case report.Existing:
			before = append(before, f)
		case report.NewlyDisclosed:
			disclosed = append(disclosed, f)
		default:
			brought = append(brought, f)
		}
	}
	return brought, disclosed, before
}
