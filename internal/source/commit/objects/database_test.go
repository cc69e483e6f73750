package objects_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

func open(dir string) *objects.Database { return objects.Open(filepath.Join(dir, ".git", "objects")) }

// same reads every object of a repository and compares it with what git says.
func same(t *testing.T, dir string, db *objects.Database) {
	t.Helper()
	var all bytes.Buffer
	list := everything(t, dir)
	for _, line := range list {
		id := strings.Fields(line)[0]
		size, err := db.Size(id)
		if err != nil {
			t.Fatal(err)
		}
		kind, data, err := db.Read(id, 10<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %s %d", id, kind, len(data)); got != line || size != int64(len(data)) {
			t.Errorf("got %s, %d; want %s", got, size, line)
		}
		fmt.Fprintf(&all, "x\n%s\n", data)
		if _, start, err := db.Read(id, 5); err != nil || string(start) != string(data[:min(5, len(data))]) {
			t.Errorf("%s: first bytes %q, %v", id, start, err)
		}
	}
	var ids strings.Builder
	for _, line := range list {
		ids.WriteString(strings.Fields(line)[0] + "\n")
	}
	if want := git(t, dir, []byte(ids.String()), "cat-file", "--buffer", "--batch=x"); want != strings.TrimSpace(all.String()) {
		t.Error("git reads something else")
	}
}

func TestReadsWhatGitReads(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			dir := history(t, "--object-format="+format)
			same(t, dir, open(dir))
			git(t, dir, nil, "repack", "-adfq", "--depth=40", "--window=40")
			same(t, dir, open(dir))
			git(t, dir, nil, "-c", "pack.indexVersion=2", "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=40")
			same(t, dir, open(dir))
			write(t, dir, "more", []byte("text"))
			git(t, dir, nil, "add", "-A")
			git(t, dir, nil, "commit", "-qm", "more")
			same(t, dir, open(dir))
		})
	}
}

func TestMissing(t *testing.T) {
	dir := history(t)
	for _, id := range []string{strings.Repeat("0", 40), strings.Repeat("f", 64)} {
		if _, _, err := open(dir).Read(id, 1); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, id := range []string{"", "HEAD", "../../../etc/passwd", strings.Repeat("g", 40)} {
		if _, _, err := open(dir).Read(id, 1); err == nil || errors.Is(err, objects.ErrMissing) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAbbreviated(t *testing.T) {
	dir := history(t)
	id := git(t, dir, nil, "rev-parse", "HEAD")
	for range 2 {
		for prefix, n := range map[string]int{id[:9]: 1, strings.ToUpper(id[:12]): 1, id[:3]: 0, "zzzzzz": 0, "": 0} {
			if ids := open(dir).Abbreviated(prefix); len(ids) != n || n == 1 && ids[0] != id {
				t.Errorf("%q: %v", prefix, ids)
			}
		}
		git(t, dir, nil, "repack", "-adq")
	}
}

func TestDamage(t *testing.T) {
	for name, pack := range map[string]bool{"loose": false, "packed": true} {
		dir := history(t)
		ids := everything(t, dir)
		if pack {
			git(t, dir, nil, "repack", "-adfq")
		}
		var files []string
		err := filepath.WalkDir(filepath.Join(dir, ".git/objects"), func(name string, e os.DirEntry, err error) error {
			if e.Type().IsRegular() && filepath.Ext(name) != ".rev" && filepath.Base(filepath.Dir(name)) != "info" {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			os.Chmod(file, 0o644)
			for _, how := range []func() []byte{
				func() []byte { return data[:len(data)/2] },
				func() []byte { return nil },
				func() []byte {
					bad := append([]byte(nil), data...)
					for at := n % 100; at < len(bad); at += 997 {
						bad[at] ^= 0x55
					}
					return bad
				},
			} {
				if err := os.WriteFile(file, how(), 0o644); err != nil {
					t.Fatal(err)
				}
				neverWrong(t, name, dir, ids)
			}
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if !pack && n > 20 {
				break
			}
		}
	}
}

// neverWrong reads everything: what is read has its id, whatever is broken.
func neverWrong(t *testing.T, name, dir string, ids []string) {
	t.Helper()
	db, bad := open(dir), 0
	for _, line := range ids {
		f := strings.Fields(line)
		kind, data, err := db.Read(f[0], 10<<20)
		if err != nil {
			bad++
			continue
		}
		if fmt.Sprint(kind, " ", len(data)) != f[1]+" "+f[2] || kind == objects.Blob && !objects.Matches(f[0], data) {
			t.Errorf("%s: %s was read as a %s of %d bytes", name, line, kind, len(data))
		}
	}
	if bad == 0 {
		t.Errorf("%s: nothing is wrong", name)
	}
}

func TestAnotherCopyIsTakenForADamagedOne(t *testing.T) {
	dir := history(t)
	ids := everything(t, dir)
	git(t, dir, nil, "repack", "-q") // the loose objects stay
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	os.Chmod(packs[0], 0o644)
	if err := os.WriteFile(packs[0], []byte("PACK"), 0o644); err != nil {
		t.Fatal(err)
	}
	db := open(dir)
	for _, line := range ids {
		if _, _, err := db.Read(line[:40], 1); err != nil {
			t.Error(err)
		}
	}
}
