package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/document"
	"github.com/stella-ops/assure/internal/stage/all"
	"github.com/stella-ops/assure/internal/workspace"
	"github.com/stella-ops/assure/policies"
)

// knownRules are the rules of every profile and stage, and the kinds of gaps. Advisories are not among them:
// they come from the database.
func knownRules(packs ...policy.Pack) ([]finding.Rule, *policy.Engine, error) {
	engine, err := policy.Load(policies.FS, packs, "")
	if err != nil {
		return nil, nil, err
	}
	rules := slices.Concat(engine.Rules(), all.Rules(), report.Rules())
	for _, kind := range gap.Rules() {
		rules = append(rules, kind.Rule)
	}
	slices.SortFunc(rules, func(x, y finding.Rule) int { return strings.Compare(x.ID, y.ID) })
	return rules, engine, nil
}

// rulesHere are the known rules and those of the packs that the configuration in the
// working directory names.
func (a *app) rulesHere(ctx context.Context) ([]finding.Rule, *policy.Engine, error) {
	w, err := a.open(ctx, ".")
	if err != nil {
		return nil, nil, err
	}
	defer w.Close()
	cfg, err := a.configure(w)
	if err != nil {
		return nil, nil, err
	}
	more, err := workspace.Packs(a.policyTree(w), cfg.Hardening.Packs)
	if err != nil {
		return nil, nil, err
	}
	return knownRules(more...)
}

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rules", Short: "List every rule", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.flags.checkFormat("text", "json"); err != nil {
				return err
			}
			rules, _, err := a.rulesHere(c.Context())
			if err != nil {
				return err
			}
			if a.flags.format == "json" {
				data, err := document.Rules(rules)
				if err != nil {
					return err
				}
				_, err = a.Stdout.Write(data)
				return err
			}
			tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
			for _, r := range rules {
				fmt.Fprintf(tw, "%s\t%s\t%s\n", r.ID, r.Severity, r.Title)
			}
			return tw.Flush()
		},
	}
}

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain RULE|CONTROL", Short: "Say what a rule demands, why, and how to meet it; or which rules judge a control", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rules, engine, err := a.rulesHere(c.Context())
			if err != nil {
				return err
			}
			controls := engine.Controls()
			if i := slices.IndexFunc(rules, func(r finding.Rule) bool { return r.ID == args[0] }); i >= 0 {
				a.explain(rules[i], controls)
				return nil
			}
			if i := slices.IndexFunc(controls, func(c finding.Control) bool { return c.ID == args[0] }); i >= 0 {
				a.explainControl(controls[i], rules)
				return nil
			}
			return unknownRule(args[0], rules)
		},
	}
}

func unknownRule(id string, rules []finding.Rule) error {
	best := slices.MinFunc(rules, func(x, y finding.Rule) int {
		return levenshtein.Distance(id, x.ID, nil) - levenshtein.Distance(id, y.ID, nil)
	})
	return fmt.Errorf("there is no rule %q; the nearest is %s, and assure rules lists all", id, best.ID)
}

func (a *app) explain(r finding.Rule, controls []finding.Control) {
	fmt.Fprintf(a.Stdout, "%s (%s)\n%s\n", r.ID, r.Severity, r.Title)
	for _, text := range []string{r.Help} {
		if text == "" {
			text = strings.TrimSpace(r.Description + "\n\n" + r.Remediation)
		}
		fmt.Fprintf(a.Stdout, "\n%s\n", strings.TrimSpace(text))
	}
	for i, id := range r.Controls {
		if i == 0 {
			fmt.Fprintln(a.Stdout, "\nControls:")
		}
		c := slices.IndexFunc(controls, func(c finding.Control) bool { return c.ID == id })
		if c >= 0 {
			fmt.Fprintf(a.Stdout, "  %s  %s\n", id, controls[c].Title)
		}
	}
	if kind, ok := gap.Lookup(r.ID); ok {
		fmt.Fprintf(a.Stdout, "\n%s\n", aboutGap(kind))
	}
	if r.HelpURI != "" {
		fmt.Fprintf(a.Stdout, "\n%s\n", r.HelpURI)
	}
}

// aboutGap says what a gap of the kind does to the verdict, and what may be done about it.
func aboutGap(kind gap.Rule) string {
	text := "A gap: the stage is degraded, and the run ends with an error, whatever it hides."
	if kind.Content {
		text += "\nWhere a change did not bring it, and every file that decides about it is the same, it leaves the change alone."
	}
	if kind.Final {
		return text + "\nNo exception can accept it."
	}
	return text + "\nAn exception with reason, owner and expiry may accept it."
}

// explainControl lists the rules that judge a control and says who else can answer it.
func (a *app) explainControl(c finding.Control, rules []finding.Rule) {
	fmt.Fprintf(a.Stdout, "%s (%s)\n%s\n", c.ID, c.Severity, c.Title)
	heading := "\nRules:\n"
	for _, r := range rules {
		if slices.Contains(r.Controls, c.ID) {
			fmt.Fprintf(a.Stdout, "%s  %s  %s\n", heading, r.ID, r.Title)
			heading = ""
		}
	}
	if heading != "" {
		fmt.Fprintln(a.Stdout, "\nNo rule judges it yet: assure run reports it as not assessed.")
	}
	fmt.Fprint(a.Stdout, "\nWho can answer:\n")
	for _, who := range c.Assessed {
		fmt.Fprintf(a.Stdout, "  %s  %s\n", who, answer(who))
	}
	if len(c.Proof) > 0 {
		fmt.Fprintf(a.Stdout, "\nIt is satisfied only with an answer of: %s. What others see is a sign and no proof.\n", strings.Join(c.Proof, ", "))
	}
	if c.Declared {
		fmt.Fprintln(a.Stdout, "\nThe rules read what somebody wrote down. The best state is declared: only a person can say that it is so.")
	}
}

// answer says what somebody has to do for an answer.
func answer(who string) string {
	return map[string]string{
		"rule":     "the files of the repository: assure hardening",
		"registry": "the registry's images and signatures: assure images, with access to it",
		"probe":    "a running stack: assure dast",
		"host":     "the machine itself, which no stage reads: look there, and keep dated evidence",
		"evidence": "a dated statement below evidence/, or a document, that a person vouches for",
	}[who]
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
