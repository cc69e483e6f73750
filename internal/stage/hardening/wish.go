package hardening

import (
	"encoding/json"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
)

// wishes are the changes that would fix findings, by the file that they stand in.
type wishes map[string][]wish

// wish is a change of one file.
type wish struct {
	// Finding is the index of the finding.
	Finding int
	Change  policy.Change
	// Paths are what the change's path may be inside the file, and At is where it leads.
	Paths [][]any
	At    finding.Location
}

// add notes the change that fixes a finding in its own file.
func (w wishes) add(i int, doc *plan.Document, file string, c *policy.Change) {
	if c == nil || doc.Kind == plan.Dockerfile {
		return
	}
	if at, _ := locate(doc, c.Path); at.URI == file {
		w[file] = append(w[file], wish{i, *c, ownPaths(doc, c.Path), at})
	}
}

// fulfil gives the findings the splices that make the changes. They depend on the file
// and on what is wished of it alone.
func (w wishes) fulfil(tree *source.Tree, findings []finding.Finding) {
	for file, list := range w {
		about, err := json.Marshal(list)
		if err != nil || tree == nil {
			continue
		}
		fixes, _ := source.Ask(tree, source.Question[[]*finding.Fix]{
			Name: "fixes " + string(about), Limit: maxFixFile,
			Answer: func(name string, data []byte) []*finding.Fix { return fixesOf(name, data, list) },
		}, file)
		for i, f := range fixes {
			findings[list[i].Finding].Fix = f
		}
	}
}

// fixesOf are the splices for each wish, nil for those that none makes true.
func fixesOf(name string, data []byte, list []wish) []*finding.Fix {
	f := newFixer(name, data)
	if f == nil {
		return nil
	}
	out := make([]*finding.Fix, len(list))
	for i, w := range list {
		for _, path := range w.Paths {
			w.Change.Path = path
			if out[i] = f.fix(w.Change, w.At); out[i] != nil {
				break
			}
		}
	}
	return out
}

// ownPaths are what a path may be inside its own file: a path of the configuration
// leads through the document, or through the file and perhaps a key of its content.
func ownPaths(doc *plan.Document, path []any) [][]any {
	switch {
	case doc.Kind != plan.Config:
		return [][]any{path}
	case path[0] == "documents" && len(path) > 2:
		return [][]any{path[2:]}
	case path[0] == "files" && len(path) > 4:
		return [][]any{path[3:], path[4:]}
	}
	return nil
}
