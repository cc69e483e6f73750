package hardening

import (
	"path"
	"slices"
	"strings"
)

// dockerfile are the facts about one Dockerfile.
type dockerfile struct {
	Stages []stageFacts `json:"stages"`
	// Typography are words with typographic characters.
	Typography []typo `json:"typography"`
}

// stageFacts are the facts about one build stage.
type stageFacts struct {
	// Name is the stage's name, else its index.
	Name string `json:"name"`
	From string `json:"from"`
	// Final is true for the stage that becomes the image.
	Final bool `json:"final"`
	// User is who the image runs as, also when an earlier stage said so.
	User user `json:"user"`
	// UserPath leads to the instruction that decides, else to the stage.
	UserPath []any `json:"user_path"`
	// NonRootBase is true when the base image's name promises an unprivileged user.
	NonRootBase bool `json:"nonroot_base"`
	// Secrets are literals of ENV and ARG and copied files that look secret.
	Secrets []secret `json:"secrets"`
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

func dockerfileFacts(model map[string]any) dockerfile {
	out := dockerfile{Stages: []stageFacts{}, Typography: instructionTypos(model)}
	stages := list(model["stages"])
	for i, v := range stages {
		st := object(v)
		f := stageFacts{Name: text(st["name"]), From: text(st["from"]), Final: i == len(stages)-1,
			UserPath: []any{"stages", i}, Secrets: []secret{}, Copies: []copied{}, Insecure: []copied{}}
		f.NonRootBase = strings.Contains(f.From, "nonroot") || strings.Contains(f.From, "chiseled")
		if base := out.stage(f.From); base != nil {
			f.User, f.UserPath, f.NonRootBase = base.User, base.UserPath, base.NonRootBase
			f.Backend, f.Minimal = base.Backend, base.Minimal
		} else {
			f.Backend, f.Minimal = isBackendBase(f.From), isMinimal(f.From)
		}
		if i == 0 {
			f.instructions(model["instructions"], nil)
		}
		f.instructions(st["instructions"], []any{"stages", i})
		out.Stages = append(out.Stages, f)
	}
	return out
}

// instructions reads the instructions of a stage, or those before the first one.
func (f *stageFacts) instructions(v any, base []any) {
	for j, in := range list(v) {
		f.instruction(object(in), under(base, "instructions", j))
	}
}

// stage finds an earlier stage by name.
func (d dockerfile) stage(name string) *stageFacts {
	for i := range d.Stages {
		if d.Stages[i].Name != "" && strings.EqualFold(d.Stages[i].Name, name) {
			return &d.Stages[i]
		}
	}
	return nil
}

func (f *stageFacts) instruction(in map[string]any, at []any) {
	var args []string
	for _, a := range list(in["args"]) {
		args = append(args, text(a))
	}
	switch name := strings.ToUpper(text(in["name"])); name {
	case "USER":
		if len(args) > 0 {
			f.User, f.UserPath = parseUser(unquote(args[0])), at
			f.User.Unknown = strings.Contains(args[0], "$")
		}
	case "ENV", "ARG", "LABEL":
		for _, a := range args {
			key, value, _ := strings.Cut(a, "=")
			if isSecretKey(key) && isLiteral(unquote(value)) {
				f.Secrets = append(f.Secrets, secret{Key: key, From: name, Path: at})
			}
		}
	case "COPY", "ADD":
		f.copied(name, in, args, at)
		if len(args) > 1 {
			f.Copies = append(f.Copies, copied{target(args), at})
		}
	case "HEALTHCHECK":
		for _, w := range insecure(strings.Fields(strings.Trim(strings.NewReplacer(`"`, " ", ",", " ", "[", " ", "]", " ").Replace(strings.Join(args, " ")), " "))) {
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

// isBackendBase tells a base that servers of the guide's kind run on, or the backend's own image.
func isBackendBase(from string) bool {
	words := wordsOf(imageName(from))
	return slices.Contains(words, "aspnet") || slices.Contains(words, "backend")
}

// minimal are words of images without shell and package manager.
var minimal = []string{"distroless", "chiseled", "chiselled", "scratch", "static", "nonroot"}

func isMinimal(from string) bool {
	ref, _, _ := strings.Cut(from, "@")
	return slices.ContainsFunc(minimal, func(w string) bool { return strings.Contains(ref, w) })
}

func unquote(s string) string { return strings.Trim(s, `"'`) }

// copied notes secret files among the sources of COPY and ADD. Files of another stage
// are that stage's business.
func (f *stageFacts) copied(name string, in map[string]any, words []string, at []any) {
	for _, flag := range list(in["flags"]) {
		if strings.HasPrefix(text(flag), "--from=") {
			return
		}
	}
	if len(words) < 2 {
		return
	}
	for _, source := range words[:len(words)-1] {
		if isSecretFile(source) {
			f.Secrets = append(f.Secrets, secret{Key: source, From: name, Path: at})
		}
	}
}

var (
	secretFiles = []string{
		".env", ".netrc", ".npmrc", ".pypirc", ".git-credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
		"credentials", "credentials.json", "client.jwt", "jwt.pem", ".htpasswd", "kubeconfig", "secrets.yml",
		"secrets.yaml", "secrets.json",
	}
	secretSuffixes = []string{".key", ".pfx", ".p12", ".jks", ".keystore", ".kdbx"}
)

func isSecretFile(name string) bool {
	base := path.Base(strings.TrimSuffix(name, "/"))
	if slices.Contains(secretFiles, base) || isHomeDir(base) {
		return true
	}
	if strings.HasPrefix(base, ".env.") {
		return !strings.Contains(base, "example") && !strings.Contains(base, "sample") && !strings.Contains(base, "template")
	}
	return slices.ContainsFunc(secretSuffixes, func(s string) bool { return strings.HasSuffix(base, s) })
}

// subject names the stage that a path lies in.
func (d dockerfile) subject(path []any) string {
	if len(path) < 2 {
		return ""
	}
	i, ok := path[1].(int)
	if !ok || path[0] != "stages" || i < 0 || i >= len(d.Stages) {
		return ""
	}
	if d.Stages[i].Name != "" {
		return d.Stages[i].Name
	}
	return "stage " + text(i)
}
