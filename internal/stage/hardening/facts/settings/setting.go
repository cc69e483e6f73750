package settings

// setting is one application setting, wherever and however it is written.
type setting struct {
	// Name is in lower case with dots: concelier.authority.enabled. The sections that
	// every .NET application shares (logging, kestrel, ...) carry no prefix.
	Name string `json:"name"`
	// Value is a string, a bool, a number or nil.
	Value any `json:"value"`
	// Known is false when the value holds a variable without a value.
	Known bool `json:"known"`
	// Seconds is the value read as a duration, nil when it is none.
	Seconds *float64 `json:"seconds"`
	// From is file, variables (a file of them), compose or kubernetes.
	From string `json:"from"`
	// Application is concelier where the place shows it, else empty.
	Application string `json:"application"`
	// Service reads it: a Compose service or Kind/name/container; empty when unknown.
	Service string `json:"service"`
	// Overridden is true when a stronger source gives the reader another value.
	Overridden bool  `json:"overridden"`
	Path       []any `json:"path"`
}

// Bounds on what hostile files may put into the list.
const (
	maxSettings     = 5000
	maxSettingDepth = 32
)
