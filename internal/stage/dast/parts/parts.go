// Package parts knows what of a repository a Compose stack is made of, so that a change
// that leaves all of it alone need not be started to be judged.
package parts

import (
	"context"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
)

// maxFiles bounds a directory that is compared file by file. A larger one counts as
// changed, which only means that the stack is started.
const maxFiles = 20_000

// names are the files that Compose looks for in a project's directory: one that is new or
// gone changes which files make up the stack.
var names = [...]string{
	"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml",
	"compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml", "docker-compose.override.yml",
	".env",
}

// Of lists what the first stack of a plan is made of, as the configuration starts it:
// slash paths from the repository's root, those of directories with a slash at their end.
// The answer is false where not everything can be named.
func Of(ctx context.Context, p *plan.Plan, cfg config.DAST) ([]string, bool) {
	if len(p.Stacks) == 0 {
		return nil, false
	}
	s := p.Stacks[0]
	l := &list{plan: p, all: map[string]bool{}, known: chosen(p, s, cfg) && !ready(p, s)}
	l.add(s.Files...)
	for _, name := range names {
		l.add(path.Join(s.Dir, name))
	}
	l.blind(p)
	m, err := stack.Load(ctx, stack.Source{
		Tree: p.Tree, Dir: s.Dir, Files: s.Files, Profiles: cfg.Profiles, Env: cfg.Env, Run: "parts",
		Random: func(n int) string { return strings.Repeat("0", n) },
	})
	for _, file := range m.Files {
		l.add(file, path.Join(path.Dir(file), ".env"))
	}
	if err == nil { // what does not load is not started, whatever else it would be made of
		l.project(m.Project)
	}
	return slices.Sorted(maps.Keys(l.all)), l.known
}

// Same reports whether the change left alone everything that the first stack is made of.
func Same(ctx context.Context, p *plan.Plan, cfg config.DAST, unchanged func(string) bool) bool {
	if unchanged == nil {
		return false
	}
	all, known := Of(ctx, p, cfg)
	return known && !slices.ContainsFunc(all, func(name string) bool { return !unchanged(name) })
}

// chosen reports whether the files of the stack are those that its directory, its .env
// file or the configuration choose. A script may have put others together, and then
// nobody knows whether it still puts together the same.
func chosen(p *plan.Plan, s plan.Stack, cfg config.DAST) bool {
	if len(s.Files) == 1 || len(cfg.Compose) > 0 {
		return true
	}
	env, err := p.Tree.Read(path.Join(s.Dir, ".env"), maxEnv)
	if err == nil && strings.Contains(string(env), "COMPOSE_FILE") {
		return true
	}
	return !slices.ContainsFunc(s.Files, func(file string) bool {
		return path.Dir(file) != s.Dir || !slices.Contains(names[:], path.Base(file))
	})
}

const maxEnv = 1 << 20

// ready reports whether the stack runs an image that a script of the repository builds
// beforehand: nobody knows from which files.
func ready(p *plan.Plan, s plan.Stack) bool {
	files := s.Files
	if s.Document >= 0 && s.Document < len(p.Documents) {
		files = slices.Concat(files, p.Documents[s.Document].Files)
	}
	return slices.ContainsFunc(p.Images, func(i plan.Image) bool {
		return i.BuiltBy != "" && !slices.Contains(files, i.BuiltBy) && slices.Contains(files, i.Location.URI)
	})
}

// list collects the parts.
type list struct {
	plan  *plan.Plan
	all   map[string]bool
	known bool
}

func (l *list) add(names ...string) {
	for _, name := range names {
		l.all[path.Clean(name)] = true
	}
}

// blind adds the files in which the stage could not see something.
func (l *list) blind(p *plan.Plan) {
	for _, g := range p.Gaps("dast") {
		l.known = l.known && g.Location.URI != ""
		l.add(g.Location.URI)
		l.add(g.Depends...)
	}
}

// path adds the file or directory at a path of the machine. What lies outside of the
// repository cannot be compared.
func (l *list) path(name string) {
	rel, err := filepath.Rel(l.plan.Tree.Dir(), name)
	if err != nil || !filepath.IsAbs(name) || !filepath.IsLocal(rel) {
		l.known = false
		return
	}
	rel = filepath.ToSlash(rel)
	if info, err := fs.Stat(l.plan.Tree.FS(), rel); err != nil || !info.IsDir() {
		l.add(rel)
		return
	}
	l.all[rel+"/"] = true
	l.known = l.known && l.files(rel) <= maxFiles
}

// files counts those of the repository below a directory.
func (l *list) files(dir string) (n int) {
	for _, f := range l.plan.Files {
		if dir == "." || strings.HasPrefix(f.Name, dir+"/") {
			n++
		}
	}
	return n
}
