package reporter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// renderLedger writes ledger.json, one entry a line.
func renderLedger(entries []finding.Entry) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("[")
	for i, e := range entries {
		e.File, e.By = convert.Text(e.File), convert.Text(e.By)
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("render the ledger: %w", err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(data)
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

// LedgerTable renders rows of the ledger for a terminal: file, stage, fate and reason in
// columns.
func LedgerTable(entries []finding.Entry) string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", terminalPath(e.File), terminal(e.Stage), terminal(string(e.Fate)), terminal(short(e.By, textWidth)))
	}
	_ = w.Flush() // a strings.Builder takes everything
	return table.String()
}
