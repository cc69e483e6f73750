package helm

import (
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

// TestGolden renders the chart in chart/ of every archive, with over.yaml laid over it
// where there is one.
func TestGolden(t *testing.T) {
	t.Parallel()
	rendertest.Golden(t, func(t *testing.T, files map[string]string) string {
		return rendertest.Describe(Render(t.Context(), rendertest.Repository(t, files), "chart", over(files)), files)
	})
}

func over(files map[string]string) []string {
	if _, ok := files["over.yaml"]; ok {
		return []string{"over.yaml"}
	}
	return nil
}
