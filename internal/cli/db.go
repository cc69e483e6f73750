package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/feed"
)

// stock is what the dependency scan keeps between runs.
type stock struct {
	database *database.Store
	java     *database.Store
	feeds    *feed.Store
	// withJava also pulls the Java index.
	withJava bool
}

// inventory is what a stock holds, for people and as JSON.
type inventory struct {
	database.Info
	// Java is the Java index, nil without one.
	Java *database.Info `json:"java,omitempty"`
	// Feeds are the feeds that are at hand.
	Feeds []feed.Copy `json:"feeds,omitempty"`
}

// dbCommand looks after the vulnerability database and all that goes with it, also for
// networks without internet.
func (a *app) dbCommand() *cobra.Command {
	c := &cobra.Command{Use: "db", Short: "The vulnerability database, also for networks without internet", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	pull := a.dbAction("pull", "Fetch the newest database and the feeds that are configured into the cache", 0, func(ctx context.Context, s *stock, _ []string) (database.Info, error) {
		return s.pull(ctx)
	})
	pull.Flags().Bool("java", false, "Also fetch the index of Java archives, which is large.")
	c.AddCommand(
		pull,
		a.dbAction("info", "Say which database and feeds would be used and how old they are", 0, func(ctx context.Context, s *stock, _ []string) (database.Info, error) {
			return s.database.Info(ctx)
		}),
		a.dbAction("export FILE", "Write the database, the Java index and the feeds of the cache to one file", 1, func(ctx context.Context, s *stock, args []string) (database.Info, error) {
			return s.database.Export(ctx, args[0], s.java.Extra(), s.feeds.Extra())
		}),
		a.dbAction("import FILE", "Take what such a file holds into the cache", 1, func(ctx context.Context, s *stock, args []string) (database.Info, error) {
			return s.database.Import(ctx, args[0], s.java.Extra(), s.feeds.Extra())
		}),
	)
	return c
}

func (a *app) dbAction(use, short string, args int, do func(context.Context, *stock, []string) (database.Info, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(config.Sources{Env: a.LookupEnv, Flags: a.given()})
			if err != nil {
				return err
			}
			s := a.stock(cfg)
			if f := c.Flags().Lookup("java"); f != nil {
				s.withJava = f.Value.String() == "true"
			}
			info, err := do(c.Context(), s, args)
			if err != nil {
				return err
			}
			held, err := s.inventory(c.Context(), info)
			if err != nil {
				return err
			}
			return a.printStock(held)
		},
	}
}

func (a *app) stock(cfg config.Config) *stock {
	o := a.databaseOptions(cfg)
	return &stock{
		database: database.New(cfg.Deps, o), java: database.NewJava(cfg.Deps, o),
		feeds: feed.New(feed.Options{
			Sources: map[feed.Kind]string{feed.KEV: cfg.Deps.KEV, feed.EPSS: cfg.Deps.EPSS},
			Offline: cfg.Offline, CacheDir: o.CacheDir, Now: a.Now,
		}),
	}
}

// pull fetches everything that is configured; the first failure is the answer.
func (s *stock) pull(ctx context.Context) (database.Info, error) {
	info, err := s.database.Pull(ctx)
	if err == nil && s.withJava {
		_, err = s.java.Pull(ctx)
	}
	for _, k := range []feed.Kind{feed.KEV, feed.EPSS} {
		if err == nil && s.feeds.Configured(k) {
			_, err = s.feeds.Pull(ctx, k)
		}
	}
	return info, err
}

// inventory adds to the database what else there is; damage is an error, absence none.
func (s *stock) inventory(ctx context.Context, info database.Info) (inventory, error) {
	all := inventory{Info: info}
	java, err := s.java.Info(ctx)
	if err == nil {
		all.Java = &java
	} else if !database.IsNone(err) {
		return all, err
	}
	for _, k := range []feed.Kind{feed.KEV, feed.EPSS} {
		c, err := s.feeds.Cached(k)
		if err == nil {
			all.Feeds = append(all.Feeds, c)
		} else if !errors.Is(err, feed.ErrNone) {
			return all, err
		}
	}
	return all, nil
}

func (a *app) printStock(s inventory) error {
	if a.flags.format == "json" {
		return a.printJSON(s)
	}
	fmt.Fprintf(a.Stdout, "source   %s\ndigest   %s\nschema   %d\nupdated  %s (%s ago)\nnext due %s\nsize     %d bytes\n",
		reporter.TerminalLine(s.Source), s.Digest, s.Schema, s.UpdatedAt.Format(time.RFC3339),
		a.Now().Sub(s.UpdatedAt).Round(time.Hour), s.NextUpdate.Format(time.RFC3339), s.Size)
	if s.Java != nil {
		fmt.Fprintf(a.Stdout, "java     %s, updated %s, %d bytes\n", s.Java.Digest, s.Java.UpdatedAt.Format(time.RFC3339), s.Java.Size)
	}
	for _, c := range s.Feeds {
		fmt.Fprintf(a.Stdout, "%-8s %s, fetched %s from %s\n", c.Kind, c.Digest, c.FetchedAt.Format(time.RFC3339), reporter.TerminalLine(c.Source))
	}
	for _, n := range s.Notes {
		fmt.Fprintf(a.Stdout, "note     %s\n", reporter.TerminalLine(n))
	}
	return nil
}
