package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/report"
)

// version is the release, set by the linker: -X .../internal/cli.version=1.2.3.
var version = "dev" //nolint:gochecknoglobals // the linker can set nothing else

func tool() report.Tool { return report.Tool{Name: "assure", Version: version} }

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.Stdout, "assure %s\n", version)
			if info, ok := debug.ReadBuildInfo(); ok {
				fmt.Fprintf(a.Stdout, "built with %s\n", info.GoVersion)
			}
			return nil
		},
	}
}
