package inventory

import (
	"bytes"
	"context"
	"io/fs"
	"testing"
	"unicode/utf8"

	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// memory is a repository of files in memory.
type memory map[string]string

func (m memory) Read(name string, _ int64) ([]byte, error) {
	text, ok := m[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func readOne(t testing.TB, name, text string) Lock {
	t.Helper()
	log := quiet.Listen()
	defer log.Stop()
	r := New(memory{name: text}, []string{name}, log)
	return r.Read(context.Background(), name)
}

// FuzzRead feeds every format: no crash, and never silence about a file that is there.
func FuzzRead(f *testing.F) {
	names := []string{
		"go.mod", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "requirements.txt", "Pipfile.lock", "poetry.lock",
		"uv.lock", "pylock.toml", "Gemfile.lock", "Cargo.lock", "composer.lock", "pom.xml", "gradle.lockfile", "build.sbt.lock",
		"packages.lock.json", "packages.config", "Directory.Packages.props", "x.deps.json", "conan.lock", "mix.lock", "pubspec.lock",
		"Package.resolved", "Podfile.lock", "Manifest.toml",
	}
	for i := range names {
		f.Add(uint8(i), "")
	}
	f.Add(uint8(13), "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>${v}</version></dependency></dependencies><properties><v>${w}${w}</v><w>${v}</w></properties></project>")
	f.Add(uint8(5), "-r x\n-e y\nz==1 # c\n\xff\xfe")
	f.Add(uint8(11), "[[package]]\nname = \"a\"\nversion = \"1\"\n")
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		l := readOne(t, names[int(kind)%len(names)], text)
		if !l.Read && len(l.Gaps) == 0 {
			t.Errorf("%s was not read and nobody says so", l.Name)
		}
		for _, p := range l.Packages {
			checkRegion(t, l, l.Locate(p))
		}
		for _, g := range l.Gaps {
			checkRegion(t, l, g.Location)
		}
	})
}

// checkRegion demands a place that is in the file.
func checkRegion(t *testing.T, l Lock, at finding.Location) {
	t.Helper()
	r := at.Region
	lines := bytes.Split(l.Text, []byte("\n"))
	if r.StartLine < 1 || r.StartLine > len(lines) || r.StartLine != r.EndLine || r.StartColumn < 1 || r.EndColumn <= r.StartColumn {
		t.Fatalf("%s: %+v in %d lines", at, r, len(lines))
	}
	if width := utf8.RuneCount(lines[r.StartLine-1]); r.EndColumn > max(2, width+2) {
		t.Fatalf("%s: %+v ends after the line's %d columns", at, r, width)
	}
}

func TestLocate(t *testing.T) {
	tests := map[string]struct {
		kind types.LangType
		text string
		pkg  types.Package
		want string
	}{
		"longer names":      {types.GoModule, "require (\n\ta.b/c/d v1.0.0\n\tx.a.b/c v1.0.0\n\ta.b/c-e v1.0.0\n\ta.b/c v1.0.0\n)\n", types.Package{Name: "a.b/c", Version: "v1.0.0"}, "f:5:2"},
		"two versions":      {types.Pnpm, "packages:\n  a@1.0.0:\n  a@2.0.0:\n", types.Package{Name: "a", Version: "2.0.0"}, "f:3:3"},
		"needed first":      {types.Poetry, "[package.dependencies]\na = \">=1.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0\"\n", types.Package{Name: "a", Version: "1.0"}, "f:4:1"},
		"other case":        {types.NuGet, "<package id=\"Weak\" version=\"1\"/>\n", types.Package{Name: "weak", Version: "1"}, "f:1:1"},
		"version far below": {types.Hex, "a\n\n\n\n\n\n\n\n\n1.0\n", types.Package{Name: "a", Version: "1.0"}, "f:1:1"},
		"told":              {types.Npm, "a\n  \"a\"\n", types.Package{Name: "a", Version: "9", Locations: types.Locations{{StartLine: 2, EndLine: 2}}}, "f:2:3"},
		"told, other name":  {types.Npm, "x\n  y\n", types.Package{Name: "a", Version: "9", Locations: types.Locations{{StartLine: 2, EndLine: 2}}}, "f:2:3"},
		"told beyond":       {types.Npm, "x", types.Package{Name: "a", Locations: types.Locations{{StartLine: 99, EndLine: 99}}}, "f:1:1"},
		"nowhere":           {types.Npm, "x", types.Package{Name: "a"}, "f:1:1"},
		"umlauts":           {types.Npm, "ää a 1\n", types.Package{Name: "a", Version: "1"}, "f:1:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := Lock{Name: "f", Kind: tt.kind, Text: []byte(tt.text)}
			if diff := cmp.Diff(tt.want, l.Locate(tt.pkg).String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamesOccurOnce(t *testing.T) {
	for _, name := range []string{"go.mod", "Directory.Packages.props", "svc.packages.props", "pylock.toml", "pylock.a.toml", "buildscript-gradle.lockfile"} {
		n := 0
		for _, f := range formats() {
			if newIndex([]format{f}).of(name) != nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is read by %d formats", name, n)
		}
	}
}
