package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// ordered are the lists whose items are words, lines or steps in a row: alone they say
// little, and some are secrets.
var ordered = []string{"command", "entrypoint", "args", "test", "lines", "instructions", "stages", "documents", "problems"}

// itemName names an item of the list that the keys lead to.
func itemName(root string, keys []string, v any) string {
	list := ""
	if len(keys) > 0 {
		list = keys[len(keys)-1]
	}
	m := value.Object(v)
	switch {
	case slices.Contains(ordered, list):
		return ""
	case list == "cap_add" || list == "cap_drop" || slices.Contains(keys, "capabilities"):
		return container.CapabilityName(value.Text(v))
	case list == "ports":
		return port(v)
	case list == "devices" || list == "tmpfs" || list == "volumes" && (m == nil || m["target"] != nil):
		return mount(root, v)
	case list == "security_opt":
		return strings.ToLower(strings.Replace(value.Text(v), ":", "=", 1))
	case m != nil:
		return mapping(list, m)
	}
	return short(scalar(list, v))
}

// keyed are the lists of Compose whose items are KEY=VALUE.
var keyed = []string{"environment", "labels", "annotations", "sysctls", "args"}

func scalar(list string, v any) string {
	text := strings.TrimSpace(value.Text(v))
	if slices.Contains(keyed, list) {
		text, _, _ = strings.Cut(text, "=")
	}
	return text
}

// names are the keys by which the items of a list are told apart; the first that is there
// counts, and without one the whole item.
var names = map[string][]string{
	"volumeMounts": {"mountPath"}, "paths": {"path"}, "subjects": {}, "rules": {"host", "alert", "record"},
	"steps": {"uses", "id", "name"}, "updates": {"package-ecosystem"}, "ingress": {}, "egress": {},
}

var usual = []string{"name", "key", "id", "target", "host", "path"}

func mapping(list string, m map[string]any) string {
	keys, known := names[list]
	if !known {
		keys = usual
	}
	for _, k := range keys {
		if text := strings.TrimSpace(value.Text(m[k])); text != "" {
			if k == "uses" {
				text = withoutVersion(text)
			}
			return k + "=" + short(text)
		}
	}
	return short(content(m))
}

// content is a value in one spelling: mappings and lists sorted, what is empty left out.
func content(v any) string {
	switch x := v.(type) {
	case map[string]any:
		var parts []string
		for _, k := range value.Keys(x) {
			if c := content(x[k]); c != "" {
				parts = append(parts, k+":"+c)
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, item := range x {
			parts = append(parts, content(item))
		}
		slices.Sort(parts)
		return "(" + strings.Join(parts, ",") + ")"
	}
	return strings.TrimSpace(value.Text(v))
}

// longest is how long a part of a name may be before its hash stands for it.
const longest = 200

func short(s string) string {
	if len(s) <= longest {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
