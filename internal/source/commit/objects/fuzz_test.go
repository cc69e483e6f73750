package objects

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzDelta(f *testing.F) {
	f.Add([]byte("base"), []byte("\x04\x06\x90\x04\x02ab"))
	f.Add([]byte(""), []byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		out, err := patch(base, delta)
		if size, _ := resulting(delta); err == nil && int64(len(out)) != size {
			t.Errorf("%d bytes instead of %d", len(out), size)
		}
	})
}

// FuzzPack reads objects of a pack and an index that hold anything.
func FuzzPack(f *testing.F) {
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x30x\x9c"), make([]byte, 2000), uint16(12))
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x60\x01"), append([]byte("\xfftOc\x00\x00\x00\x02"), make([]byte, 1100)...), uint16(13))
	f.Fuzz(func(t *testing.T, pack, index []byte, at uint16) {
		dir := t.TempDir()
		name := filepath.Join(dir, "pack-x")
		if err := os.WriteFile(name+".pack", pack, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name+".idx", index, 0o600); err != nil {
			t.Fatal(err)
		}
		d, left := Open(dir), int64(1<<20)
		p, err := openPack(name+".idx", &left)
		if err == nil {
			_, _, _ = p.find(make([]byte, 20))
		} else if p == nil {
			return
		}
		c := packed{d, p, int64(at)}
		_, _ = c.size()
		if i, err := c.read(make([]byte, 20), 100); err == nil {
			t.Errorf("%v has the id zero", i)
		}
	})
}
