package invoked

import (
	"path"
	"slices"
	"strings"
)

// programs are the commands that are read, longest first: a variable that stands for one
// of them usually has its name.
var programs = [...]string{
	"docker-compose", "podman-compose", "docker_compose", "podman_compose", "compose", "helmfile", "kustomize", "skaffold", "buildah", "kubectl",
	"nerdctl", "kaniko", "podman", "docker", "depot", "helm", "kapp", "tilt", "oc", "img",
}

// program is the tool that a word starts, empty for any other.
func program(word string) string {
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(word, `\`, "/")), ".exe")
	if strings.HasPrefix(word, "$") {
		base = strings.ToLower(strings.Trim(word, "${}()"))
		for _, p := range programs {
			if strings.Contains(base, p) && len(p) > 3 {
				return strings.ReplaceAll(p, "_", "-")
			}
		}
		return ""
	}
	if slices.Contains(programs[:], base) {
		return base
	}
	return ""
}

// invocations are those of one command.
func invocations(words []string) []Invocation {
	if len(words) == 0 {
		return nil
	}
	rest := words[1:]
	if words[0] == "executor" && slices.ContainsFunc(rest, func(w string) bool { return strings.HasPrefix(w, "--dockerfile") }) {
		return kaniko(rest)
	}
	switch p := program(words[0]); p {
	case "docker-compose", "podman-compose", "compose":
		return compose(rest)
	case "docker", "podman", "nerdctl", "depot", "img":
		return docker(rest)
	case "buildah":
		return buildah(rest)
	case "kaniko":
		return kaniko(rest)
	case "kubectl", "oc":
		return kubectl(rest)
	case "kapp":
		o := parse(rest, "f file a app n namespace")
		return []Invocation{Invocation{Tool: Kubectl}.named(o.all("f", "file")...)}
	case "kustomize":
		return kustomize(rest)
	case "helm":
		return helm(rest)
	case "helmfile", "skaffold", "tilt":
		o := parse(rest, "f file filename e environment p profile n namespace l selector")
		return []Invocation{Invocation{Tool: Tool(p)}.named(o.all("f", "file", "filename")...)}
	}
	return nil
}

// options are the parsed flags of a command and what is none.
type options struct {
	flags []flag
	rest  []string
}

type flag struct{ name, value string }

// all are the values of a flag by any of its names, in their order.
func (o options) all(names ...string) (out []string) {
	for _, f := range o.flags {
		if slices.Contains(names, f.name) {
			out = append(out, f.value)
		}
	}
	return out
}

func (o options) first(names ...string) string {
	for _, v := range o.all(names...) {
		return v
	}
	return ""
}

// parse reads flags wherever they stand; valued names those that take a value, any other
// is a switch.
func parse(words []string, valued string) options {
	return scan(words, strings.Fields(valued), false)
}

// leading reads flags up to the first word that is none.
func leading(words []string, valued string) options {
	return scan(words, strings.Fields(valued), true)
}

func scan(words, valued []string, stop bool) options {
	var o options
	for i := 0; i < len(words); i++ {
		w := words[i]
		if len(w) < 2 || w[0] != '-' || w == "--" {
			if stop {
				o.rest = words[i:]
				return o
			}
			if w != "--" {
				o.rest = append(o.rest, w)
			}
			continue
		}
		name, value, joined := strings.Cut(strings.TrimLeft(w, "-"), "=")
		if !strings.HasPrefix(w, "--") && !slices.Contains(valued, name) { // -fFILE, or switches in one word
			at := lastShort(name, valued)
			if at < 0 {
				continue
			}
			name, value, joined = name[at:at+1], strings.TrimPrefix(strings.TrimLeft(w, "-")[at+1:], "="), at+1 < len(name)
		}
		switch {
		case !slices.Contains(valued, name):
		case joined:
			o.flags = append(o.flags, flag{name, value})
		case i+1 < len(words):
			i++
			o.flags = append(o.flags, flag{name, words[i]})
		}
	}
	return o
}

// lastShort is where a flag with a value stands in a word of short flags; -1 for
// nowhere.
func lastShort(word string, valued []string) int {
	for i := range len(word) {
		if slices.Contains(valued, word[i:i+1]) {
			return i
		}
	}
	return -1
}
