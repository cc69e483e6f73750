package finding

// Fate is what became of one file in one stage.
type Fate string

// The fates. Every regular file has one in every stage that ran.
const (
	// FateJudged: at least one rule decided about it, or its entries were counted.
	FateJudged Fate = "judged"
	// FateExcluded: a setting takes it out.
	FateExcluded Fate = "excluded"
	// FateGap: it should have been judged, but something in it was not seen.
	FateGap Fate = "gap"
	// FateOutOfScope: nothing in it is what the stage judges.
	FateOutOfScope Fate = "out-of-scope"
)

// Entry is one row of the ledger.
type Entry struct {
	File  string `json:"file"`
	Stage string `json:"stage"`
	Fate  Fate   `json:"fate"`
	// By says who judged it, which setting and line exclude it, or why it was not seen.
	By string `json:"by"`
}
