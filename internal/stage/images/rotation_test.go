package images

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
)

func TestNewestOfMajors(t *testing.T) {
	t.Parallel()
	tags := []string{"v1.0.0", "v1.10.0", "v1.9.9", "2.0.0", "v2.0.1-rc1", "v2.0", "nightly", "v3.0.0", "v3.0.1", "v99999999.0.0", "v0.1.0"}
	if diff := cmp.Diff([]string{"v0.1.0", "v1.10.0", "2.0.0", "v3.0.1"}, NewestOfMajors(tags)); diff != "" {
		t.Error(diff)
	}
	if got := NewestOfMajors([]string{"v1.0.0", "v2.0.0", "v3.0.0", "v4.0.0", "v5.0.0", "v6.0.0"}); len(got) != maxMajors || got[0] != "v2.0.0" {
		t.Error(got)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	one, _ := pair(t)
	two, _ := pair(t)
	cfg := config.Images{Keys: []config.Key{{ID: "release", File: "keys/cosign.pub"}, {ID: "inline", PEM: one}}}
	for name, tc := range map[string]struct {
		releases []Release
		err      error
		want     []string
		judged   int
	}{
		"new key":        {[]Release{{"v1.4.0", []byte(one)}, {"v2.0.0", []byte(two)}}, nil, []string{}, 1},
		"same key":       {[]Release{{"v1.4.0", []byte(one)}, {"v2.0.0", []byte(one + "\n")}, {"v3.0.0", []byte(two)}}, nil, []string{"image/key-not-rotated low"}, 2},
		"key came later": {[]Release{{"v1.4.0", nil}, {"v2.0.0", []byte(one)}}, nil, []string{}, 0},
		"one release":    {[]Release{{"v1.4.0", []byte(one)}}, nil, []string{}, 0},
		"no key":         {[]Release{{"v1.4.0", []byte("x")}, {"v2.0.0", []byte("x")}}, nil, []string{}, 0},
		"unreadable":     {nil, errors.New("bad object"), []string{"gap"}, 0},
	} {
		opts := Options{Offline: true, Releases: func(file string) ([]Release, error) {
			if file != "keys/cosign.pub" {
				t.Errorf("asked for %s", file)
			}
			return tc.releases, tc.err
		}}
		set, err := New(cfg, opts).Run(t.Context(), &plan.Plan{}, func(string) {})
		must(t, err)
		if diff := cmp.Diff(tc.want, brief(set)); diff != "" || set.Judged[ruleRotation] != tc.judged {
			t.Errorf("%s: %s judged %d", name, diff, set.Judged[ruleRotation])
		}
	}
}
