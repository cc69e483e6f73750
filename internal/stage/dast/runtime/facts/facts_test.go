package facts

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const mountinfo = `700 600 0:50 / / ro,relatime - overlay overlay rw,lowerdir=/a
701 700 0:51 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
702 700 0:52 / /tmp rw,nosuid,nodev,noexec,relatime shared:7 master:2 - tmpfs tmpfs rw,size=65536k
703 700 0:53 / /my\040dir\134x rw - tmpfs tmpfs rw
704 700 0:54 / /tmp rw,nosuid - tmpfs tmpfs rw
broken line - x
`

func TestParse(t *testing.T) {
	f := Parse(Raw{Status: []byte("Name:\tapp\nUid:\t1\t2\t3\t4\nCapEff:\t0000000000000400\nCapBnd:\tzz\nnonsense\n"), Mountinfo: []byte(mountinfo)})
	if d := cmp.Diff([]string{"1", "2", "3", "4"}, f.IDs("Uid")); d != "" {
		t.Error(d)
	}
	if set, ok := f.Caps("CapEff"); !ok || set != 0x400 {
		t.Errorf("%x %v", set, ok)
	}
	for _, field := range []string{"CapBnd", "CapPrm"} {
		if _, ok := f.Caps(field); ok {
			t.Errorf("%s is known", field)
		}
	}
	root, ok := f.Mount("/")
	if !ok || !root.Has("ro") || root.Has("size") || root.Type != "overlay" {
		t.Errorf("%+v", root)
	}
	if tmp, _ := f.Mount("/tmp"); tmp.Has("size") || tmp.Has("noexec") {
		t.Errorf("the hidden mount is seen: %+v", tmp)
	}
	if _, ok := f.Mount(`/my dir\x`); !ok || len(f.Mounts) != 5 {
		t.Errorf("%+v", f.Mounts)
	}
}

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, "/proc/self"); err != nil {
		t.Fatal(err)
	}
	raw, err := Decode(b.Bytes())
	f := Parse(raw)
	if err != nil || len(f.IDs("Uid")) != 4 || len(f.Mounts) == 0 {
		t.Errorf("%+v %v", f, err)
	}
	if err := Write(&b, "/proc/none"); err == nil {
		t.Error("a process that is not there has facts")
	}
	for _, text := range []string{"", "{}", "[", `{"status": 7}`} {
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzMountinfo(f *testing.F) {
	f.Add(mountinfo)
	f.Add("1 2 3 4 \\ 6 - - - -")
	f.Add("1 2 3 4 \\777 6 - a b c")
	f.Fuzz(func(t *testing.T, text string) {
		list := mounts(text)
		if len(list) > strings.Count(text, "\n")+1 {
			t.Errorf("%d mounts", len(list))
		}
		for _, m := range list {
			if m.Point == "" || m.Type == "" || len(m.Options) < 2 || len(m.Point) > len(text) {
				t.Errorf("%+v", m)
			}
		}
	})
}
