package dotnet

import (
	"errors"
	"os"
	"testing"
)

func assemblyOf(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".dll")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Fits": "2.1", "Old": "1.9", "Own": "3.0"} {
		if got, err := Attribute(assemblyOf(t, name), "StellaPluginVersion"); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if got, err := Attribute(assemblyOf(t, "Fits"), "AssemblyTitle"); got != "t" || err != nil {
		t.Errorf("title: %q, %v", got, err)
	}
	for _, name := range []string{"Without", "Elsewhere"} {
		if got, err := Attribute(assemblyOf(t, name), "StellaPluginVersion"); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := Attribute(assemblyOf(t, "Null"), "StellaPluginVersion"); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("null: %q, %v", got, err)
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	whole := assemblyOf(t, "Fits")
	for n := range whole {
		if got, err := Attribute(whole[:n], "StellaPluginVersion"); err == nil && got != "2.1" {
			t.Fatalf("%d bytes: %q", n, got)
		}
	}
	for _, text := range []string{"", "MZ", "not a program\n"} {
		if _, err := Attribute([]byte(text), "StellaPluginVersion"); !errors.Is(err, errBroken) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzAttribute(f *testing.F) {
	for _, name := range []string{"Fits", "Own", "Elsewhere", "Null"} {
		f.Add(assemblyOf(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Attribute(data, "StellaPluginVersion")
		if err == nil && len(got) > len(data) {
			t.Fatal("more text than bytes")
		}
	})
}
