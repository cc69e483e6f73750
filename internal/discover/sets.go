package discover

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

var composeStages = [...]string{"hardening", "images", "dast"}

// compose adds every Compose set: the configured one, those that a .env file or a script
// names, those with a default name and its override, and each remaining file alone or
// over the file that it completes. A file that another set includes or extends is a
// fragment and not a set of its own.
func (b *builder) compose() {
	b.env = map[string]compose.Environment{}
	if files := b.configured(); files != nil {
		b.addSet(files)
	}
	var alone []string
	for _, dir := range b.composeDirs() {
		files, rest := b.inDirectory(dir)
		b.pending = append(b.pending, files...)
		alone = append(alone, rest...)
	}
	b.pending = distinct(append(b.pending, slices.DeleteFunc(slices.Clone(b.invoked), func(s []string) bool { return s == nil })...))
	b.defaults()
	b.remaining(alone)
	for i, l := range b.loadAll() {
		b.loadSet(b.sets[i], l)
	}
}

// configured is the set that the configuration names.
func (b *builder) configured() (files []string) {
	for _, f := range b.cfg.DAST.Compose {
		name, err := source.Inside(b.tree.Dir(), ".", f)
		if err == nil && !b.has(name) {
			err = fs.ErrNotExist
		}
		if err != nil {
			b.problem(gap.MissingFile, b.settings(), "dast.compose names "+f+", which is not a file of the repository; correct the name", composeStages[:]...)
			continue
		}
		files = append(files, name)
	}
	return files
}

// settings is where a mistake in the configuration is reported.
func (b *builder) settings() finding.Location {
	if b.cfg.Origin == "" {
		return finding.Location{}
	}
	return finding.Top(b.cfg.Origin)
}

func (b *builder) has(name string) bool {
	if b.plan.Partial {
		return b.exists(name)
	}
	_, ok := slices.BinarySearchFunc(b.plan.Files, name, func(f plan.File, n string) int { return strings.Compare(f.Name, n) })
	return ok
}

// composeDirs are the directories with a Compose file or a .env file, sorted.
func (b *builder) composeDirs() (dirs []string) {
	for _, f := range b.plan.Files {
		if compose.Named(f.Name) || b.composeFiles[f.Name] || isEnvFile(f.Name) {
			dirs = append(dirs, path.Dir(f.Name))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// inDirectory finds the sets of one directory and the Compose files that are left.
func (b *builder) inDirectory(dir string) (sets [][]string, rest []string) {
	if files := b.fromEnv(dir); files != nil {
		sets = append(sets, files)
	}
	var standard []string
	if base := b.first(dir, compose.DefaultNames[:]); base != "" {
		standard = append(standard, base)
		if over := b.first(dir, compose.OverrideNames[:]); over != "" {
			standard = append(standard, over)
		}
		if !slices.ContainsFunc(sets, func(s []string) bool { return slices.Equal(s, standard) }) {
			sets = append(sets, standard)
		}
	}
	for _, f := range b.below(dir) {
		if path.Dir(f.Name) == dir && !slices.Contains(slices.Concat(sets...), f.Name) && b.composeFiles[f.Name] {
			rest = append(rest, f.Name)
		}
	}
	return sets, rest
}

// below are the files in a directory and its directories: their names are sorted.
func (b *builder) below(dir string) []plan.File {
	files := b.plan.Files
	if dir == "." {
		return files
	}
	find := func(name string) int {
		i, _ := slices.BinarySearchFunc(files, name, func(f plan.File, n string) int { return strings.Compare(f.Name, n) })
		return i
	}
	return files[find(dir+"/"):find(dir+"0")] // 0 follows on /
}

// isComposeByContent tells Compose files from others that only begin with the word, such
// as a workflow. What cannot be parsed counts as Compose, so that it is reported.
func (b *builder) isComposeByContent(name string) bool {
	if !compose.Named(name) {
		return false
	}
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return true
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		return true
	}
	for _, d := range docs {
		for _, key := range source.Keys(d.Root) {
			if slices.Contains(compose.Sections[:], key) {
				return true
			}
		}
	}
	return false
}

func (b *builder) first(dir string, names []string) string {
	for _, n := range names {
		name := path.Join(dir, n)
		if b.has(name) && !b.isWrittenLink(name) && (!strings.HasPrefix(name, ".github/") || b.isComposeByContent(name)) {
			return name
		}
	}
	return ""
}

// fromEnv reads COMPOSE_FILE of a directory's .env file.
func (b *builder) fromEnv(dir string) (files []string) {
	env := b.environment(dir).Values
	sep := env[compose.SeparatorVariable]
	if sep == "" {
		sep = ":"
	}
	for _, f := range strings.Split(env[compose.FileVariable], sep) {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		name, err := source.Inside(b.tree.Dir(), dir, f)
		if err == nil && !b.has(name) {
			err = errors.New("COMPOSE_FILE names " + f + ", which is not a file of the repository; correct the name")
		}
		if err != nil {
			b.problem(gap.MissingFile, finding.Top(path.Join(dir, ".env")), err.Error(), composeStages[:]...)
			continue
		}
		files = append(files, name)
	}
	return files
}

// environment is what a directory's .env file sets.
func (b *builder) environment(dir string) compose.Environment {
	if env, ok := b.env[dir]; ok {
		return env
	}
	name := path.Join(dir, ".env")
	env, err := compose.ReadEnv(b.tree, name, compose.Environment{})
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !b.taken[name] {
		b.fault(name, err, composeStages[:]...)
	}
	b.env[dir] = env
	return env
}

// defaults adds the sets of well-known names, unless another set includes them whole.
func (b *builder) defaults() {
	var sets []*compose.Set
	for _, files := range b.pending {
		sets = append(sets, b.newSet(files))
	}
	b.keep(sets, func(other *compose.Set, name string) bool { return other.Included[name] })
}

// distinct drops lists that stand there already.
func distinct(sets [][]string) (out [][]string) {
	for _, files := range sets {
		if !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, files) }) {
			out = append(out, files)
		}
	}
	return out
}

