package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/policy"
)

func (a *app) newCommand() *cobra.Command {
	c := &cobra.Command{Use: "new", Short: "Start something new", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	var dir string
	rule := &cobra.Command{
		Use: "rule PACK/KIND/RULE", Short: "Write a rule, its test and its examples, ready to be changed", Args: cobra.ExactArgs(1),
		Long: "Writes a rule that works, with its test and its examples, into a pack of your own.\n" +
			"Nothing that exists is overwritten. Kinds are " + strings.Join(policy.Kinds[:], ", ") + ".",
		Example: "  assure new rule acme/compose/owner-label",
		RunE:    func(_ *cobra.Command, args []string) error { return a.newRule(args[0], dir) },
	}
	rule.Flags().StringVar(&dir, "dir", "", "The pack's directory (default policies/PACK).")
	c.AddCommand(rule)
	return c
}

// newRule writes the files of a new rule. The list of controls may be there already;
// the rule and its test may not.
func (a *app) newRule(id, dir string) error {
	files, err := policy.Scaffold(id)
	if err != nil {
		return err
	}
	if dir == "" {
		dir = packDir(id)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make pack directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open pack directory: %w", err)
	}
	defer root.Close()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if _, err := root.Stat(name); err == nil && !strings.HasPrefix(name, "controls/") {
			return fmt.Errorf("%s exists already; choose another name", filepath.Join(dir, name))
		}
	}
	for _, name := range names {
		if err := a.create(root, name, files[name]); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), err)
		}
	}
	if strings.Count(id, "/") == 2 {
		fmt.Fprintf(a.Stdout, "Name the pack in the configuration: hardening: {packs: [%s]}. Test it: opa test %s\n", filepath.ToSlash(dir), filepath.ToSlash(dir))
	}
	return nil
}

// packDir is where the rules of the pack live: policies is the built-in one.
func packDir(id string) string {
	pack, rest, _ := strings.Cut(id, "/")
	if !strings.Contains(rest, "/") {
		return "policies"
	}
	return filepath.Join("policies", pack)
}

// create writes a file that does not exist yet; one that does stays as it is.
func (a *app) create(root *os.Root, name, data string) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err = f.WriteString(data); err == nil {
		fmt.Fprintf(a.Stdout, "wrote %s\n", filepath.ToSlash(filepath.Join(root.Name(), name)))
	}
	return errors.Join(err, f.Close())
}
