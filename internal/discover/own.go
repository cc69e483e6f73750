package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// markOwn notes which images the repository builds itself by the name that something
// else uses. Kubernetes always pulls what Skaffold does not fill in, and what is pushed
// somewhere is pulled elsewhere. A stranger's change has no say: a line in a script would make its image look like ours.
func (b *builder) markOwn() {
	if b.plan.Event.Strict {
		b.doubtOwn()
		return
	}
	own := b.builtNames()
	for i := range b.plan.Images {
		switch im := &b.plan.Images[i]; {
		case im.Built || im.Fallback || len(im.Unresolved) > 0:
		case im.Kind == plan.Kubernetes:
			im.BuiltBy = b.filledBy(im.Ref, im.Location.URI)
		default:
			im.BuiltBy = own[withTag(im.Ref)]
		}
	}
}

// doubtOwn has the images judged that a stranger's change builds: a pull policy does not bind
// whoever deploys the file, who may have pulled an image of the name before.
func (b *builder) doubtOwn() {
	for i := range b.plan.Images {
		if im := &b.plan.Images[i]; im.Built && im.Kind == plan.Compose {
			im.Built, im.Fallback = false, true
		}
	}
}

// builtNames maps the names that are built to the first file that does.
func (b *builder) builtNames() map[string]string {
	own, pushed := map[string]string{}, []string{}
	add := func(ref, file string) {
		if name := withTag(ref); name != "" && own[name] == "" {
			own[name] = file
		}
	}
	for _, im := range b.plan.Images {
		if (im.Built || im.Fallback) && im.Kind == plan.Compose {
			add(im.Ref, im.Location.URI)
		}
	}
	for _, f := range b.plan.Files {
		if !configfile.HasShell(f.Name) {
			continue
		}
		t, _ := source.Ask(b.tree, source.Question[tags]{Name: "tags", Answer: tagsOf, Limit: maxScript}, f.Name)
		for _, name := range t.made {
			add(name, f.Name)
		}
		pushed = append(pushed, t.pushed...)
	}
	for _, name := range pushed {
		delete(own, withTag(name))
	}
	return own
}

// tags are the names of the images that a file's commands build or push, and of those
// that they push.
type tags struct{ made, pushed []string }

func tagsOf(name string, data []byte) (t tags) {
	if !bytes.Contains(data, []byte("build")) && !bytes.Contains(data, []byte("push")) {
		return t
	}
	for _, s := range configfile.Shells(name, data) {
		for _, c := range s.Commands {
			names, pushes := imageTags(c.Words)
			t.made = append(t.made, names...)
			if pushes {
				t.pushed = append(t.pushed, names...)
			}
		}
	}
	return t
}

// imageTags returns the names by which a command builds or pushes images, and whether
// it pushes them.
func imageTags(words []string) (names []string, pushes bool) {
	if len(words) == 0 || !slices.Contains([]string{"docker", "podman", "nerdctl", "buildah"}, path.Base(words[0])) {
		return nil, false
	}
	rest := words[1:]
	for len(rest) > 0 && (rest[0] == "image" || rest[0] == "buildx") {
		rest = rest[1:]
	}
	switch {
	case len(rest) == 0:
		return nil, false
	case rest[0] == "push":
		return rest[1:], true
	case !slices.Contains([]string{"build", "bud", "b"}, rest[0]):
		return nil, false
	}
	for i, w := range rest {
		flag, value, joined := strings.Cut(w, "=")
		switch {
		case (w == "-t" || w == "--tag") && i+1 < len(rest):
			names = append(names, rest[i+1])
		case flag == "--tag" && joined:
			names = append(names, value)
		case len(w) > 2 && strings.HasPrefix(w, "-t"):
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(w, "-t"), "="))
		}
		pushes = pushes || w == "--push"
	}
	return names, pushes
}

// withTag is a name as an engine stores it, "" for one with a digest or a variable,
// which nobody builds.
func withTag(ref string) string {
	switch {
	case ref == "" || strings.ContainsAny(ref, "@$`{"):
		return ""
	case strings.Contains(ref[strings.LastIndexByte(ref, '/')+1:], ":"):
		return ref
	}
	return ref + ":latest"
}
