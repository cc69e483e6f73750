package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/pending"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// harmless are inputs that say nothing about what passes.
var harmless = [...]string{
	"out", "format", "color", "quiet", "debug", "comment", "upload-sarif", "github-token", "token", "registry-auth", "zap-key", "auth-value",
	"cache-dir", "issue_title", "allow_issue_writing", "artifact_name", "timeout",
}

// deciding are inputs that choose where the policy or the comparison comes from.
var deciding = [...]string{"config", "base", "path"}

// replacing are inputs with which the runner starts something else in a container.
var replacing = [...]string{"entrypoint", "args", "pre-entrypoint", "post-entrypoint"}

// loading are variables that decide which program, library, engine or certificate is used.
var loading = [...]string{
	"PATH", "BASH_ENV", "ENV", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "NODE_OPTIONS", "DOCKER_HOST", "DOCKER_CONTEXT",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
}

// given are the inputs and variables of a place, by name.
type given struct{ with, env map[string]string }

// inputs compares what the gate is told.
func (c *comparison) inputs(was, now site) {
	b, h := was.given(), now.given()
	settled := given{map[string]string{}, map[string]string{}}
	before := given{map[string]string{}, map[string]string{}}
	for _, name := range sortedKeys(b.with, h.with) {
		c.input(now, name, b, h, before, settled)
	}
	for _, name := range sortedKeys(b.env, h.env) {
		c.variable(now, name, b, h, before, settled)
	}
	c.effective(now, before, settled)
}

// input judges one input; one whose value is known is settled together with the others.
func (c *comparison) input(now site, name string, b, h, before, settled given) {
	old, had := b.with[name]
	is, has := h.with[name]
	at := now.inputPath(name)
	switch {
	case slices.Contains(harmless[:], name):
	case slices.Contains(deciding[:], name):
		if old != is {
			c.note(now.of, at, true, fmt.Sprintf("the gate takes another %s: %s → %s", name, value(old, had), value(is, has)))
		}
	case slices.Contains(replacing[:], name):
		if old != is || had != has {
			c.note(now.of, at, true, fmt.Sprintf("what runs in the place of the gate is chosen anew: %s %s → %s", name, value(old, had), value(is, has)))
		}
	case !isSetting(name):
		if old != is || had != has {
			c.note(now.of, at, now.callsOther(), fmt.Sprintf("%s %s → %s", name, value(old, had), value(is, has)))
		}
	case old == is && dynamic(is):
	case dynamic(old) || dynamic(is):
		c.note(now.of, at, dynamic(is), fmt.Sprintf("%s %s → %s, which only a run knows", name, value(old, had), value(is, has)))
	default:
		put(before.with, before.env, name, old, had)
		put(settled.with, settled.env, name, is, has)
	}
}

// put keeps an input both by its name and as the variable in which the runner hands it on.
func put(with, env map[string]string, name, v string, given bool) {
	if given {
		with[name], env["INPUT_"+strings.ToUpper(name)] = v, v
	}
}

// variable judges one variable that the gate reads.
func (c *comparison) variable(now site, name string, b, h, before, settled given) {
	old, had := b.env[name]
	is, has := h.env[name]
	at := now.envPath(name)
	switch {
	case slices.Contains(loading[:], name):
		if is != old {
			c.note(now.of, at, true, fmt.Sprintf("the variable %s decides what the gate runs with: %s → %s", name, value(old, had), value(is, has)))
		}
	case strings.HasPrefix(name, "INPUT_"):
		if is != old {
			c.note(now.of, at, true, fmt.Sprintf("the variable %s stands for an input of the gate: %s → %s", name, value(old, had), value(is, has)))
		}
	case dynamic(old) && old == is:
	case dynamic(is) && !slices.Contains(harmless[:], settingOf(name)):
		c.note(now.of, at, true, fmt.Sprintf("%s %s → %s, which only a run knows", name, value(old, had), value(is, has)))
	default:
		if had && !dynamic(old) {
			before.env[name] = old
		}
		if has && !dynamic(is) {
			settled.env[name] = is
		}
	}
}

// effective compares the configurations that hold with the inputs.
func (c *comparison) effective(now site, before, settled given) {
	old, err := c.settings.load(before.with, before.env)
	is, broken := c.settings.load(settled.with, settled.env)
	if broken != nil && err == nil {
		c.note(now.of, now.inputPath(""), true, "the gate is given what it does not understand: "+broken.Error())
		return
	}
	for _, x := range pending.Compare(old, is) {
		worse := x.Effect == finding.Loosens || x.Effect == finding.MayLoosen && !sameImage(x, old, is)
		c.note(now.of, now.changed(x.Setting, before, settled), worse, x.String())
	}
}

