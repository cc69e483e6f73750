package report

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/finding"
)

// shownPackages is how many packages a message names.
const shownPackages = 5

// compareInventories judges what only two stages together show: whether a signed list of
// an image's packages is what the dependency scan found in the same image.
func compareInventories(runs []StageRun) []StageRun {
	scans := map[string][]string{}
	for _, run := range runs {
		for _, inv := range run.Set.Inventories {
			for _, digest := range inv.Digests {
				if len(inv.Claims) == 0 {
					scans[digest] = inv.Packages
				}
			}
		}
	}
	out := slices.Clone(runs)
	for i := range out {
		for _, inv := range out[i].Set.Inventories {
			if len(inv.Claims) > 0 {
				out[i].contradict(inv, scans)
			}
		}
	}
	return out
}

// contradict adds to the run what is wrong with a signed list. The run's own slices and
// maps stay as the stage returned them.
func (run *StageRun) contradict(inv finding.Inventory, scans map[string][]string) {
	set := &run.Set
	claimed := identities(inv.Packages)
	i := slices.IndexFunc(inv.Digests, func(digest string) bool { return scans[digest] != nil })
	switch {
	case i < 0:
		run.notCompared(inv, "the dependency scan did not read it")
		return
	case len(claimed) == 0:
		run.notCompared(inv, "it names no package by a package URL with a version")
		return
	}
	found := identities(scans[inv.Digests[i]])
	set.Judged = maps.Clone(set.Judged)
	set.Judge(inv.Claims[0].Rule, len(inv.Claims))
	hidden, extra := without(found, claimed), ofTypes(found, without(claimed, found))
	if len(hidden)+len(extra) == 0 {
		return
	}
	for _, f := range inv.Claims {
		f.Message += " is not what the dependency scan found" + counted(hidden, "missing from the list") + counted(extra, "only in the list")
		if len(hidden) == 0 {
			f.Severity = finding.Low
		}
		set.Findings = append(slices.Clip(set.Findings), f)
	}
	if run.State == Passed {
		run.State = HasFindings
	}
}

// notCompared notes that the rule applies and has no answer.
func (run *StageRun) notCompared(inv finding.Inventory, why string) {
	set := &run.Set
	set.Notes = append(slices.Clip(set.Notes), inv.Claims[0].Message+" was not compared with the image, because "+why)
	set.Unknown = maps.Clone(set.Unknown)
	set.Doubt(inv.Claims[0].Rule, len(inv.Claims))
}

func counted(ids []string, where string) string {
	if len(ids) == 0 {
		return ""
	}
	named := strings.Join(ids[:min(len(ids), shownPackages)], ", ")
	if len(ids) > shownPackages {
		named += ", …"
	}
	return fmt.Sprintf("; %d %s (%s)", len(ids), where, named)
}

// ofTypes keeps the packages whose type the scan found at all: what was bundled or
// linked into something else is listed rightly and cannot be found.
func ofTypes(found map[string]bool, ids []string) []string {
	types := map[string]bool{}
	for id := range found {
		types[typeOf(id)] = true
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !types[typeOf(id)] })
}

func typeOf(id string) string {
	kind, _, _ := strings.Cut(id, "/")
	return kind
}

// without returns what is in a and not in b.
func without(a, b map[string]bool) []string {
	var out []string
	for id := range a {
		if !b[id] {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// scannedTypes are the types of packages that the dependency scan finds in images; a
// signed list may name files and the image itself beside them.
var scannedTypes = [...]string{
	packageurl.TypeApk, packageurl.TypeDebian, packageurl.TypeRPM, packageurl.TypeCargo, packageurl.TypeComposer, packageurl.TypeConda,
	packageurl.TypeGem, packageurl.TypeGolang, packageurl.TypeJulia, packageurl.TypeMaven, packageurl.TypeNPM, packageurl.TypeNuget, packageurl.TypePyPi,
}

// epoch is what some tools write before the version of a system's package and others
// into a qualifier.
var epoch = regexp.MustCompile(`^\d+:`)

// identities reduces package URLs to what every tool writes alike: type, name and
// version. Packages without a version, such as what the image itself is built from, say
// nothing that could be compared.
func identities(urls []string) map[string]bool {
	ids := map[string]bool{}
	for _, url := range urls {
		p, err := packageurl.FromString(url)
		if err != nil || !slices.Contains(scannedTypes[:], p.Type) {
			continue
		}
		switch p.Type {
		case packageurl.TypeApk, packageurl.TypeDebian, packageurl.TypeRPM:
			// The distribution's name is the tool's choice: rhel, redhat.
			p.Namespace, p.Version = "", epoch.ReplaceAllString(p.Version, "")
		case packageurl.TypeGolang:
			p.Version = strings.TrimPrefix(p.Version, "v")
		}
		if p.Version == "" || p.Version == "(devel)" {
			continue
		}
		ids[packageurl.NewPackageURL(p.Type, p.Namespace, p.Name, p.Version, nil, "").ToString()] = true
	}
	return ids
}
