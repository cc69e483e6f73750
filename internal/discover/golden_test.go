package discover

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

func buildPlan(t testing.TB, files map[string]string) *plan.Plan {
	t.Helper()
	p, err := Build(t.Context(), rendertest.Repository(t, files), config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range p.Problems {
		if _, known := gap.Lookup(x.Rule); !known {
			t.Errorf("%s: %s has the unknown kind %q", x.Location, x.Message, x.Rule)
		}
	}
	return p
}

func TestGolden(t *testing.T) {
	t.Parallel()
	rendertest.Golden(t, func(t *testing.T, files map[string]string) string {
		return describe(buildPlan(t, files), files)
	})
}

// describe writes a plan with the text that each place holds.
func describe(p *plan.Plan, files map[string]string) string {
	var b strings.Builder
	for _, x := range p.Problems {
		fmt.Fprintf(&b, "problem %s %v: %s\n", x.Location, x.Stages, x.Message)
	}
	for _, x := range p.Images {
		fmt.Fprintf(&b, "image %s %q raw=%q missing=%v subject=%s built=%s at %s %q\n",
			x.Kind, x.Ref, x.Raw, x.Unresolved, x.Subject, built(x), x.Location, rendertest.Cut(files, x.Location))
	}
	for _, x := range p.Endpoints {
		fmt.Fprintf(&b, "endpoint %s:%d %q published=%t at %s %q\n", x.Service, x.Port, x.Scheme, x.Published, x.Location, rendertest.Cut(files, x.Location))
	}
	for _, x := range p.Stacks {
		fmt.Fprintf(&b, "stack %s %v document=%d\n", x.Dir, x.Files, x.Document)
	}
	fmt.Fprintf(&b, "lock files %v\n", p.LockFiles)
	for _, d := range p.Documents {
		fmt.Fprintf(&b, "document %s %s %v\n", d.Kind, d.Name, d.Files)
		for _, v := range d.Variables {
			j, _ := json.Marshal(v)
			fmt.Fprintf(&b, "  variable %s\n", j)
		}
		rendertest.Leaves(d.Model, nil, func(path []any, v any) {
			at, grade := d.Locator.Locate(path)
			fmt.Fprintf(&b, "  %v = %#v %s %s %q\n", path, v, grade, at, rendertest.Cut(files, at))
		})
	}
	return b.String()
}

func built(im plan.Image) string {
	if im.Fallback {
		return "otherwise"
	}
	return strconv.FormatBool(im.Built)
}
