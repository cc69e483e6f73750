package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ZAPBaseline are the options of ZAP's baseline scan that say how it reports.
type ZAPBaseline struct {
	// ExitCodes ends the program as ZAP's baseline scan does: 1 failures, 2 warnings, 0
	// passed, 3 otherwise; and prints its lines.
	ExitCodes bool `yaml:"exit-codes"`
	// InfoUnlisted informs only about rules that the rules file does not name (-i).
	InfoUnlisted bool `yaml:"info-unlisted"`
	// IgnoreWarnings lets warnings pass (-I).
	IgnoreWarnings bool `yaml:"ignore-warnings"`
	// Level is the mildest level that is printed: PASS, IGNORE, INFO, WARN or FAIL (-l).
	Level string `yaml:"level"`
	// Short prints no passed rules and no example URLs (-s).
	Short bool `yaml:"short"`
}

// maxOptions bounds the number of words of an option line.
const maxOptions = 100

// setZAPOptions reads options of ZAP's baseline scan. They are words, never a command
// line: nothing in them can add an option to another program. Options that choose
// report files are accepted and change nothing, because the names of ours are fixed.
func setZAPOptions(c *Config, text string) error {
	words, err := split(text)
	if err != nil {
		return err
	}
	for i := 0; i < len(words); i++ {
		name, value := words[i], ""
		if takesValue(name) {
			if i++; i == len(words) {
				return fmt.Errorf("option %s needs a value", name)
			}
			value = words[i]
		}
		if err := c.DAST.zapOption(name, value); err != nil {
			return err
		}
	}
	return nil
}

func takesValue(option string) bool {
	return len(option) == 2 && strings.HasPrefix(option, "-") && strings.ContainsAny(option[1:], "cDlmTzrJwx")
}

func (d *DAST) zapOption(name, value string) (err error) {
	switch name {
	case "-c":
		d.RulesFile = value
	case "-i":
		d.Baseline.InfoUnlisted = true
	case "-I":
		d.Baseline.IgnoreWarnings = true
	case "-j", "--ajax-spider":
		d.AjaxSpider = true
	case "-l":
		d.Baseline.Level = value
	case "-s":
		d.Baseline.Short = true
	case "-m":
		d.ScanTime, err = minutes(name, value)
	case "-T":
		_, err = minutes(name, value) // the stage has a time of its own
	case "-a", "-d", "-D", "-r", "-J", "-w", "-x", "--auto", "--autooff":
	case "-z":
		if value != "-silent" {
			err = fmt.Errorf("option -z %q would change how ZAP starts; only -silent is known, and always used", value)
		}
	default:
		err = fmt.Errorf("option %q of ZAP's baseline scan is not known here; use -a -c -d -D -i -I -j -l -m -s -T -z", name)
	}
	return err
}

func minutes(option, value string) (time.Duration, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 24*60 {
		return 0, fmt.Errorf("option %s needs a number of minutes, not %q", option, value)
	}
	return time.Duration(n) * time.Minute, nil
}

// split reads words as a shell would, with quotes and without everything else.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	started := false
	for _, r := range text {
		switch {
		case r == quote && quote != 0:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case strings.ContainsRune(" \t\r\n", r):
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
		if len(words) > maxOptions {
			return nil, fmt.Errorf("more than %d options", maxOptions)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c is not closed", quote)
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}

// setFailAction is action-baseline's fail_action: true ends as ZAP's scan does, false
// never fails the step.
func setFailAction(c *Config, v string) error {
	fail, err := strconv.ParseBool(v)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", v)
	}
	c.DAST.Baseline.ExitCodes = fail
	if !fail {
		c.FailOn = "none"
	}
	return nil
}

// AuthHeader is a header for every request of the scan.
type AuthHeader struct {
	// Header is its name.
	Header string `yaml:"header"`
	// Site is a text that the host must hold for the header to be sent; empty sends it
	// to the service under test.
	Site string `yaml:"site"`
	// Value comes from the environment or an input, never from a file.
	Value string `yaml:"-"`
}
