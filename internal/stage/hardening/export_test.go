package hardening

import "time"

// Update is the flag by which golden files are rewritten, for the tests from outside.
var Update = update

// Within is the stage with another bound for the rules on one document.
func (s *Stage) Within(limit time.Duration) *Stage {
	out := *s
	out.limit = limit
	return &out
}
