package deps_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps"
	"github.com/stella-ops/assure/internal/stage/deps/sbom/sbomtest"
)

// bills are the files by name, each of which is valid.
func bills(t *testing.T, set finding.Set) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range set.Files {
		all[f.Name] = string(f.Data)
		if err := sbomtest.Validate(filepath.Join("..", "..", "..", "testdata"), f); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	return all
}

func TestBillOfMaterials(t *testing.T) {
	p := repository(t, ecosystems["npm"].archive)
	set, err := deps.New(config.Deps{Database: databaseOf(t, nil)}, deps.Options{Offline: true, Now: now, SBOM: true, Version: "1"}).Run(t.Context(), p, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range set.Files {
		names = append(names, f.Name)
		if !bytes.Contains(f.Data, []byte(`"pkg:npm/weak-js@1.2.2"`)) || !bytes.Contains(f.Data, []byte(`web/package-lock.json`)) {
			t.Errorf("%s lacks the package:\n%s", f.Name, f.Data)
		}
	}
	if diff := cmp.Diff([]string{"sbom.spdx.json", "sbom.cdx.json"}, names); diff != "" {
		t.Error(diff)
	}
	bills(t, set)
	if set := run(t, config.Deps{Database: databaseOf(t, nil)}, p); len(set.Files) > 0 {
		t.Error("a bill that nobody asked for")
	}
}

// TestBillsOfImages writes one bill for an image that has two names, and names it in
// that of the repository.
func TestBillsOfImages(t *testing.T) {
	s := newShop(t)
	img := application(t)
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.push(t, "acme/app:1", img), s.push(t, "acme/other:2", img)
	o := s.options()
	o.SBOM = true
	all := bills(t, scan(t, config.Deps{}, o, uses(repository(t, ecosystems["npm"].archive), a, b)))
	base := "sbom/sha256-" + digest.Hex
	if len(all) != 4 || all[base+".spdx.json"] == "" || all[base+".cdx.json"] == "" {
		t.Fatalf("%d files", len(all))
	}
	for _, suffix := range []string{".spdx.json", ".cdx.json"} {
		for _, want := range []string{`"debian 12.1"`, `"3.0.9-1"`, "pkg:deb/debian/libssl3@3.0.9-1", "pkg:npm/weak-js@1.2.2", "pkg:oci/app@sha256:" + digest.Hex, `"` + a + `"`} {
			if !strings.Contains(all[base+suffix], want) {
				t.Errorf("%s lacks %s:\n%s", base+suffix, want, all[base+suffix])
			}
		}
		for _, want := range []string{base + suffix, "pkg:oci/other@sha256:" + digest.Hex, `"` + a + `"`, `"` + b + `"`, "web/package-lock.json"} {
			if !strings.Contains(all["sbom"+suffix], want) {
				t.Errorf("sbom%s lacks %s", suffix, want)
			}
		}
		if strings.Contains(all["sbom"+suffix], "libssl3") || strings.Contains(strings.ToLower(all[base+suffix]), "incomplete") {
			t.Errorf("%s: packages of the image in the repository, or said to be incomplete", suffix)
		}
	}
}

// TestBillOfWhatWasNotRead says that it lacks something.
func TestBillOfWhatWasNotRead(t *testing.T) {
	s := newShop(t)
	o := s.options()
	o.SBOM = true
	for name, img := range map[string]v1.Image{
		"broken archive": build(t, empty.Image, layerOf(t, file{"app/a.jar", "PK nothing"})),
		"hostile name":   build(t, empty.Image, layerOf(t, file{"node_modules/x/package.json", `{"name":"\u001b[31m\n::error::x\u0000\ud800","version":"1"}`}, file{"a.jar", "x"})),
	} {
		set := scan(t, config.Deps{}, o, uses(repositoryOf(t, nil), s.push(t, "acme/app:1", img)))
		incomplete := 0
		for file, text := range bills(t, set) {
			if strings.HasPrefix(file, "sbom/") && strings.Contains(strings.ToLower(text), "incomplete") {
				incomplete++
			}
			if strings.ContainsAny(text, "\x1b\x00") {
				t.Errorf("%s: %s holds control characters", name, file)
			}
		}
		if incomplete != 2 {
			t.Errorf("%s: %d bills say that they are incomplete", name, incomplete)
		}
	}
}

// TestUncoveredEcosystems has packages of which the database knows nothing at all: they
// are not sound, they were not judged.
func TestUncoveredEcosystems(t *testing.T) {
	db := databaseOf(t, systemAdvisories[:3]) // systems and Go
	lock := ecosystems["npm"].archive
	set := run(t, config.Deps{Database: db}, repository(t, lock))
	want := []string{"web/package-lock.json:1:1 the vulnerability database has no advisories for npm; the 1 packages of this file were not judged"}
	if diff := cmp.Diff(want, gaps(set)); diff != "" || set.Coverage["packages"]+set.Judged["deps/known-vulnerabilities"] > 0 {
		t.Error(diff, set.Coverage, set.Judged)
	}
	dev := strings.Replace(lock, `"version": "1.2.2"`, `"version": "1.2.2", "dev": true`, 1)
	if set := run(t, config.Deps{Database: db}, repository(t, dev)); len(set.Gaps) > 0 {
		t.Errorf("nothing was to be judged: %v", gaps(set))
	}
	if set := run(t, config.Deps{Database: db}, repository(t, ecosystems["go"].archive)); len(set.Gaps) > 0 || len(set.Findings) != 1 {
		t.Errorf("Go is covered: %v", gaps(set))
	}
	s := newShop(t)
	set = scan(t, config.Deps{Database: db}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", application(t))))
	if got := gaps(set); len(got) != 1 || !strings.Contains(got[0], "no advisories for npm; 1 packages were not judged (node-pkg)") || len(set.Findings) != 1 {
		t.Errorf("gaps %v, findings %v", got, inImages(set))
	}
}
