package plan

import "fmt"

// Namespace is the one that the file of a Kubernetes object names; empty for default. One
// that an overlay gives belongs to the overlay: the same lines may be rendered into many.
func (d *Document) Namespace() string {
	meta, _ := d.Model["metadata"].(map[string]any)
	if meta["namespace"] == nil || meta["namespace"] == "default" {
		return ""
	}
	if d.Overlay != "" && d.Locator != nil {
		object, _ := d.Locator.Locate([]any{"kind"})
		if at, _ := d.Locator.Locate([]any{"metadata", "namespace"}); at.URI != object.URI {
			return ""
		}
	}
	return fmt.Sprint(meta["namespace"])
}
