package gate

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
)

// script is what a step before the gate runs, read for what it does to the files that the
// gate judges. A build step that writes files of its own is none of the gate's concern.
type script struct {
	c *comparison
	// dir is the directory that the commands run in, "?" where only a run knows it.
	dir   string
	depth int
	out   []string
}

// effects says, for each command that may change what the gate judges, why.
func (c *comparison) effects(step site) []string {
	text, _ := step.object["run"].(string)
	s := &script{c: c, dir: directory(step.setting("working-directory"))}
	switch sh := step.setting("shell"); {
	case text == "":
	case sh != "" && sh != "bash" && sh != "sh" && !strings.HasPrefix(sh, "bash ") && !strings.HasPrefix(sh, "sh "):
		s.out = append(s.out, "runs a script for "+cut(sh, 40)+", which is not read: "+cut(text, 80))
	default:
		s.run(text)
	}
	return s.out
}

// directory is a directory of the repository, "?" for one that only a run knows.
func directory(dir string) string {
	if rest, _, known := located(dir); known {
		return rest
	}
	return "?"
}

func (s *script) run(text string) {
	commands, err := shell.Parse(text, shell.Mode{})
	if err != nil {
		s.out = append(s.out, "runs a script that cannot be read: "+cut(strings.TrimSpace(text), 80))
		return
	}
	for _, c := range commands {
		switch {
		case c.Writes != "" && s.judged(c.Writes):
			s.out = append(s.out, "writes a file that it judges: > "+cut(c.Writes, 100))
		case len(c.Words) > 0:
			s.command(c.Words)
		}
	}
}

func (s *script) command(words []string) {
	name := path.Base(words[0])
	args, flags := split(words[1:])
	shown := cut(strings.Join(words, " "), 100)
	switch {
	case name == "cd" || name == "pushd" || name == "popd":
		s.enter(args)
	case slices.Contains(runners[:], name) && len(args) > 0:
		if i := slices.Index(words, args[0]); name != "find" && i > 0 {
			s.command(words[i:])
		}
	case s.changes(name, words, args, flags):
		s.out = append(s.out, "changes the files that it judges: "+shown)
	case inline(name, args, flags):
		s.out = append(s.out, "runs code that is not read: "+shown)
	default:
		s.called(words, args, shown)
	}
}

// runners run the command in their arguments.
var runners = [...]string{"xargs", "nice", "time", "stdbuf", "setsid", "busybox", "doas"}

func (s *script) enter(args []string) {
	if len(args) == 0 || s.dir == "?" {
		s.dir = "?"
		return
	}
	rest, outside, known := located(args[0])
	switch {
	case !known || outside:
		s.dir = "?"
	default:
		s.dir = path.Join(s.dir, rest)
	}
}

// changes reports whether a command writes, moves or removes what the gate judges.
func (s *script) changes(name string, words, args, flags []string) bool {
	switch name {
	case "rm", "mv", "truncate", "shred", "unlink", "tee", "chmod":
		return slices.ContainsFunc(args, s.judged) || name == "mv" && s.into(args)
	case "cp", "install", "ln", "rsync", "scp":
		return s.into(args) || slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, "--target") || f == "-t" })
	case "dd":
		return slices.ContainsFunc(args, func(a string) bool { of, ok := strings.CutPrefix(a, "of="); return ok && s.judged(of) })
	case "curl", "wget":
		return s.fetches(name, words, args)
	case "tar", "unzip", "7z", "bsdtar", "cpio", "gunzip", "unxz":
		return s.unpacks(name, words)
	case "find":
		return slices.ContainsFunc(words, func(w string) bool {
			return strings.HasPrefix(w, "-exec") || w == "-delete" || strings.HasPrefix(w, "-fprint")
		})
	case "patch", "ed", "ex", "vi", "vim", "eval":
		return true
	case "awk", "gawk", "mawk":
		return slices.ContainsFunc(words, func(w string) bool {
			return w == "inplace" || strings.Contains(w, "print >") || strings.Contains(w, `> "`) || strings.Contains(w, "system(")
		})
	}
	return editing(words)
}

// into reports whether the last argument is a file that is judged, or the directory of one
// that an earlier argument is named like.
func (s *script) into(args []string) bool {
	if len(args) < 2 {
		return len(args) == 1 && s.judged(args[0])
	}
	to := args[len(args)-1]
	if s.c.isDir(s.at(to)) {
		return slices.ContainsFunc(args[:len(args)-1], func(a string) bool { return strings.HasSuffix(a, "/.") || s.judged(path.Join(to, path.Base(a))) })
	}
	return s.judged(to)
}

// fetches reports whether a download is written over what is judged.
func (s *script) fetches(name string, words, args []string) bool {
	remote := name == "wget"
	for i, w := range words[:len(words)-1] {
		short := strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--")
		to, joined := strings.CutPrefix(w, "--output-document=")
		if !joined {
			to, joined = strings.CutPrefix(w, "--output=")
		}
		switch {
		case joined:
			return s.judged(to)
		case w == "--output" || w == "--output-document", short && strings.HasSuffix(w, "o"), name == "wget" && short && strings.HasSuffix(w, "O"):
			return s.judged(words[i+1])
		case w == "--remote-name", short && strings.Contains(w, "O"):
			remote = true
		}
	}
	return remote && slices.ContainsFunc(args, func(a string) bool { return strings.Contains(a, "/") && s.judged(path.Base(a)) })
}

// unpacks reports whether an archive is unpacked over files that are judged.
func (s *script) unpacks(name string, words []string) bool {
	if (name == "tar" || name == "bsdtar") && len(words) > 1 && !strings.Contains(strings.Split(words[1], "=")[0], "x") {
		return false
	}
	dir := "."
	for i, w := range words {
		if (w == "-C" || w == "-d" || w == "--directory") && i+1 < len(words) {
			dir = words[i+1]
		} else if to, ok := strings.CutPrefix(w, "--directory="); ok {
			dir = to
		}
	}
	return s.judged(dir)
}

