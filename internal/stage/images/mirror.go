package images

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// original is the reference under the name that its mirror copies; others are their own.
func (s *Stage) original(ref reference.Reference) reference.Reference {
	for _, m := range s.cfg.Mirrors {
		rest, ok := strings.CutPrefix(ref.Name(), strings.TrimSuffix(reference.Hub(m.At), "/"))
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		if o, err := reference.Parse(strings.TrimSuffix(reference.Hub(m.Of), "/") + rest); err == nil {
			o.Tag, o.Digest = ref.Tag, ref.Digest
			return o
		}
	}
	return ref
}
