package container

import (
	"regexp"
	"strconv"
	"strings"
)

// Secret is a value that looks like a secret and stands in the file itself.
type Secret struct {
	Key string `json:"key"`
	// From is environment, argument (of a build) or label.
	From string `json:"from"`
	// Default is true when it is the default of a variable.
	Default bool  `json:"default"`
	Path    []any `json:"path"`
}

var (
	secretKey = regexp.MustCompile(`(?i)(^|[_.-])(passw(or)?d|passwd|passphrase|pwd|pass|secret|token|api_?key|apikey|` +
		`private_?key|access_?key|secret_?key|signing_?key|credentials?|client_?secret)(_?[0-9]+)?$|` +
		`(password|secret|apikey|accesskey|token)$`)
	// notSecret are keys that speak about a secret without holding one.
	notSecret = regexp.MustCompile(`(?i)(allow_empty|_file|_path|_name|_url|_type|_policy|_enabled|_ttl|_dir)|^(no|disable|enable)_`)
	filler    = regexp.MustCompile(`^(<.*>|\{\{.*\}\}|\*+|[xX]{3,}|\.{3,})$`)
)

// IsSecretKey reports whether a value under this key is expected to be secret.
func IsSecretKey(key string) bool { return secretKey.MatchString(key) && !notSecret.MatchString(key) }

// IsLiteral reports whether a value can be a secret itself: not a reference, a path, a
// switch, a number or filler text.
func IsLiteral(v string) bool {
	v = strings.TrimSpace(v)
	if v == "" || strings.HasPrefix(v, "/") || strings.Contains(v, "$") || filler.MatchString(v) {
		return false
	}
	_, notBool := strconv.ParseBool(v)
	switch strings.ToLower(v) {
	case "yes", "no", "on", "off", "none", "null":
		return false
	}
	return notBool != nil
}