// inline tells a program that is given code in its arguments or its input.
func inline(name string, args, flags []string) bool {
	name = strings.TrimRight(name, "0123456789.")
	has := func(list ...string) bool {
		return slices.ContainsFunc(flags, func(f string) bool { return slices.Contains(list, f) })
	}
	switch name {
	case "python", "pypy":
		return has("-c", "-") || len(args) == 0 && !has("-m", "-V", "--version")
	case "node", "bun", "deno", "perl", "ruby", "php", "lua", "Rscript":
		return has("-e", "-p", "-r", "-E", "--eval", "--print", "-") || len(args) == 0 && !has("-v", "--version", "-V") || slices.Contains(args, "eval")
	case "sh", "bash", "zsh", "dash", "ash", "ksh", "pwsh", "powershell":
		return len(args) == 0 && !has("--version") || name != "sh" && name != "bash" && has("-c", "-Command")
	}
	return false
}

// interpreters run the file that they are given.
var interpreters = [...]string{"sh", "bash", "zsh", "dash", "ash", "source", ".", "python", "python3", "node", "perl", "ruby", "php", "pwsh", "deno", "bun"}

// called reads a script of the repository that a command runs. One that is not for a
// shell is refused only when the change brings it.
func (s *script) called(words, args []string, shown string) {
	name := words[0]
	if slices.Contains(interpreters[:], name) && len(args) > 0 {
		name = args[0]
	}
	file := s.at(name)
	after := s.c.head.text(file)
	if file == "" || after == "" || s.depth >= maxDepth {
		return
	}
	first, _, _ := strings.Cut(after, "\n")
	switch {
	case strings.HasPrefix(first, "#!") && strings.Contains(first, "sh") || path.Ext(file) == ".sh":
		inner := &script{c: s.c, dir: s.dir, depth: s.depth + 1}
		inner.run(after)
		s.out = append(s.out, inner.out...)
		if m := meddling(s.c.base.text(file), after); m != "" {
			s.out = append(s.out, "sets what the gate reads: "+m)
		}
	case after != s.c.base.text(file) && (words[0] == name || slices.Contains(interpreters[:], words[0])) && (name != words[0] || strings.Contains(name, "/")):
		s.out = append(s.out, "runs a program that the change itself brings: "+shown)
	}
}

// at is a name as a path of the repository, empty for one that is not in it or not known.
func (s *script) at(name string) string {
	rest, outside, known := located(name)
	if s.dir == "?" || outside || !known {
		return ""
	}
	return path.Join(s.dir, rest)
}

// judged reports whether a name stands for something in the repository: a file that one of
// the commits holds, git's own, or one that would steer the gate. A name that only a run
// knows may be any.
func (s *script) judged(name string) bool {
	rest, outside, known := located(name)
	switch {
	case isProgram(rest):
		return true
	case outside:
		return false
	case !known || s.dir == "?":
		return true
	}
	file := path.Join(s.dir, rest)
	return file == "." || file == ".git" || strings.HasPrefix(file, ".git/") || slices.Contains(steers[:], path.Base(file)) || s.c.exists(file)
}

// steers are files that change what is read, though no commit holds them.
var steers = [...]string{".assure.yml", ".assure.yaml", "assure.yml", "assure.yaml", ".trivyignore", ".gitignore", ".dockerignore", ".gitattributes"}

// elsewhere are beginnings of names outside of the repository.
var elsewhere = [...]string{
	"$GITHUB_ENV", "$GITHUB_PATH", "$GITHUB_OUTPUT", "$GITHUB_STEP_SUMMARY", "$GITHUB_STATE", "$RUNNER_TEMP", "$RUNNER_TOOL_CACHE", "$HOME", "~/", "$TMPDIR", "$(mktemp",
	"${{ runner.temp }}", "${{runner.temp}}", "${{ runner.tool_cache }}",
}

// workspaces are other words for the repository's directory.
var workspaces = [...]string{"$GITHUB_WORKSPACE", "${{ github.workspace }}", "${{github.workspace}}", "$PWD", "$(pwd)", "/github/workspace"}

// located says where a name leads: below the repository, outside, or nobody knows before
// a run.
func located(name string) (rest string, outside, known bool) {
	name = braced.ReplaceAllString(name, "$$$1")
	for _, prefix := range elsewhere {
		if strings.HasPrefix(name, prefix) {
			return name, true, true
		}
	}
	for _, prefix := range workspaces {
		if after, ok := strings.CutPrefix(name, prefix); ok {
			name = "." + after
		}
	}
	if strings.ContainsAny(name, "$`*?[{") || strings.HasPrefix(name, "/home/runner/work") {
		return name, false, false
	}
	clean := path.Clean(name)
	return clean, path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../"), true
}

// braced is a name's beginning as ${NAME}, which is $NAME.
var braced = regexp.MustCompile(`^\$\{(\w+)\}`)

// exists reports whether either commit holds a file or directory.
func (c *comparison) exists(name string) bool {
	for _, t := range []*tree{c.base, c.head} {
		if _, err := fs.Stat(t.fs, name); err == nil {
			return true
		}
	}
	return false
}

func (c *comparison) isDir(name string) bool {
	for _, t := range []*tree{c.base, c.head} {
		if info, err := fs.Stat(t.fs, name); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// split parts arguments from flags.
func split(words []string) (args, flags []string) {
	for _, w := range words {
		if strings.HasPrefix(w, "-") {
			flags = append(flags, w)
		} else {
			args = append(args, w)
		}
	}
	return args, flags
}
