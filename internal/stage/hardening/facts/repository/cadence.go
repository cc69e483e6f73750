package repository

import (
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workflow"
)

// cadence are the facts about what happens around the deployment: workflows, scripts,
// scheduled jobs, and the updates that the repository needs.
type cadence struct {
	Workflows []workflow.Workflow  `json:"workflows"`
	Scripts   []workflow.Script    `json:"scripts"`
	Scheduled []workflow.Scheduled `json:"scheduled"`
	// Ecosystems are the kinds of dependencies in the repository.
	Ecosystems []ecosystem `json:"ecosystems"`
	// Stores are the paths of services that hold data.
	Stores []any `json:"stores"`
	// Token is the path of a use of the client token, nil without one; Reminded is true
	// when an alert watches its end.
	Token    []any `json:"token"`
	Reminded bool  `json:"reminded"`
	// Admission is true when the cluster itself refuses unsigned images.
	Admission bool `json:"admission"`
}

func newCadence(p *plan.Plan, roles map[string]string) cadence {
	files := value.Object(p.Config.Model["files"])
	w := workflow.Files(files)
	c := cadence{Workflows: w.Workflows(), Scripts: w.Scripts(), Stores: []any{}}
	c.Scheduled = workflow.ScheduledJobs(p, c.Workflows, files)
	c.Ecosystems = ecosystems(p, c.Workflows)
	for i, d := range p.Documents {
		c.document(i, d, roles)
	}
	c.Reminded = mentioned(files, "stella_quota_token_days_remaining")
	return c
}

// document notes what one deployed document means for the cadence.
func (c *cadence) document(i int, d plan.Document, roles map[string]string) {
	base := []any{"documents", i}
	switch d.Kind {
	case plan.Compose:
		services := value.Object(d.Model["services"])
		for _, name := range value.Keys(services) {
			if role := roles[name]; role == "store" || role == "" && isStore(services[name]) {
				c.Stores = append(c.Stores, value.Under(base, "services", name))
			}
		}
	case plan.Kubernetes:
		for _, store := range storeContainers(d.Model) {
			c.Stores = append(c.Stores, append(slices.Clone(base), store...))
		}
		kind := value.Text(d.Model["kind"])
		c.Admission = c.Admission || kind == "ClusterImagePolicy" || kind == "ClusterPolicy" && value.HasKey(d.Model, "verifyImages")
	default:
		return
	}
	if c.Token == nil {
		c.Token = value.Find(d.Model, base, "client.jwt")
	}
}

// storeContainers are the paths of containers that run a store.
func storeContainers(model map[string]any) [][]any {
	var out [][]any
	for _, pod := range [][]any{{"spec"}, {"spec", "template", "spec"}} {
		for i, item := range value.List(value.Object(value.Lookup(model, pod))["containers"]) {
			if isStore(item) {
				out = append(out, value.Under(pod, "containers", i))
			}
		}
	}
	return out
}

// isStore reports whether the image of a service or container is a store.
func isStore(v any) bool {
	return container.StoreOf(container.ImageName(value.Text(value.Object(v)["image"]))) != ""
}

// mentioned reports whether configuration other than prose and scripts holds the text.
func mentioned(files map[string]any, part string) bool {
	for _, f := range files {
		if m := value.Object(f); m["family"] != "document" && m["family"] != "script" && value.Find(m["content"], []any{}, part) != nil {
			return true
		}
	}
	return false
}
