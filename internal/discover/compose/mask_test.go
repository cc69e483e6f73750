package compose

import (
	"strings"
	"testing"
)

func FuzzMask(f *testing.F) {
	for _, s := range []string{"", "a", "${A}", "$A:b", "a$$b", "${A:-${B}}", maskOpen, "${A}" + maskClose} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if masked, err := mask(s, nil); err == nil && !strings.ContainsAny(s, maskOpen+maskClose) && unmask(masked) != s {
			t.Errorf("%q: unmasked %q", s, unmask(masked))
		}
	})
}
