package repository

import (
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/typography"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// assurance are the facts about what stands beside the deployment as whole files, and
// about what could not be read.
type assurance struct {
	// Problems are the Compose files that do not load, ComposeFiles all that there are.
	Problems     []problem       `json:"problems"`
	ComposeFiles map[string]bool `json:"compose_files"`
	// Host is what the repository sets up on machines.
	Host machine `json:"host"`
	// Plugins are compiled plug-ins.
	Plugins []pluginFile `json:"plugins"`
	// Keys are public keys whose name or directory holds a major version.
	Keys []publicKey `json:"keys"`
	// Certificates are those that cert-manager makes for services.
	Certificates []certificate `json:"certificates"`
	// Guides are copies of the hardening guide.
	Guides []guide `json:"guides"`
	// Typography are identifiers with typographic characters.
	Typography []typography.Typo `json:"typography"`
}

func newAssurance(p *plan.Plan) assurance {
	files := value.Object(p.Config.Model["files"])
	found := problems(p)
	return assurance{
		Problems: found, ComposeFiles: composeFiles(p, found), Host: newMachine(files), Plugins: plugins(p), Keys: publicKeys(p),
		Certificates: certificates(p), Guides: guides(files), Typography: typography.InFiles(files),
	}
}
