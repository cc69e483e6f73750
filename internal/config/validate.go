package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
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
	v.oneOf("dast.threshold", c.DAST.Threshold, "low", "medium", "high")
	v.oneOf("dast.zap-baseline.level", c.DAST.Baseline.Level, "", "PASS", "IGNORE", "INFO", "WARN", "FAIL")
	v.patterns("dast.exclude", c.DAST.Exclude)
	v.check("dast.auth.header", headerName.MatchString(c.DAST.Auth.Header), "is not the name of a header")
	v.check("dast.auth", !strings.ContainsAny(c.DAST.Auth.Value, "\r\n\x00"), "has a value with a line break")
	v.oneOf("dast.target.scheme", c.DAST.Target.Scheme, "", "http", "https")
	v.dast()
	v.oneOf("report.comment", c.Report.Comment, "on-change", "always", "on-failure", "never")
	v.oneOf("report.upload-sarif", c.Report.UploadSARIF, "auto", "never")
	v.check("timeout", c.Timeout > 0, "must be longer than nothing")
	v.check("deps.db-digest", c.Deps.Digest == "" || strings.HasPrefix(c.Deps.Digest, "sha256:"), "must start with sha256:")
	v.globs("exclude", c.Exclude)
	for i, dir := range c.Generated {
		v.check(index("generated", i), fs.ValidPath(path.Clean(dir)), "must be a directory of the repository, by its path from the root")
	}
	for name, role := range c.Hardening.Roles {
		v.oneOf("hardening.roles."+name, role, "backend", "store", "ingress", "other")
	}
	v.images()
	v.mirrors()
	v.exceptions()
	return errors.Join(v.errs...)
}

type validator struct {
	c    *Config
	errs []error
}

// fail notes a mistake, unless the value or a part of it could not even be read.
func (v *validator) fail(path, format string, args ...any) {
	if slices.ContainsFunc(v.c.broken, func(b string) bool { return partOf(b, path) || partOf(path, b) }) {
		return
	}
	v.note(path, format, args...)
}

func (v *validator) note(path, format string, args ...any) {
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

// headerName is what RFC 9110 calls a token.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")

func (v *validator) patterns(path string, list []string) {
	for i, p := range list {
		_, err := regexp.Compile(p)
		v.check(index(path, i), err == nil, "is not a regular expression")
	}
}

func (v *validator) mirrors() {
	for i, m := range v.c.Images.Mirrors {
		v.check(index("images.mirrors", i), m.Of != "" && m.At != "", "needs of and at: what is mirrored, and where")
	}
}

func (v *validator) dast() {
	d := v.c.DAST
	if u, err := url.Parse(d.Target.URL); d.Target.URL != "" {
		ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
		v.check("dast.target.url", ok, "must be an http or https URL with a host and without a user")
	}
	for i, a := range d.Target.AllowAddresses {
		_, err := netip.ParsePrefix(a)
		v.check(index("dast.target.allow-addresses", i), err == nil, "must be a network such as 10.1.0.0/16")
	}
	v.check("dast.rate-limit", d.RateLimit >= 0, "must not be negative")
	v.check("dast.budget.stack", d.Budget.Stack > 0, "must be longer than nothing")
	v.check("dast.budget.probes", d.Budget.Probes > 0, "must be longer than nothing")
	v.check("dast.budget.scan", d.Budget.Scan > 0, "must be longer than nothing")
}

func (v *validator) exceptions() {
	for i := range v.c.Exceptions {
		e := &v.c.Exceptions[i]
		path := index("exceptions", i)
		e.Location = v.place(path)
		v.requires(path, "rule", e.Rule != "", "needs a rule")
		refusal := gap.Refusal(e.Rule)
		v.check(path+".rule", refusal == "", "cannot hold: "+refusal)
		v.requires(path, "reason", e.Reason != "", "needs a reason")
		v.requires(path, "owner", e.Owner != "", "needs an owner")
		v.requires(path, "expires", !e.Expires.IsZero(), "needs expires: the last day on which it holds")
		v.requires(path, "path subject", e.Path != "" || e.Subject != "", "needs a path or a subject; a rule is never excepted everywhere")
		v.check(path+".path", doublestar.ValidatePattern(e.Path), "is not a valid glob")
	}
}

// requires wants something of fields of a list item. Nothing is said when one of them is
// there and could not be read, or the item as a whole.
func (v *validator) requires(item, fields string, ok bool, msg string) {
	unread := func(field string) bool {
		return slices.ContainsFunc(v.c.broken, func(b string) bool { return partOf(b, item+"."+field) })
	}
	if !ok && !slices.ContainsFunc(strings.Fields(fields), unread) {
		v.note(item, "%s", msg)
	}
}

// partOf reports whether the value at the path is the whole or belongs to it.
func partOf(whole, path string) bool {
	rest, ok := strings.CutPrefix(path, whole)
	return ok && (whole == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
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
