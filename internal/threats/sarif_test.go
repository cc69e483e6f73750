package threats_test

import (
	"encoding/json"
	"net/url"
	"testing"
)

// located reports whether a result stands in the file of this name, byte for byte.
func located(t *testing.T, sarif, name string) bool {
	t.Helper()
	var log struct {
		Runs []struct {
			Results []struct {
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(sarif), &log); err != nil {
		t.Fatal(err)
	}
	for _, run := range log.Runs {
		for _, r := range run.Results {
			for _, l := range r.Locations {
				if got, err := url.PathUnescape(l.PhysicalLocation.ArtifactLocation.URI); err == nil && got == name {
					return true
				}
			}
		}
	}
	return false
}
