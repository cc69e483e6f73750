package gate

import (
	"path"
	"reflect"
	"slices"
	"strings"
)

// publishers are those whose actions do what they are named for: set up tools, sign in,
// cache, build. They can be trusted not to write over the repository.
var publishers = [...]string{
	"actions", "github", "docker", "azure", "aws-actions", "google-github-actions", "hashicorp", "sigstore", "step-security", "gradle", "ruby",
	"pnpm", "astral-sh", "oven-sh", "denoland", "dtolnay", "swatinem", "golangci", "helm", "aquasecurity", "anchore", "codecov", "sonarsource",
	"bufbuild", "goreleaser", "jdx", "nixos", "cachix", "depot", "tailscale", "erlef", "shivammathur", "microsoft", "dorny", "tj-actions",
}

// placing are actions of them that put files where they are told to, by the input.
var placing = map[string]string{
	"actions/download-artifact": "path", "actions/cache": "path", "actions/cache/restore": "path", "google-github-actions/get-secretmanager-secrets": "",
}

// action says what a new or edited step with an action may do to what the gate judges;
// empty when it is known to do nothing, or is another version of what was there.
func (c *comparison) action(before, step map[string]any) string {
	uses, _ := step["uses"].(string)
	repo, _ := reference(uses)
	was, _ := reference(text(before["uses"]))
	with := object(step["with"])
	key, places := placing[strings.ToLower(repo)]
	switch {
	case uses == "" || reflect.DeepEqual(before["with"], step["with"]) && was == repo:
		return ""
	case strings.HasPrefix(uses, "./"):
		return c.local(repo)
	case strings.HasPrefix(uses, dockerScheme):
		return "runs an image over the files that it judges: " + cut(uses, 100)
	case strings.EqualFold(repo, "actions/github-script"):
		return "runs code that is not read: " + cut(text(with["script"]), 80)
	case places && c.over(text(with[key])):
		return "puts files where it judges some: " + cut(uses, 80) + " " + key + ": " + cut(text(with[key]), 60)
	case was == repo, slices.Contains(publishers[:], strings.ToLower(strings.Split(repo, "/")[0])):
		return ""
	}
	return "runs an action of somebody unknown, which may change the files that it judges: " + cut(uses, 100)
}

// over reports whether one of the paths holds something that is judged.
func (c *comparison) over(paths string) bool {
	s := &script{c: c}
	if strings.TrimSpace(paths) == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(paths, "\n"), func(p string) bool { return strings.TrimSpace(p) != "" && s.judged(strings.TrimSpace(p)) })
}

// local reads an action of the repository: the steps of a composite one as if they stood
// in its place; any other is refused only when the change brings it.
func (c *comparison) local(ref string) string {
	file := c.head.file(ref)
	d := c.head.read(file)
	if d == nil || d.model == nil {
		return ""
	}
	was := c.base.file(ref)
	if runs := object(d.model["runs"]); runs["using"] != "composite" {
		if was != "" && c.base.read(was).text == d.text {
			return ""
		}
		return "runs an action that the change itself brings: " + file
	}
	steps, _ := object(d.model["runs"])["steps"].([]any)
	for _, v := range steps {
		step := object(v)
		if uses, _ := step["uses"].(string); strings.HasPrefix(uses, "./") && path.Clean(uses) == path.Clean(ref) {
			continue
		}
		if all := c.effects(site{of: d, object: step}); len(all) > 0 {
			return all[0] + " (" + file + ")"
		}
		if uses, _ := step["uses"].(string); !strings.HasPrefix(uses, "./") {
			if why := c.action(nil, step); why != "" {
				return why + " (" + file + ")"
			}
		}
		if m := meddling(c.base.text(was), text(v)); m != "" {
			return "sets what the gate reads: " + m + " (" + file + ")"
		}
	}
	return ""
}