// sameImage is another version of the same scanner.
func sameImage(x finding.Change, old, is config.Config) bool {
	b, _ := reference(dockerScheme + old.DAST.ZAPImage)
	h, _ := reference(dockerScheme + is.DAST.ZAPImage)
	return x.Setting == "dast.zap-image" && b == h
}

// changed is the path of the input that changes the setting, as far as that can be told.
func (s *site) changed(setting string, before, now given) []any {
	for _, name := range sortedKeys(before.with, now.with) {
		if before.with[name] != now.with[name] && strings.HasSuffix(setting, name) {
			return s.inputPath(name)
		}
	}
	for _, name := range sortedKeys(before.env, now.env) {
		if before.env[name] != now.env[name] && !strings.HasPrefix(name, "INPUT_") && (strings.HasSuffix(setting, settingOf(name)) || len(now.with) == 0) {
			return s.envPath(name)
		}
	}
	return s.inputPath("")
}

// inputPath leads to an input, or where it stood.
func (s *site) inputPath(name string) []any {
	switch {
	case s.command != nil:
		return decoded.Join(s.path, "run")
	case name == "":
		return decoded.Join(s.path, "with")
	}
	for key := range object(s.object["with"]) {
		if strings.EqualFold(key, name) {
			return decoded.Join(s.path, "with", key)
		}
	}
	return decoded.Join(s.path, "with")
}

// envPath leads to the innermost definition of a variable.
func (s *site) envPath(name string) []any {
	if s.command != nil {
		if _, ok := s.command.env[name]; ok {
			return decoded.Join(s.path, "run")
		}
	}
	if _, ok := object(s.object["env"])[name]; ok {
		return decoded.Join(s.path, "env", name)
	}
	if _, ok := object(jobOf(s.of, s.job)["env"])[name]; ok {
		return []any{"jobs", s.job, "env", name}
	}
	if _, ok := object(s.of.model["env"])[name]; ok {
		return []any{"env", name}
	}
	return s.path
}

// callsOther is true of a place that calls a workflow or an action of the repository,
// whose own inputs may mean anything.
func (s *site) callsOther() bool {
	uses, _ := s.object["uses"].(string)
	return s.index < 0 || strings.HasPrefix(uses, "./")
}

// given gathers the inputs or flags of the place and the variables that it sees.
func (s *site) given() given {
	g := given{map[string]string{}, map[string]string{}}
	for _, m := range []any{s.of.model["env"], jobOf(s.of, s.job)["env"], s.object["env"]} {
		for name, v := range object(m) {
			if concerns(name) {
				g.env[name] = text(v)
			}
		}
	}
	for name, v := range object(s.object["with"]) {
		g.with[strings.ToLower(name)] = strings.TrimSpace(text(v))
	}
	if s.command != nil {
		for name, v := range s.command.env {
			if concerns(name) {
				g.env[name] = v
			}
		}
		for name, v := range flags(s.command.words[1:]) {
			g.with[name] = v
		}
	}
	return g
}

// flags reads the words after the program's name as it would itself.
func flags(words []string) map[string]string {
	out, where := map[string]string{}, []string{}
	for i := 0; i < len(words); i++ {
		name, v, joined := strings.Cut(strings.TrimPrefix(words[i], "--"), "=")
		switch {
		case !strings.HasPrefix(words[i], "--"):
			where = append(where, words[i])
		case joined:
			out[name] = v
		case isSwitch(name):
			out[name] = "true"
		case i+1 < len(words):
			i++
			out[name] = words[i]
		}
	}
	if len(where) > 0 && where[0] != "run" {
		out["stages"] = where[0]
	}
	if len(where) > 1 {
		out["path"] = strings.Join(where[1:], " ")
	}
	return out
}

func isSwitch(name string) bool {
	return name == "quiet" || name == "debug" || slices.ContainsFunc(config.Settings(), func(s config.Setting) bool { return s.Name == name && s.Switch })
}

// concerns tells the variables that the program reads as settings.
func concerns(name string) bool {
	return slices.Contains(loading[:], name) || strings.HasPrefix(name, "ASSURE_") || strings.HasPrefix(name, "INPUT_") ||
		slices.ContainsFunc(config.Settings(), func(s config.Setting) bool { return slices.Contains(s.Aliases, name) })
}

// settingOf is the setting that a variable sets.
func settingOf(name string) string {
	for _, s := range config.Settings() {
		if s.EnvName() == name || slices.Contains(s.Aliases, name) {
			return s.Name
		}
	}
	return name
}

func isSetting(name string) bool {
	return slices.ContainsFunc(config.Settings(), func(s config.Setting) bool {
		return s.Name == name || slices.Contains(s.Aliases, "INPUT_"+strings.ToUpper(name))
	})
}

// dynamic reports whether only a run knows the value.
func dynamic(v string) bool { return strings.ContainsAny(v, "$`") }

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func value(v string, given bool) string {
	if !given {
		return "not set"
	}
	return cut(v, 120)
}
