package harness_test

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

// TestT31_TheImageIsOneProgramWithoutKnownHoles scans our own module and our own program,
// in an image like ours, with our own dependency scan: with advisories that our versions
// are past, and with one that holds for them.
func TestT31_TheImageIsOneProgramWithoutKnownHoles(t *testing.T) {
	last := regexp.MustCompile(`(?s).*\nFROM (\S+)\n(.*)`).FindStringSubmatch(read(t, filepath.Join(root, "Dockerfile")))
	if last == nil || last[1] != "scratch" {
		t.Fatalf("the image is built on %v", last)
	}
	for line := range strings.Lines(last[2]) {
		if word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word == "RUN" || word == "ADD" || word == "COPY" && rest != "--from=build /out/ /" {
			t.Errorf("the image holds more than the program: %s", line)
		}
	}
	assure, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		write(t, filepath.Join(dir, "repo", name), read(t, filepath.Join(root, name)))
	}
	write(t, filepath.Join(dir, "repo", "compose.yaml"), "services: {gate: {image: \"registry.example.org/assure:1\"}}\n")
	save(t, filepath.Join(dir, "image.tar"), read(t, assure))
	scan := func(vulnerable string) (int, string) {
		db := filepath.Join(t.TempDir(), "db")
		advisory := fixture.Advisory{ID: "CVE-2023-45288", Ecosystem: "go", Package: "golang.org/x/net", Vulnerable: []string{vulnerable}, Patched: []string{"999.0.0"}, Title: "x", Severity: "HIGH", Score: 7.5}
		if err := fixture.Write(db, []fixture.Advisory{advisory}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), assure, "run", "--quiet", "--offline", "--stages", "deps", "--database", db, "--image-archives", filepath.Join(dir, "image.tar"), "--format", "json", "--fail-on-severity", "low", filepath.Join(dir, "repo"))
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	if code, out := scan("<0.23.0"); code != 0 {
		t.Errorf("exit code %d for what we are past, want 0\n%.4000s", code, out)
	}
	code, out := scan("<999.0.0")
	var found []string
	for _, m := range regexp.MustCompile(`"uri": "(go.mod|compose.yaml)"`).FindAllStringSubmatch(out, -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	if diff := cmp.Diff([]string{"compose.yaml", "go.mod"}, slices.Compact(found)); diff != "" || code != 1 {
		t.Errorf("exit code %d for what holds, want 1 (-want +got):\n%s\n%.4000s", code, diff, out)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// save writes the archive of an image that holds one program.
func save(t *testing.T, file, program string) {
	t.Helper()
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	err := w.WriteHeader(&tar.Header{Name: "assure", Mode: 0o755, Size: int64(len(program)), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = w.Write([]byte(program))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, static.NewLayer(layer.Bytes(), types.DockerUncompressedLayer))
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config.OS, config.Architecture = "linux", "amd64"
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag("registry.example.org/assure:1")
	if err == nil {
		err = tarball.WriteToFile(file, tag, img)
	}
	if err != nil {
		t.Fatal(err)
	}
}
