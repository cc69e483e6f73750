package invoked

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/source"
)

// pipelines are names of files that CI servers and task runners read, places their
// directories.
var (
	pipelines = [...]string{
		"action.yml", "action.yaml", "bitbucket-pipelines.yml", ".drone.yml", ".drone.yaml", ".woodpecker.yml", ".woodpecker.yaml", ".travis.yml",
		"taskfile.yml", "taskfile.yaml", "taskfile.dist.yml", "taskfile.dist.yaml", "buildspec.yml", "buildspec.yaml", "appveyor.yml", ".appveyor.yml",
		"cloudbuild.yaml", "cloudbuild.yml", "lefthook.yml", "codefresh.yml", ".cirrus.yml", "wercker.yml", "shippable.yml", "appspec.yml",
	}
	pipelineDirs = [...]string{".github/workflows", ".circleci", ".azure-pipelines", ".gitlab", ".gitlab/ci", ".gitlab-ci", ".semaphore", ".woodpecker", ".buildkite", ".forgejo/workflows", ".gitea/workflows", ".azure", ".pipelines", "pipelines", ".ci", "ci"}
)

func isPipeline(dir, base string) bool {
	if !hasEnding(base, ".yml", ".yaml") {
		return false
	}
	lower := strings.ToLower(base)
	return slices.Contains(pipelines[:], lower) || slices.ContainsFunc(pipelineDirs[:], func(d string) bool { return dir == d || strings.HasSuffix(dir, "/"+d) }) ||
		strings.Contains(lower, "gitlab-ci") || strings.Contains(lower, "azure-pipelines") || strings.HasPrefix(lower, "cloudbuild") || strings.HasPrefix(lower, "taskfile")
}

// readPipeline walks the documents of a pipeline: whatever stands where its server or
// runner takes shell is read as shell.
func readPipeline(name string, text []byte) (out []Invocation) {
	if !mentions(text) {
		return nil
	}
	docs, err := source.Parse(name, text)
	start := "."
	if strings.HasPrefix(strings.ToLower(path.Base(name)), "taskfile") {
		start = path.Dir(name)
	}
	if err != nil {
		return newScope(name, start).search(string(text), 1)
	}
	for _, d := range docs {
		w := walker{taskfile: start != "." || strings.HasPrefix(strings.ToLower(path.Base(name)), "taskfile"), out: &out}
		w.node(d.Root, newScope(name, start))
	}
	return out
}

// walker gathers the invocations of one document.
type walker struct {
	taskfile bool
	out      *[]Invocation
}

// scripts are the keys whose values are shell.
var scripts = [...]string{
	"run", "script", "scripts", "before_script", "after_script", "bash", "sh", "pwsh", "powershell", "command", "commands", "cmds", "cmd", "inlineScript",
	"before_install", "install", "before_deploy", "after_deploy", "after_success", "build_script", "deploy_script", "test_script", "args",
}

func (w walker) node(n *yaml.Node, s scope) {
	n = source.Deref(n)
	if n == nil || len(*w.out) >= maxInvocations {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			w.node(item, s)
		}
	}
	if n.Kind == yaml.MappingNode {
		w.mapping(n, s)
	}
}

func (w walker) mapping(n *yaml.Node, s scope) {
	s = inherit(n, s)
	w.step(n, s)
	for _, key := range source.Keys(n) {
		k, v := source.Child(n, key)
		switch v = source.Deref(v); {
		case w.taskfile && key == "tasks":
			w.tasks(v, s)
		case slices.Contains(scripts[:], key) && k != nil:
			w.shell(v, s)
		default:
			w.node(v, s)
		}
	}
}

// tasks reads tasks that are commands themselves.
func (w walker) tasks(n *yaml.Node, s scope) {
	for _, name := range source.Keys(n) {
		if _, task := source.Child(n, name); source.Deref(task).Kind == yaml.MappingNode {
			w.node(task, s)
		} else {
			w.shell(task, s)
		}
	}
}

// inherit is what a mapping sets for all below it.
func inherit(n *yaml.Node, s scope) scope {
	for _, key := range [...]string{"env", "variables", "environment"} {
		_, env := source.Child(n, key)
		for _, name := range [...]string{composeFile, composeSeparator} {
			if v := scalarAt(env, name); v != "" {
				s = s.set(name, v)
			}
		}
	}
	s = s.in(scalarAt(n, "defaults", "run", "working-directory"))
	for _, key := range [...]string{"working-directory", "workingDirectory", "working_directory", "dir"} {
		s = s.in(scalarAt(n, key))
	}
	return s
}

