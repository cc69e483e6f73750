package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stella-ops/assure/internal/config"
)

// flags are the values of the command line. Those that the configuration file shares
// are kept as text by name and merged by the config package.
type flags struct {
	settings map[string]*string
	config   string
	base     string
	out      string
	format   string
	color    string
	quiet    bool
	debug    bool
}

// own lists the settings that only the command line and the action have, for the
// tables in action.yml and README.
func ownSettings() []config.Setting {
	return []config.Setting{
		{Name: "config", Usage: "Configuration file, a path in the repository.", Default: strings.Join(config.Files[:], ", ")},
		{Name: "base", Usage: "Commit to compare with.", Default: "the event's base commit"},
		{Name: "out", Usage: "Directory that receives all reports.", Default: "assure-report in the action, else nothing is written"},
		{Name: "format", Usage: "What to print on standard output.", Values: "text, json, sarif, markdown", Default: "text"},
	}
}

func (f *flags) add(set *pflag.FlagSet) {
	f.settings = map[string]*string{}
	for _, s := range config.Settings() {
		f.settings[s.Name] = set.String(s.Name, "", usage(s))
		if s.Switch {
			set.Lookup(s.Name).NoOptDefVal = "true"
		}
	}
	own := map[string]*string{"config": &f.config, "base": &f.base, "out": &f.out, "format": &f.format}
	for _, s := range ownSettings() {
		set.StringVar(own[s.Name], s.Name, "", usage(s))
	}
	set.StringVar(&f.color, "color", "auto", "Colour of the text report: auto, always or never.")
	set.BoolVar(&f.quiet, "quiet", false, "Print no progress.")
	set.BoolVar(&f.debug, "debug", false, "Print what helps to report a defect.")
	set.SortFlags = false
}

func usage(s config.Setting) string {
	text := s.Usage
	if s.Values != "" {
		text += " One of " + s.Values + "."
	}
	return fmt.Sprintf("%s (default: %s)", text, s.Default)
}

// given returns the settings that the command line, or in the action the inputs, set.
func (a *app) given() map[string]string {
	given := map[string]string{}
	for name, value := range a.flags.settings {
		given[name] = *value
		if *value == "" && a.inAction() {
			given[name] = a.input(name)
		}
	}
	return given
}

// input reads an action input. The runner upper-cases names and keeps hyphens.
func (a *app) input(name string) string {
	return strings.TrimSpace(a.env("INPUT_" + strings.ToUpper(name)))
}

// fromInputs fills the flags that the configuration does not know from the inputs. The
// format is none of them: only text is safe in the runner's log, the rest is in files.
func (a *app) fromInputs() {
	if !a.inAction() {
		return
	}
	for name, target := range map[string]*string{
		"config": &a.flags.config, "base": &a.flags.base, "out": &a.flags.out,
	} {
		if *target == "" {
			*target = a.input(name)
		}
	}
	if a.flags.out == "" {
		a.flags.out = "assure-report"
	}
}

// checkFormat refuses formats that nobody writes.
func (f *flags) checkFormat(words ...string) error {
	if f.format == "" {
		f.format = words[0]
	}
	if !slices.Contains(words, f.format) {
		return fmt.Errorf("--format is %q; use one of %s", f.format, strings.Join(words, ", "))
	}
	return nil
}
