package gate

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/source/decoded"
)

var (
	commitID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	versions = regexp.MustCompile(`^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$`)
)

// uses compares which program runs.
func (c *comparison) uses(was, now site) {
	b, _ := was.object["uses"].(string)
	h, _ := now.object["uses"].(string)
	at := decoded.Join(now.path, "uses")
	if b == h {
		return
	}
	if b == "" || h == "" {
		c.note(now.of, now.path, true, "the gate is run in another way: "+was.what()+" → "+now.what())
		return
	}
	if c.moved(b, h) {
		c.note(now.of, at, false, "the gate is called under another name: "+cut(b, 120)+" → "+cut(h, 120))
		return
	}
	text, loosens := another(b, h)
	c.note(now.of, at, loosens, text)
}

// another says how two references to the gate differ, and whether the second is weaker.
func another(b, h string) (text string, loosens bool) {
	bRepo, bRef := reference(b)
	hRepo, hRef := reference(h)
	words := cut(b, 120) + " → " + cut(h, 120)
	switch {
	case !strings.EqualFold(bRepo, hRepo) && strings.HasPrefix(h, "./"):
		return "the gate is replaced by a local action: " + words, true
	case !strings.EqualFold(bRepo, hRepo):
		return "the gate comes from elsewhere: " + words, true
	case commitID.MatchString(bRef) && !commitID.MatchString(hRef), strings.HasPrefix(bRef, "sha256:") && !strings.HasPrefix(hRef, "sha256:"):
		return "the gate is named by a tag or a branch, which can be moved, instead of a commit: " + words, true
	case commitID.MatchString(hRef), strings.HasPrefix(hRef, "sha256:"):
		return "the gate is of another commit: " + words, false
	}
	return tagged(bRef, hRef, words)
}

// tagged compares two tags or branches.
func tagged(bRef, hRef, words string) (text string, loosens bool) {
	old, new := versions.FindStringSubmatch(bRef), versions.FindStringSubmatch(hRef)
	switch {
	case old != nil && new == nil:
		return "the gate is named by a branch instead of a version: " + words, true
	case old == nil && new == nil:
		return "the gate is of another branch: " + words, true
	case old != nil && older(old, new):
		return "the gate is of an older version: " + words, true
	}
	return "the gate is of another version: " + words, false
}

// older compares versions; a part that is left out is the newest.
func older(old, new []string) bool {
	for i := 1; i < len(old); i++ {
		o, err1 := strconv.Atoi(old[i])
		n, err2 := strconv.Atoi(new[i])
		if err1 != nil || err2 != nil {
			return false
		}
		if c := cmp.Compare(n, o); c != 0 {
			return c < 0
		}
	}
	return false
}

// reference splits what uses names into repository and version.
func reference(uses string) (repo, ref string) {
	if image, ok := strings.CutPrefix(uses, dockerScheme); ok {
		if repo, ref, ok = strings.Cut(image, "@"); ok {
			if i := strings.LastIndexByte(repo, ':'); i > strings.LastIndexByte(repo, '/') {
				repo = repo[:i]
			}
			return dockerScheme + repo, ref
		}
		if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
			return dockerScheme + image[:i], image[i+1:]
		}
		return uses, ""
	}
	repo, ref, _ = strings.Cut(uses, "@")
	return strings.TrimSuffix(repo, "/"), ref
}

// script compares how a script runs the gate, flags aside.
func (c *comparison) script(was, now site) {
	if was.command == nil || now.command == nil {
		return
	}
	at := decoded.Join(now.path, "run")
	b, h := was.command, now.command
	if h.ignored != "" && b.ignored == "" {
		c.note(now.of, at, true, "a failure of the gate goes unnoticed: "+h.ignored)
	} else if more := moreControl(b.line, h.line); more != "" {
		c.note(now.of, at, true, fmt.Sprintf("the status of the gate may be lost: its line has a new %s", more))
	}
	c.around(was, now)
	for _, key := range []string{"shell", "working-directory"} {
		if is := now.setting(key); is != was.setting(key) && !(key == "shell" && (is == "bash" || is == "sh" || is == "")) {
			c.note(now.of, decoded.Join(now.path, key), true, fmt.Sprintf("the gate runs with another %s: %s", key, cut(cmp.Or(is, "the default"), 80)))
		}
	}
}

// setting is a key of a script step, or the default for it.
func (s *site) setting(key string) string {
	for _, m := range []map[string]any{s.object, defaults(jobOf(s.of, s.job)), defaults(s.of.model)} {
		if v, ok := m[key].(string); ok {
			return v
		}
	}
	return ""
}

func defaults(m map[string]any) map[string]any { return object(object(m["defaults"])["run"]) }

var controls = [...]string{"||", "|", "&&", ";", "if ", "while ", "until ", "! ", "&", "exit", "set "}

// moreControl is what the shell's line about the gate has now and had not.
func moreControl(b, h string) string {
	for _, word := range controls {
		if strings.Count(h, word) > strings.Count(b, word) {
			return strings.TrimSpace(word)
		}
	}
	return ""
}
