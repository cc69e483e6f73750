package blobs

import (
	"errors"
	"fmt"

	"github.com/stella-ops/assure/internal/stage/images/dotnet"
)

// pluginVersion is the attribute by which a plug-in names the version of its host.
const pluginVersion = "StellaPluginVersion"

// judgeVersion wants the plug-in to name the host's major and minor version.
func (b *Check) judgeVersion(file string, data []byte, want string) {
	got, err := dotnet.Attribute(data, pluginVersion)
	b.Set.Judge(Version, 1)
	switch {
	case errors.Is(err, dotnet.ErrNone):
		b.add(Version, file, fmt.Sprintf("%s does not carry %s, so the host cannot tell whether it fits", file, pluginVersion))
	case err != nil:
		b.add(Version, file, fmt.Sprintf("%s says no version: %v", file, err))
	case got != want:
		b.add(Version, file, fmt.Sprintf("%s is made for version %q of its host, not for %s", file, got, want))
	}
}