// scalarAt is the text at a path of mappings, empty when there is none.
func scalarAt(n *yaml.Node, keys ...string) string {
	for _, key := range keys {
		if n = source.Deref(n); n == nil || n.Kind != yaml.MappingNode {
			return ""
		}
		_, n = source.Child(n, key)
	}
	if n = source.Deref(n); n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// shell reads a script, or the lines of one that stand in a list and share a shell.
func (w walker) shell(n *yaml.Node, s scope) {
	var cmds []shell.Command
	w.gather(n, s, &cmds)
	*w.out = append(*w.out, s.run(cmds)...)
}

func (w walker) gather(n *yaml.Node, s scope, cmds *[]shell.Command) {
	switch n = source.Deref(n); {
	case n == nil:
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			w.gather(item, s, cmds)
		}
	case n.Kind == yaml.MappingNode:
		w.node(n, s)
	default:
		parsed, err := shell.Parse(n.Value, shell.Mode{})
		if err != nil {
			*w.out = append(*w.out, s.search(n.Value, n.Line)...)
		}
		for _, c := range parsed {
			c.Line = lineOf(n, c.Line)
			*cmds = append(*cmds, c)
		}
	}
}

// lineOf is the line in the file of a line in a scalar.
func lineOf(n *yaml.Node, line int) int {
	if n.Style&yaml.LiteralStyle != 0 {
		return n.Line + line
	}
	return n.Line
}

// step reads what a ready-made step of a pipeline is given.
func (w walker) step(n *yaml.Node, s scope) {
	uses, with := scalarAt(n, "uses")+scalarAt(n, "task"), child(n, "with", "inputs", "settings")
	add := func(i Invocation) { *w.out = append(*w.out, s.at(i, n.Line)) }
	context := scalarAt(with, "context") + scalarAt(with, "buildContext")
	switch {
	case strings.Contains(uses, "bake-action"):
		add(Invocation{Tool: Bake}.named(items(scalarAt(with, "files"))...))
	case strings.Contains(uses, "build-push-action"), strings.Contains(uses, "docker-build"):
		add(Invocation{Tool: Build, Target: context}.named(items(scalarAt(with, "file"))...))
	case strings.Contains(uses, "kaniko"), strings.HasPrefix(uses, "Docker@"):
		add(Invocation{Tool: Build, Target: context}.named(scalarAt(with, "file"), scalarAt(with, "dockerfile"), scalarAt(with, "Dockerfile")))
	case strings.HasPrefix(uses, "DockerCompose@"):
		add(Invocation{Tool: Compose}.named(append(items(scalarAt(with, "dockerComposeFile")), items(scalarAt(with, "additionalDockerComposeFiles"))...)...))
	case strings.Contains(uses, "compose"):
		add(Invocation{Tool: Compose}.named(append(items(scalarAt(with, "compose-file")), items(scalarAt(with, "file"))...)...))
	case scalarAt(with, "manifests") != "":
		add(Invocation{Tool: Kubectl}.named(items(scalarAt(with, "manifests"))...))
	}
	if file := scalarAt(n, "dockerfile"); file != "" {
		add(Invocation{Tool: Build, Target: scalarAt(n, "context") + scalarAt(n, "path")}.named(file))
	}
	w.builder(n, s)
}

// builder reads a step that is a container with arguments.
func (w walker) builder(n *yaml.Node, s scope) {
	args := source.Deref(child(n, "args"))
	if args == nil || args.Kind != yaml.SequenceNode {
		return
	}
	image := path.Base(strings.SplitN(scalarAt(n, "name")+scalarAt(n, "image"), ":", 2)[0])
	if strings.Contains(scalarAt(n, "name")+scalarAt(n, "image"), "kaniko") {
		image = "kaniko"
	}
	words := []string{image}
	for _, a := range args.Content {
		words = append(words, source.Deref(a).Value)
	}
	*w.out = append(*w.out, s.command(words, n.Line)...)
}

// child is the first of the members that a mapping has.
func child(n *yaml.Node, keys ...string) *yaml.Node {
	if n = source.Deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for _, key := range keys {
		if _, v := source.Child(n, key); v != nil {
			return v
		}
	}
	return nil
}

// items are the lines or comma-separated parts of a list in one scalar.
func items(text string) (out []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
