package report

import (
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Properties of a finding about packages: its advisory's other ids, the package URLs
// that it holds for, and those of what contains them, each list separated by spaces.
const (
	propAliases  = "aliases"
	propPackages = "purl"
	propProducts = "product"
)

// names reports whether the exception is for the finding's rule, or for another id of the
// same advisory.
func names(e config.Exception, f finding.Finding) bool {
	return e.Rule == f.Rule || slices.Contains(words(f.Properties[propAliases]), e.Rule)
}

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
}

// everywhere reports whether the glob matches every file in which the finding sits: one
// that is accepted in one place may be new in the other.
func everywhere(glob string, f finding.Finding) bool {
	return !slices.ContainsFunc(f.Targets(), func(uri string) bool { return !globMatches(glob, uri) })
}

// concerns reports whether the exception's packages cover every package of the finding.
func concerns(packages string, f finding.Finding) bool {
	if packages == "" {
		return true
	}
	all := words(f.Properties[propPackages])
	products := words(f.Properties[propProducts])
	lines := strings.Split(packages, "\n")
	return len(all) > 0 && !slices.ContainsFunc(all, func(p string) bool {
		return !slices.ContainsFunc(lines, func(line string) bool { return lineCovers(line, p, products) })
	})
}

// lineCovers reads one line: a package, a product as a whole, or a product and its
// component.
func lineCovers(line, pkg string, products []string) bool {
	product, component, isPart := strings.Cut(line, " ")
	within := slices.ContainsFunc(products, func(p string) bool { return covers(product, p) })
	if isPart {
		return within && covers(component, pkg)
	}
	return within || covers(product, pkg)
}

// covers reports whether everything that the pattern says is true of the package.
func covers(pattern, pkg string) bool {
	p, errP := packageurl.FromString(pattern)
	t, errT := packageurl.FromString(pkg)
	if errP != nil || errT != nil || p.Type != t.Type || p.Namespace != t.Namespace || p.Name != t.Name {
		return false
	}
	if p.Version != "" && p.Version != t.Version || p.Subpath != "" && p.Subpath != t.Subpath {
		return false
	}
	have := t.Qualifiers.Map()
	for k, v := range p.Qualifiers.Map() {
		if have[k] != v {
			return false
		}
	}
	return true
}

// packagesKey keeps exceptions apart that differ by their packages alone.
func packagesKey(e config.Exception) string {
	if e.Packages == "" {
		return ""
	}
	return "\x00" + e.Packages
}
