package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/stage/deps/database"
)

// dbCommand looks after the vulnerability database, also for networks without internet.
func (a *app) dbCommand() *cobra.Command {
	c := &cobra.Command{Use: "db", Short: "The vulnerability database, also for networks without internet", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(
		a.dbAction("pull", "Fetch the newest database into the cache", 0, func(ctx context.Context, s *database.Store, _ []string) (database.Info, error) { return s.Pull(ctx) }),
		a.dbAction("info", "Say which database would be used and how old it is", 0, func(ctx context.Context, s *database.Store, _ []string) (database.Info, error) { return s.Info(ctx) }),
		a.dbAction("export FILE", "Write the database to one file", 1, func(ctx context.Context, s *database.Store, args []string) (database.Info, error) {
			return s.Export(ctx, args[0])
		}),
		a.dbAction("import FILE", "Take a database from a file into the cache", 1, func(ctx context.Context, s *database.Store, args []string) (database.Info, error) {
			return s.Import(ctx, args[0])
		}),
	)
	return c
}

func (a *app) dbAction(use, short string, args int, do func(context.Context, *database.Store, []string) (database.Info, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(config.Sources{Env: a.LookupEnv, Flags: a.given()})
			if err != nil {
				return err
			}
			info, err := do(c.Context(), database.New(cfg.Deps, a.databaseOptions(cfg)), args)
			if err != nil {
				return err
			}
			return a.printDatabase(info)
		},
	}
}

func (a *app) printDatabase(info database.Info) error {
	if a.flags.format == "json" {
		return a.printJSON(info)
	}
	fmt.Fprintf(a.Stdout, "source   %s\ndigest   %s\nschema   %d\nupdated  %s (%s ago)\nnext due %s\nsize     %d bytes\n",
		reporter.TerminalLine(info.Source), info.Digest, info.Schema, info.UpdatedAt.Format(time.RFC3339),
		a.Now().Sub(info.UpdatedAt).Round(time.Hour), info.NextUpdate.Format(time.RFC3339), info.Size)
	for _, n := range info.Notes {
		fmt.Fprintf(a.Stdout, "note     %s\n", reporter.TerminalLine(n))
	}
	return nil
}
