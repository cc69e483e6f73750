package deps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/deps"
	"github.com/stella-ops/assure/internal/stage/images"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

const (
	libssl = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64"
	weakJS = "pkg:npm/weak-js@1.2.2"
)

// bothStages runs the two stages that read images and builds the report of both.
func (s *shop) bothStages(t *testing.T, key *imagestest.Key, p *plan.Plan) *report.Report {
	t.Helper()
	o := s.options()
	o.Now, o.EngineHost = now, "unix:///nowhere.sock"
	cfg := config.Images{
		InsecureRegistries: []string{s.Host}, Keys: []config.Key{{ID: "release", PEM: key.PublicPEM}},
		Rules: []config.ImageRule{{Match: []string{s.Host + "/**"}, Keys: []string{"release"}, Attestations: []config.ImageAttestation{{Type: "cyclonedx"}}}},
	}
	runs := stage.Run(t.Context(), []stage.Stage{
		deps.New(config.Deps{Database: databaseOf(t, systemAdvisories)}, o), images.New(cfg, images.Options{Now: now}),
	}, p, stage.Options{})
	return report.Build(report.Input{Now: now(), FailOn: "all", Runs: runs})
}

func cycloneDX(urls ...string) any {
	var list []any
	for _, url := range urls {
		list = append(list, map[string]string{"name": "x", "purl": url})
	}
	return map[string]any{"bomFormat": "CycloneDX", "components": list}
}

// TestAttestedListAgainstTheScan signs lists of what is in an image, right and wrong,
// and asks both stages about it, by the image's digest, by its tag and by its index.
func TestAttestedListAgainstTheScan(t *testing.T) {
	const claim = "medium the bill of materials that release signed for %s is not what the dependency scan found; "
	tests := map[string]struct {
		listed []string
		want   string
	}{
		"right":           {[]string{weakJS, libssl}, ""},
		"hides a package": {[]string{libssl}, claim + "1 missing from the list (pkg:npm/weak-js@1.2.2)"},
		"another system":  {[]string{weakJS}, claim + "1 missing from the list (pkg:deb/libssl3@3.0.9-1)"},
	}
	for name, tt := range tests {
		for _, by := range []string{"digest", "tag", "index"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				s := newShop(t)
				key, err := imagestest.NewKey()
				must(t, err)
				ref, pinned := s.pushBy(t, by)
				must(t, s.SignBundle(pinned, key))
				must(t, s.Attest(pinned, key, "https://cyclonedx.org/bom", cycloneDX(tt.listed...)))
				r := s.bothStages(t, key, uses(repositoryOf(t, nil), ref))
				want, got := []string{}, []string{}
				if tt.want != "" {
					want = append(want, fmt.Sprintf(tt.want, ref))
				}
				for _, f := range r.Findings {
					if f.Rule == "image/sbom-inaccurate" {
						got = append(got, f.Severity.String()+" "+f.Message)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" || r.Stages[1].Set.Judged["image/sbom-inaccurate"] != 1 {
					t.Errorf("judged %v, notes %q, gaps %v\n%s", r.Stages[1].Set.Judged, r.Stages[1].Set.Notes, r.Stages[1].Set.Gaps, diff)
				}
			})
		}
	}
}

// pushBy stores the application and returns the reference to deploy and the one to sign.
func (s *shop) pushBy(t *testing.T, by string) (ref, pinned string) {
	t.Helper()
	img := application(t)
	tag, err := name.NewTag(s.Host+"/acme/app:1.2.3", name.Insecure)
	must(t, err)
	var of interface{ Digest() (v1.Hash, error) } = img
	if by == "index" {
		index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}})
		must(t, remote.WriteIndex(tag, index))
		of = index
	} else {
		must(t, remote.Write(tag, img))
	}
	digest, err := of.Digest()
	must(t, err)
	pinned = tag.Name() + "@" + digest.String()
	if by == "digest" {
		return pinned, pinned
	}
	return tag.Name(), pinned
}

// A scan with holes contradicts nobody; that the list was not compared is said.
func TestIncompleteScanContradictsNobody(t *testing.T) {
	s := newShop(t)
	key, err := imagestest.NewKey()
	must(t, err)
	img := build(t, application(t), layerOf(t, file{"var/lib/rpm/Packages", "broken"}))
	ref := s.push(t, "acme/app:1", img)
	digest, err := img.Digest()
	must(t, err)
	must(t, s.SignBundle(ref+"@"+digest.String(), key))
	must(t, s.Attest(ref+"@"+digest.String(), key, "https://cyclonedx.org/bom", cycloneDX(libssl)))
	r := s.bothStages(t, key, uses(repositoryOf(t, nil), ref))
	compared := slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Rule == "image/sbom-inaccurate" })
	if r.Stages[0].State != report.Degraded || compared || !strings.Contains(strings.Join(r.Stages[1].Set.Notes, "\n"), "was not compared with the image") {
		t.Errorf("scan %s %v, notes %q, compared %v", r.Stages[0].State, r.Stages[0].Set.Gaps, r.Stages[1].Set.Notes, compared)
	}
}

func TestInventoryOfOneImageUnderTwoNames(t *testing.T) {
	s := newShop(t)
	one, two := s.push(t, "acme/app:1", application(t)), s.push(t, "acme/shop:1", application(t))
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), one, two))
	var got [][]string
	for _, inv := range set.Inventories {
		got = append(got, inv.Packages)
	}
	want := []string{libssl + "&distro=debian-12.1", weakJS}
	if diff := cmp.Diff([][]string{want, want}, got); diff != "" {
		t.Error(diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An image that the project builds by the name that is used is no stranger's when no
// registry shows it; when one does, that is what is scanned.
func TestImageThatIsBuiltHere(t *testing.T) {
	s := newShop(t)
	there := s.push(t, "acme/app:latest", application(t))
	p := uses(repositoryOf(t, nil), there, s.Host+"/acme/none:latest", s.Host+"/acme/other:latest")
	p.Images[0].BuiltBy, p.Images[1].BuiltBy = "Makefile", "Makefile"
	set := scan(t, config.Deps{}, s.options(), p)
	var unknown []string
	for _, f := range set.Findings {
		if f.Rule == "deps/image-unknown" {
			unknown = append(unknown, f.Subject)
		}
	}
	if len(unknown) != 1 || !strings.HasSuffix(unknown[0], "/acme/other:latest") || set.Coverage["images"] != 1 || len(set.Gaps) != 0 {
		t.Errorf("unknown %q, coverage %v, gaps %v", unknown, set.Coverage, gaps(set))
	}
}
