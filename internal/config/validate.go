package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// validate refuses values and contradictions that decoding alone cannot see.
func (c *Config) validate() error {
	v := &validator{c: c}
	for i, s := range c.Stages {
		v.oneOf(index("stages", i), s, StageNames[:]...)
	}
	v.oneOf("fail-on", c.FailOn, "", "new", "all", "none")
	v.check("deps.db-max-age", c.Deps.MaxAge >= 0, "must not be negative")
	v.check("deps.db-warn-age", c.Deps.WarnAge >= 0, "must not be negative")
	v.check("deps.fail-on-kev", !c.Deps.FailOnKEV || c.Deps.KEV != "", "needs deps.kev: the URL or file of the catalogue")
	v.check("deps.epss-threshold", c.Deps.EPSSThreshold >= 0 && c.Deps.EPSSThreshold <= 1, "must be from 0 to 1")
	v.check("deps.epss-threshold", c.Deps.EPSSThreshold == 0 || c.Deps.EPSS != "", "needs deps.epss: the URL or file of the scores")
	v.oneOf("deps.scan-images", c.Deps.ScanImages, "", "auto", "always", "never")
	v.oneOf("hardening.profile", c.Hardening.Profile, "guide-literal", "guide", "strict", "baseline")
	v.oneOf("dast.engine", c.DAST.Engine, "auto", "zap", "builtin")
	v.oneOf("dast.target.scheme", c.DAST.Target.Scheme, "", "http", "https")
	v.oneOf("report.comment", c.Report.Comment, "on-change", "always", "on-failure", "never")
	v.oneOf("report.upload-sarif", c.Report.UploadSARIF, "auto", "never")
	v.check("timeout", c.Timeout > 0, "must be longer than nothing")
	v.check("deps.db-digest", c.Deps.Digest == "" || strings.HasPrefix(c.Deps.Digest, "sha256:"), "must start with sha256:")
	v.globs("exclude", c.Exclude)
	for name, role := range c.Hardening.Roles {
		v.oneOf("hardening.roles."+name, role, "backend", "store", "ingress", "other")
	}
	v.images()
	v.exceptions()
	return errors.Join(v.errs...)
}

type validator struct {
	c    *Config
	errs []error
}

func (v *validator) fail(path, format string, args ...any) {
	msg := path + " " + fmt.Sprintf(format, args...)
	if at, ok := v.c.places[path]; ok {
		v.errs = append(v.errs, &Error{at, msg})
		return
	}
	v.errs = append(v.errs, errors.New(msg))
}

func (v *validator) check(path string, ok bool, msg string) {
	if !ok {
		v.fail(path, "%s", msg)
	}
}

func (v *validator) oneOf(path, got string, words ...string) {
	if !slices.Contains(words, got) {
		valid := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
		v.fail(path, "is %q; use one of %s", got, strings.Join(valid, ", "))
	}
}

func (v *validator) globs(path string, globs []string) {
	for i, g := range globs {
		v.check(index(path, i), doublestar.ValidatePattern(g), "is not a valid glob")
	}
}

func (v *validator) images() {
	ids := map[string]bool{}
	for i, k := range v.c.Images.Keys {
		path := index("images.keys", i)
		v.check(path, k.ID != "", "needs an id")
		v.check(path, (k.File == "") != (k.PEM == ""), "needs either file or pem")
		v.check(path, !ids[k.ID], "repeats an id")
		ids[k.ID] = true
	}
	for i, r := range v.c.Images.Rules {
		path := index("images.rules", i)
		v.check(path, len(r.Match) > 0, "needs match")
		v.globs(path+".match", r.Match)
		v.oneOf(path+".transparency-log", r.Log, "", "required", "if-present", "ignore")
		v.check(path, r.AllowUnsigned != (len(r.Keys) > 0), "needs either keys or allow-unsigned")
		v.check(path, !r.AllowUnsigned || r.Reason != "", "allows unsigned images and so needs a reason")
		for j, id := range r.Keys {
			v.check(index(path+".keys", j), ids[id], "names a key that images.keys does not have")
		}
	}
}

func (v *validator) exceptions() {
	for i := range v.c.Exceptions {
		e := &v.c.Exceptions[i]
		path := index("exceptions", i)
		e.Location = v.place(path)
		v.check(path, e.Rule != "", "needs a rule")
		v.check(path, e.Reason != "", "needs a reason")
		v.check(path, e.Owner != "", "needs an owner")
		v.check(path, !e.Expires.IsZero(), "needs expires: the last day on which it holds")
		v.check(path, e.Path != "" || e.Subject != "", "needs a path or a subject; a rule is never excepted everywhere")
		v.check(path, doublestar.ValidatePattern(e.Path), "has an invalid path glob")
	}
}

func (v *validator) place(path string) finding.Location { return v.c.At(path) }

// At is the place of a key of the file, such as hardening.profile.
func (c *Config) At(path string) finding.Location {
	if at, ok := c.places[path]; ok {
		return at
	}
	return finding.Top(c.Origin)
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
