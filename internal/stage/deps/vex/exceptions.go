package vex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Exceptions are the statements that still hold: a later one on the same vulnerability
// and product takes the place of an earlier one, and one that says affected takes away
// whatever it overlaps.
func Exceptions(statements []Statement) (exceptions []config.Exception, problems []finding.Gap) {
	latest, affected := latest(statements)
	for _, s := range latest {
		if !s.Exempt {
			continue
		}
		if i := slices.IndexFunc(affected[s.Name], s.contradicted); i >= 0 {
			problems = append(problems, finding.Gap{Location: s.Location, Message: fmt.Sprintf("%s is not accepted: the later statement at %s overlaps this one and says that it is affected", s.Name, affected[s.Name][i].Location)})
			continue
		}
		exceptions = append(exceptions, s.exception())
	}
	return exceptions, problems
}

// ordered is a statement with its place in time.
type ordered struct {
	Statement

	rank               int
	product, component packageurl.PackageURL
}

// latest is the last statement for each vulnerability and product, in time order, and
// by vulnerability those that say affected.
func latest(statements []Statement) (latest []ordered, affected map[string][]ordered) {
	sorted := slices.Clone(statements)
	slices.SortStableFunc(sorted, func(a, b Statement) int { return a.Time.Compare(b.Time) })
	last := map[[2]string]int{}
	for i, s := range sorted {
		last[[2]string{s.Name, s.key()}] = i
	}
	affected = map[string][]ordered{}
	for i, s := range sorted {
		if last[[2]string{s.Name, s.key()}] != i {
			continue
		}
		o := ordered{s, i, parsed(s.Product), parsed(s.Component)}
		latest = append(latest, o)
		if !s.Exempt {
			affected[s.Name] = append(affected[s.Name], o)
		}
	}
	return latest, affected
}

func parsed(s string) packageurl.PackageURL {
	p, err := packageurl.FromString(s)
	if err != nil {
		return packageurl.PackageURL{} // of a component that is not there
	}
	return p
}

func (s Statement) key() string { return strings.TrimSpace(s.Product + " " + s.Component) }

// contradicted tells whether a later statement says affected of what s covers.
func (s ordered) contradicted(by ordered) bool {
	return by.rank > s.rank && overlap(s.affected(), by.affected()) &&
		(s.Component == "" || by.Component == "" || overlap(s.product, by.product))
}

// affected is the package that has the vulnerability.
func (s ordered) affected() packageurl.PackageURL {
	if s.Component != "" {
		return s.component
	}
	return s.product
}

// overlap tells whether one package URL covers the other: equal as far as both say.
func overlap(a, b packageurl.PackageURL) bool {
	return a.Type == b.Type && a.Namespace == b.Namespace && a.Name == b.Name &&
		(a.Version == "" || b.Version == "" || a.Version == b.Version)
}

func isPackage(s string) bool {
	_, err := packageurl.FromString(s)
	return err == nil && !strings.ContainsAny(s, " \r\n")
}

func (s Statement) exception() config.Exception {
	return config.Exception{
		Rule: s.Name, Packages: s.key(), Reason: s.Reason, Owner: s.Author,
		Source: s.Format, Location: s.Location,
	}
}
