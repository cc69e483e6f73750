package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/deps/accepted"
	"github.com/stella-ops/assure/internal/stage/images/cip"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

func anything([]byte) error { return nil }

func keyCheck(k config.Key) func([]byte) error {
	return func(data []byte) error {
		key, err := verify.LoadKey(k.ID, data)
		if want := strings.TrimPrefix(k.SHA256, "sha256:"); err == nil && want != "" && key.Fingerprint != "sha256:"+want {
			err = fmt.Errorf("it holds the key %s, not %s", key.Fingerprint, want)
		}
		return err
	}
}

func rootCheck(data []byte) error {
	_, err := verify.LoadRoots(data)
	return err
}

func jsonCheck(data []byte) error {
	if !json.Valid(data) {
		return errors.New("it is not JSON")
	}
	return nil
}

func policyCheck(file string) func([]byte) error {
	return func(data []byte) error { return new(cip.Set).Parse(file, data) }
}

func levelsCheck(data []byte) error {
	_, errs := web.ParseRules(data)
	return errors.Join(errs...)
}

// mistakes are all that is wrong with the files of one side.
func (s Side) mistakes(rules Rules) (all []Mistake) {
	for i, k := range s.Config.Images.Keys {
		if k.PEM == "" {
			continue
		}
		if err := keyCheck(k)([]byte(k.PEM)); err != nil {
			all = append(all, Mistake{s.Config.At(at("images.keys", i, "pem")), fmt.Sprintf("the key %q: %v", k.ID, err)})
		}
	}
	for _, n := range s.named() {
		all = append(all, s.file(n)...)
	}
	return slices.Concat(all, s.entries(), s.packs(rules))
}

// file loads one file. One that is missing is a mistake of the setting that names it.
func (s Side) file(n named) []Mistake {
	data, err := s.Tree.Read(n.file, maxBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist) && n.file == config.DefaultRulesFile:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return []Mistake{{s.Config.At(n.at), fmt.Sprintf("%s names %s, which does not exist", n.label, n.file)}}
	case err != nil:
		return []Mistake{{s.Config.At(n.at), fmt.Sprintf("%s: %v", n.label, err)}}
	}
	if err = n.check(data); err == nil {
		return nil
	}
	return placed(n.file, n.label+": ", err)
}

var lineOf = regexp.MustCompile(`^line (\d+): (?s:(.*))$`)

// placed gives each of joined errors its place in the file.
func placed(file, lead string, err error) (all []Mistake) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			all = append(all, placed(file, lead, e)...)
		}
		return all
	}
	m := Mistake{finding.Top(file), lead + err.Error()}
	if e, ok := errors.AsType[*cip.Error](err); ok {
		m = Mistake{e.Location, lead + e.Message}
	} else if line := lineOf.FindStringSubmatch(err.Error()); line != nil {
		m = Mistake{row(file, line[1], "1"), lead + line[2]}
	}
	return []Mistake{m}
}

// row is a place by numbers in text.
func row(file, line, column string) finding.Location {
	l, _ := strconv.Atoi(line)
	c, _ := strconv.Atoi(column)
	l, c = max(l, 1), max(c, 1)
	return finding.Location{URI: file, Region: finding.Region{StartLine: l, StartColumn: c, EndLine: l, EndColumn: c + 1}}
}

// entries are those of ignore files and VEX documents that cannot be read.
func (s Side) entries() (all []Mistake) {
	_, problems := accepted.Read(s.Tree, s.where())
	missing := map[string]bool{}
	for _, list := range []struct {
		name  string
		files []string
	}{{"deps.ignore-files", s.Config.Deps.IgnoreFiles}, {"deps.vex", s.Config.Deps.VEX}} {
		for i, f := range list.files {
			if _, err := fs.Stat(s.Tree.FS(), path.Clean(f)); errors.Is(err, fs.ErrNotExist) {
				missing[path.Clean(f)] = true
				all = append(all, Mistake{s.Config.At(at(list.name, i, "")), fmt.Sprintf("%s names %s, which does not exist", list.name, f)})
			}
		}
	}
	for _, p := range problems {
		if !missing[p.Location.URI] {
			all = append(all, Mistake{p.Location, p.Message})
		}
	}
	return all
}
