package images

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// summaryPredicate is the type of SLSA's verification summaries.
const summaryPredicate = "https://slsa.dev/verification_summary/v1"

// verifier is how summaries call this program.
const verifier = "https://github.com/stella-ops/assure"

// addSummaries writes a verification summary of every verified image, one statement a
// line, unsigned: who publishes them signs them.
func (s *Stage) addSummaries(set *finding.Set, list []record) error {
	if s.opts.Now == nil {
		return fmt.Errorf("write verification summaries: the time is not known")
	}
	var lines strings.Builder
	for _, r := range list {
		data, err := json.Marshal(summary(r, s.opts.Now()))
		if err != nil {
			return fmt.Errorf("write verification summary: %w", err)
		}
		lines.Write(append(data, '\n'))
	}
	set.Files = append(set.Files, finding.File{Name: "images/verification-summaries.jsonl", Data: []byte(lines.String())})
	return nil
}

// summary says no SLSA level: what was verified are signatures and statements.
func summary(r record, now time.Time) map[string]any {
	type digest = map[string]string
	name, hex, _ := strings.Cut(r.Digest, ":")
	var inputs []any
	for _, a := range append(r.Signatures, r.Attestations...) {
		_, blob, _ := strings.Cut(a.Blob, ":")
		inputs = append(inputs, map[string]any{"uri": a.Type, "digest": digest{"sha256": blob}})
	}
	return map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": summaryPredicate,
		"subject": []any{map[string]any{"name": r.Reference, "digest": digest{name: hex}}},
		"predicate": map[string]any{
			"verifier": map[string]string{"id": verifier}, "timeVerified": now.UTC().Format(time.RFC3339),
			"resourceUri": r.Reference, "policy": map[string]any{"uri": strings.Join(r.Rules, ", ")},
			"inputAttestations": inputs, "verificationResult": "PASSED", "verifiedLevels": []string{"SLSA_BUILD_LEVEL_UNEVALUATED"},
		},
	}
}
