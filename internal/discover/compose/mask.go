package compose

import (
	"encoding/hex"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/stella-ops/assure/internal/discover/interpolate"
)

// Raw is loaded like the model, but its references must survive parsers that split at
// colons and dollar signs. They travel as hexadecimal between two private-use
// characters that no file has reason to contain.
const (
	maskOpen  = "\uF8F0"
	maskClose = "\uF8F1"
)

// mask hides the references of a text.
func mask(s string, _ template.Mapping) (string, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	segs, err := interpolate.Segments(s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, seg := range segs {
		if seg.Ref == nil && seg.Raw == seg.Text {
			b.WriteString(seg.Raw)
			continue
		}
		b.WriteString(maskOpen + hex.EncodeToString([]byte(seg.Raw)) + maskClose)
	}
	return b.String(), nil
}

// unmask brings the references back.
func unmask(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, maskOpen)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		code, after, _ := strings.Cut(rest, maskClose)
		text, err := hex.DecodeString(code)
		if err != nil {
			b.WriteString(maskOpen)
			s = rest
			continue
		}
		b.Write(text)
		s = after
	}
}

// unmaskAll brings the references back in a whole model, keys included.
func unmaskAll(v any) any {
	switch x := v.(type) {
	case string:
		return unmask(x)
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[unmask(k)] = unmaskAll(e)
		}
		return out
	case []any:
		for i := range x {
			x[i] = unmaskAll(x[i])
		}
	}
	return v
}
