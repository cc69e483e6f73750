package workload

import (
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// signedLabel finds the label that claims a verified signature.
func signedLabel(obj map[string]any, at []any) []any {
	for _, labels := range [][]any{labelPath(at), {"metadata", "labels"}} {
		values := value.Object(value.Lookup(obj, labels))
		for _, key := range value.Keys(values) {
			word := key[strings.LastIndex(key, "/")+1:]
			if on, _ := strconv.ParseBool(value.Text(values[key])); on && strings.EqualFold(word, "CosignVerified") {
				return value.Under(labels, key)
			}
		}
	}
	return nil
}
