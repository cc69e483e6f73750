package report

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// FileCounts says how many files had which fate.
type FileCounts struct{ Judged, Excluded, Gap, OutOfScope int }

// Files says what became of all files over all stages. Each counts once: as a gap when
// some stage did not see it, else as judged when some stage judged it.
type Files struct {
	FileCounts
	// ExcludedBy are the settings that exclude files, the one with most of them first.
	ExcludedBy []string
}

// Total is the number of files.
func (c FileCounts) Total() int { return c.Judged + c.Excluded + c.Gap + c.OutOfScope }

func (c *FileCounts) of(f finding.Fate) *int {
	switch f {
	case finding.FateJudged:
		return &c.Judged
	case finding.FateExcluded:
		return &c.Excluded
	case finding.FateGap:
		return &c.Gap
	default:
		return &c.OutOfScope
	}
}

// outOfScope is why nothing judged a file when the plan knows no better reason.
const outOfScope = "nothing this stage judges"

// rank orders fates by what the whole run may say of a file; weakest is what it says when
// every stage has nothing better.
type rank uint8

const (
	rankOutOfScope rank = iota
	rankFailed          // a stage broke off, and nobody knows what it would have judged
	rankExcluded
	rankJudged
	rankGap
)

// keepLedger writes down the fate of every file in every stage that ran, and counts.
func (r *Report) keepLedger(in Input) {
	if len(in.Files)+len(in.Excluded) == 0 {
		return
	}
	files := ledgerFiles(in, r)
	ranks := make([]rank, len(files))
	r.Ledger = make([]finding.Entry, 0, len(files)*len(r.Stages))
	for i := range r.Stages {
		run := &r.Stages[i]
		if run.State == Skipped || !slices.Contains(config.StageNames[:], run.Name) {
			continue
		}
		book := newBook(*run, r.Gaps, in)
		for n, file := range files {
			e, k := book.entry(file)
			r.Ledger = append(r.Ledger, e)
			*run.Files.of(e.Fate)++
			ranks[n] = max(ranks[n], k)
		}
		if run.State == NothingToCheck && run.Files.Judged+run.Files.Gap > 0 {
			run.State = Passed
		}
	}
	if len(r.Ledger) > 0 {
		r.Files = summarize(files, ranks, in.Excluded)
	}
}

// ledgerFiles are all files that anybody names, sorted: a gap may stand in what is no
// regular file.
func ledgerFiles(in Input, r *Report) []string {
	all := append(slices.Clone(in.Files), slices.Collect(maps.Keys(in.Excluded))...)
	for _, run := range r.Stages {
		for file := range run.Set.Seen {
			all = append(all, file)
		}
	}
	for _, g := range r.Gaps {
		if g.Location.URI != "" && !strings.HasSuffix(g.Location.URI, "/") {
			all = append(all, g.Location.URI)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// book is what one stage knows about files.
type book struct {
	run  StageRun
	in   Input
	gaps map[string]string
	// dirs is true when some gaps stand at directories.
	dirs bool
}

func newBook(run StageRun, gaps []Gap, in Input) book {
	b := book{run: run, in: in, gaps: map[string]string{}}
	for _, g := range gaps {
		if _, ok := b.gaps[g.Location.URI]; ok || g.Stage != run.Name || g.Location.URI == "" {
			continue
		}
		b.gaps[g.Location.URI] = because(g)
		b.dirs = b.dirs || strings.HasSuffix(g.Location.URI, "/")
	}
	return b
}

func because(g Gap) string {
	if g.Rule == "" {
		return g.Message
	}
	return g.Rule + ": " + g.Message
}

func (b book) entry(file string) (finding.Entry, rank) {
	e := finding.Entry{File: file, Stage: b.run.Name}
	var k rank
	if by, ok := b.gap(file); ok {
		e.Fate, e.By, k = finding.FateGap, by, rankGap
	} else if by, ok := b.run.Set.Seen[file]; ok {
		e.Fate, e.By, k = finding.FateJudged, by, rankJudged
	} else if by, ok := b.in.Excluded[file]; ok {
		e.Fate, e.By, k = finding.FateExcluded, by, rankExcluded
	} else if by, ok := b.in.OutOfScope[file]; ok {
		e.Fate, e.By = finding.FateOutOfScope, by
	} else if b.run.State == Failed && b.in.meant(b.run.Name, file) {
		e.Fate, e.By, k = finding.FateGap, "the stage ended in an error", rankFailed
	} else {
		e.Fate, e.By = finding.FateOutOfScope, outOfScope
	}
	return e, k
}

// meant reports whether a stage was to judge a file; where nobody says, it was.
func (in Input) meant(stage, file string) bool {
	if in.Meant == nil {
		return true
	}
	_, ok := in.Meant[stage][file]
	return ok
}

// gap finds the gap at the file or at a directory above it.
func (b book) gap(file string) (string, bool) {
	by, ok := b.gaps[file]
	for end := len(file); b.dirs && !ok; {
		if end = strings.LastIndexByte(file[:end], '/'); end < 0 {
			break
		}
		by, ok = b.gaps[file[:end+1]]
	}
	return by, ok
}

func summarize(files []string, ranks []rank, excluded map[string]string) (f Files) {
	fates := [...]finding.Fate{
		rankOutOfScope: finding.FateOutOfScope, rankFailed: finding.FateGap, rankExcluded: finding.FateExcluded,
		rankJudged: finding.FateJudged, rankGap: finding.FateGap,
	}
	by := map[string]int{}
	for i, k := range ranks {
		*f.of(fates[k])++
		if k == rankExcluded {
			by[excluded[files[i]]]++
		}
	}
	f.ExcludedBy = slices.Sorted(maps.Keys(by))
	slices.SortStableFunc(f.ExcludedBy, func(a, b string) int { return by[b] - by[a] })
	return f
}
