// Package policies embeds the built-in policy pack: rules, their helpers and the
// controls that they assess.
package policies

import "embed"

// FS holds lib, one folder for each kind of document, and controls.
//
//go:embed lib/*.rego compose/*.rego kubernetes/*.rego dockerfile/*.rego config/*.rego controls/*.yaml
var FS embed.FS
