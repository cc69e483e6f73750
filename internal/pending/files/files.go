// Package files loads the policy files of a change as a later run would, and says which of
// them are broken and what the others do to the gate.
package files

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/pending"
	"github.com/stella-ops/assure/internal/stage/deps/accepted"
)

// Tree reads the files of a commit.
type Tree interface {
	FS() fs.FS
	Read(name string, limit int64) ([]byte, error)
}

// Side is one side of a change: its files, and the configuration among them.
type Side struct {
	Tree   Tree
	Config config.Config
	// LockFiles may have ignore files beside them.
	LockFiles []string
}

// maxBytes is above every policy file.
const maxBytes = 16 << 20

// Mistake is what keeps a policy file from being read.
type Mistake struct {
	Location finding.Location
	Message  string
}

// Broken lists what the head's policy files have wrong and the base's have not. rules
// names the rules that exceptions may name, given those of the packs.
func Broken(base, head Side, rules Rules) []Mistake {
	all := head.mistakes(rules)
	if len(all) == 0 {
		return nil
	}
	known := map[[2]string]bool{}
	if base.Tree != nil {
		for _, m := range base.mistakes(rules) {
			known[[2]string{m.Location.URI, m.Message}] = true
		}
	}
	return slices.DeleteFunc(all, func(m Mistake) bool { return known[[2]string{m.Location.URI, m.Message}] })
}

// named is a file that a setting names.
type named struct {
	// at is the setting's path, label what a message calls it.
	at, label, file string
	effect          finding.Effect
	check           func(data []byte) error
}

// named are the files that the configuration names, those of packs, ignore files and VEX
// documents aside, which are read together.
func (s Side) named() (all []named) {
	c := s.Config
	for i, k := range c.Images.Keys {
		all = append(all, named{at("images.keys", i, "file"), "images.keys " + strconv.Quote(k.ID), k.File, finding.Loosens, keyCheck(k)})
	}
	for i, r := range c.Images.Roots {
		all = append(all, named{at("images.roots", i, "file"), "images.roots " + strconv.Quote(r.ID), r.File, finding.Loosens, rootCheck},
			named{at("images.roots", i, "tuf.root"), "images.roots " + strconv.Quote(r.ID), r.TUF.Root, finding.Loosens, jsonCheck})
	}
	for i, p := range c.Images.Policies {
		all = append(all, named{at("images.policies", i, ""), "images.policies", p, finding.MayLoosen, policyCheck(p)})
	}
	all = append(all, named{"dast.rules-file", "dast.rules-file", c.DAST.RulesFile, finding.MayLoosen, levelsCheck},
		named{"dast.target.ca-file", "dast.target.ca-file", c.DAST.Target.CAFile, finding.MayLoosen, anything})
	for i, v := range c.Hardening.HelmValues {
		if _, file, ok := strings.Cut(v, "="); ok {
			v = file
		}
		all = append(all, named{at("hardening.helm-values", i, ""), "hardening.helm-values", v, finding.MayLoosen, anything})
	}
	return slices.DeleteFunc(all, func(n named) bool { return n.file == "" })
}

func at(list string, i int, field string) string {
	return strings.TrimSuffix(list+"["+strconv.Itoa(i)+"]."+field, ".")
}

// Changes lists what the head's policy files do to the gate, settings aside.
func Changes(base, head Side) (all []finding.Change) {
	if base.Tree == nil {
		return nil
	}
	was := map[string]bool{}
	for _, n := range base.named() {
		was[n.file] = true
	}
	for _, n := range head.named() {
		b, err := base.Tree.Read(n.file, maxBytes)
		h, err2 := head.Tree.Read(n.file, maxBytes)
		if was[n.file] && err2 == nil && (err != nil || !bytes.Equal(b, h)) {
			all = append(all, finding.Change{Setting: n.label, Text: "has another " + path.Base(n.file), Effect: n.effect, Location: finding.Top(n.file)})
		}
	}
	return append(all, entries(base, head)...)
}

// entries are what ignore files and VEX documents accept.
func entries(base, head Side) []finding.Change {
	b, _ := accepted.Read(base.Tree, base.where())
	h, _ := accepted.Read(head.Tree, head.where())
	return pending.Exceptions(b, h)
}

func (s Side) where() accepted.Where {
	return accepted.Where{LockFiles: s.LockFiles, IgnoreFiles: s.Config.Deps.IgnoreFiles, VEX: s.Config.Deps.VEX}
}