// remaining adds files that stand alone, unless another set reaches them. One that only
// changes services of the directory's default file is laid over that.
func (b *builder) remaining(names []string) {
	var sets []*compose.Set
	for _, name := range names {
		if slices.ContainsFunc(b.sets, func(s *compose.Set) bool { return slices.Contains(s.Order, name) }) {
			continue
		}
		s := b.newSet([]string{name})
		if base := b.first(path.Dir(name), compose.DefaultNames[:]); base != "" && s.Completes(base, b.sets) {
			s = b.newSet([]string{base, name})
		}
		sets = append(sets, s)
	}
	b.keep(sets, func(other *compose.Set, name string) bool { return slices.Contains(other.Order, name) })
}

// keep adds the sets whose files no other set covers. Sets that cover one another in a
// circle are not lost: the first of them stays.
func (b *builder) keep(sets []*compose.Set, covers func(other *compose.Set, name string) bool) {
	covered := func(s *compose.Set, by []*compose.Set) bool {
		return slices.ContainsFunc(by, func(o *compose.Set) bool {
			return o != s && !slices.ContainsFunc(s.Files, func(f string) bool { return !covers(o, f) })
		})
	}
	var circle []*compose.Set
	for _, s := range sets {
		if covered(s, sets) || covered(s, b.sets) {
			circle = append(circle, s)
			continue
		}
		b.sets = append(b.sets, s)
	}
	for _, s := range circle {
		if !covered(s, b.sets) {
			b.sets = append(b.sets, s)
		}
	}
}

func (b *builder) addSet(files []string) { b.sets = append(b.sets, b.newSet(files)) }

// newSet reads the files of a set, with the values of the .env beside the first.
func (b *builder) newSet(files []string) *compose.Set {
	return compose.New(b.tree, files, b.environment(path.Dir(files[0])))
}

// claim keeps the set's files from being read as anything else.
func (b *builder) claim(s *compose.Set) {
	for _, name := range slices.Concat(s.Files, s.Order) {
		b.taken[name] = true
	}
}
