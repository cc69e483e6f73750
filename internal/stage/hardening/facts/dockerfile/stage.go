package dockerfile

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Stage are the facts about one build stage.
type Stage struct {
	// Name is the stage's name, else its index.
	Name string `json:"name"`
	From string `json:"from"`
	// Final is true for the stage that becomes the image.
	Final bool `json:"final"`
	// User is who the image runs as, also when an earlier stage decided it.
	User container.User `json:"user"`
	// UserPath leads to the instruction that decides, else to the stage.
	UserPath []any `json:"user_path"`
	// NonRootBase is true when the base image's name promises an unprivileged user.
	NonRootBase bool `json:"nonroot_base"`
	// Secrets are literals of ENV and ARG and copied files that look secret.
	Secrets []container.Secret `json:"secrets"`
	// Backend is true when the stage is built on or named after the backend; Minimal is
	// true when its base has neither shell nor package manager.
	Backend bool `json:"backend"`
	Minimal bool `json:"minimal"`
	// Copies are the targets of COPY and ADD.
	Copies []copied `json:"copies"`
	// Insecure are instructions HEALTHCHECK that do not check certificates.
	Insecure []copied `json:"insecure"`
}

// copied is a target of COPY and ADD, or a word of another instruction.
type copied struct {
	Text string `json:"text"`
	Path []any  `json:"path"`
}

// instructions reads the instructions of a stage, or those before the first one.
func (f *Stage) instructions(v any, base []any) {
	for j, in := range value.List(v) {
		f.instruction(value.Object(in), value.Under(base, "instructions", j))
	}
}

func (f *Stage) instruction(in map[string]any, at []any) {
	var args []string
	for _, a := range value.List(in["args"]) {
		args = append(args, value.Text(a))
	}
	switch name := strings.ToUpper(value.Text(in["name"])); name {
	case "USER":
		if len(args) > 0 {
			f.User, f.UserPath = container.ParseUser(unquote(args[0])), at
			f.User.Unknown = strings.Contains(args[0], "$")
		}
	case "ENV", "ARG", "LABEL":
		for _, a := range args {
			key, value, _ := strings.Cut(a, "=")
			if container.IsSecretKey(key) && container.IsLiteral(unquote(value)) {
				f.Secrets = append(f.Secrets, container.Secret{Key: key, From: name, Path: at})
			}
		}
	case "COPY", "ADD":
		f.copied(name, in, args, at)
		if len(args) > 1 {
			f.Copies = append(f.Copies, copied{target(args), at})
		}
	case "HEALTHCHECK":
		for _, w := range container.Insecure(strings.Fields(strings.Trim(strings.NewReplacer(`"`, " ", ",", " ", "[", " ", "]", " ").Replace(strings.Join(args, " ")), " "))) {
			f.Insecure = append(f.Insecure, copied{w, at})
		}
	}
}

// target is where COPY puts its one source: below a directory under its own name.
func target(args []string) string {
	to := args[len(args)-1]
	if strings.HasSuffix(to, "/") && len(args) == 2 {
		return to + path.Base(args[0])
	}
	return to
}

func unquote(s string) string { return strings.Trim(s, `"'`) }

// copied notes secret files among the sources of COPY and ADD. Files of another stage
// are that stage's business.
func (f *Stage) copied(name string, in map[string]any, words []string, at []any) {
	for _, flag := range value.List(in["flags"]) {
		if strings.HasPrefix(value.Text(flag), "--from=") {
			return
		}
	}
	if len(words) < 2 {
		return
	}
	for _, source := range words[:len(words)-1] {
		if isSecretFile(source) {
			f.Secrets = append(f.Secrets, container.Secret{Key: source, From: name, Path: at})
		}
	}
}
