package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stella-ops/assure/internal/policy"
)

// TestControlWords reads what an entry may say about who can prove a control.
func TestControlWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ fields, err string }{
		"proof":              {"assessed: [rule, probe], proof: [probe]", ""},
		"declared":           {"assessed: [evidence], declared: true", ""},
		"proof nobody gives": {"assessed: [rule], proof: [probe]", `proof "probe" is none of assessed [rule]`},
		"proof misspelled":   {"assessed: [probe], proof: [probes]", `proof "probes" is none of assessed [probe]`},
		"declared no answer": {"declared: perhaps", "cannot construct"},
		"assessed unknown":   {"assessed: [guess]", `assessed "guess" is none of`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "framework: acme\ntitle: Acme\ncontrols:\n  - {id: ACME-1, title: T, " + tt.fields + "}\n"
			list, err := policy.LoadControls(fstest.MapFS{"controls/acme.yaml": {Data: []byte(text)}})
			if tt.err == "" {
				if err != nil || len(list) != 1 || len(list[0].Proof) == 0 != list[0].Declared {
					t.Errorf("controls %+v, error %v", list, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}
