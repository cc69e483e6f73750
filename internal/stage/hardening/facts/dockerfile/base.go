package dockerfile

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
)

// isBackendBase reports whether a base is one for ASP.NET Core servers, or the backend's own
// image.
func isBackendBase(from string) bool {
	words := container.WordsOf(container.ImageName(from))
	return slices.Contains(words, "aspnet") || slices.Contains(words, "backend")
}

// minimal are words of images without shell and package manager.
var minimal = []string{"distroless", "chiseled", "chiselled", "scratch", "static", "nonroot"}

func isMinimal(from string) bool {
	ref, _, _ := strings.Cut(from, "@")
	return slices.ContainsFunc(minimal, func(w string) bool { return strings.Contains(ref, w) })
}
