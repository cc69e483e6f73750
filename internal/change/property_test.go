package change_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// harm is one line that makes a service or a pod bad, and the rule that says so.
type harm struct{ key, value, rule string }

var (
	serviceHarms = []harm{
		{"privileged", "true", "compose/privileged"},
		{"pid", "host", "compose/host-namespace"},
		{"cap_add", "[SYS_PTRACE]", "compose/cap-add"},
		{"volumes", `["/var/run/docker.sock:/var/run/docker.sock"]`, "compose/docker-socket"},
	}
	podHarms = []harm{
		{"hostPID", "true", "kubernetes/host-namespace"},
		{"hostNetwork", "true", "kubernetes/host-namespace"},
		{"hostIPC", "true", "kubernetes/host-namespace"},
	}
)

// item is a service or a pod, where it stands, and what is bad about it.
type item struct {
	file, name, image string
	pod               bool
	harms             []harm
}

func (it item) possible() []harm {
	if it.pod {
		return podHarms
	}
	return serviceHarms
}

// repository is what the random repositories are made of.
type repository []item

func generate(r *rand.Rand) (repo repository) {
	for i := range 2 + r.IntN(5) {
		it := item{pod: r.IntN(3) == 0, name: fmt.Sprintf("part%d", i), image: fmt.Sprintf("docker.io/acme/image%d:1", i)}
		it.file = fmt.Sprintf("d%d/compose.yaml", r.IntN(3))
		if it.pod {
			it.file = fmt.Sprintf("k%d/pods.yaml", r.IntN(2))
		}
		for _, h := range it.possible() {
			if r.IntN(3) == 0 {
				it.harms = append(it.harms, h)
			}
		}
		repo = append(repo, it)
	}
	return repo
}

func (repo repository) clone() repository {
	out := slices.Clone(repo)
	for i := range out {
		out[i].harms = slices.Clone(out[i].harms)
	}
	return out
}

// write renders the repository; the order of everything, the quotes, comments and blank
// lines are up to chance.
func (repo repository) write(r *rand.Rand) files {
	out := files{}
	for _, i := range r.Perm(len(repo)) {
		it := repo[i]
		text, known := out[it.file]
		switch {
		case it.pod:
			text += "---\n" + it.manifest(r)
		case !known:
			text = "services:\n" + it.service(r)
		default:
			text += it.service(r)
		}
		out[it.file] = text
	}
	return out
}

func (it item) service(r *rand.Rand) string {
	lines := []string{"image: " + quoted(r, it.image), "restart: " + quoted(r, "always"), "working_dir: /srv", "stop_grace_period: 5s", "environment: {MODE: fast, LEVEL: one, OTHER: two}"}
	for _, h := range it.harms {
		lines = append(lines, h.key+": "+h.value)
	}
	return "  " + it.name + ":\n" + shuffled(r, "    ", lines)
}

func (it item) manifest(r *rand.Rand) string {
	lines := []string{
		"restartPolicy: Always", "enableServiceLinks: false", "terminationGracePeriodSeconds: 5",
		"containers: [{name: main, image: " + it.image + ", args: [serve, --fast], env: [{name: MODE, value: fast}]}]",
	}
	for _, h := range it.harms {
		lines = append(lines, h.key+": "+h.value)
	}
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + quoted(r, it.name) + ", namespace: prod}\nspec:\n" + shuffled(r, "  ", lines)
}

func quoted(r *rand.Rand, s string) string {
	return []string{s, "'" + s + "'", `"` + s + `"`}[r.IntN(3)]
}

func shuffled(r *rand.Rand, indent string, lines []string) string {
	var b strings.Builder
	for _, i := range r.Perm(len(lines)) {
		if r.IntN(4) == 0 {
			b.WriteString([]string{"\n", indent + "# a comment\n"}[r.IntN(2)])
		}
		b.WriteString(indent + lines[i] + "\n")
	}
	return b.String()
}

// move takes things elsewhere or gives them other names, as a whole file or one by one.
func (repo repository) move(r *rand.Rand) {
	i := r.IntN(len(repo))
	old := repo[i].file
	switch r.IntN(3) {
	case 0:
		repo[i].name = "other" + repo[i].name
	case 1:
		repo[i].file = "new/" + old
	case 2:
		for j := range repo {
			if repo[j].file == old {
				repo[j].file = "new/" + old
			}
		}
	}
}

// worsen adds one harm that something does not have; false when there is none to add.
func (repo repository) worsen(r *rand.Rand) (string, bool) {
	for _, i := range r.Perm(len(repo)) {
		all := repo[i].possible()
		for _, n := range r.Perm(len(all)) {
			if !slices.Contains(repo[i].harms, all[n]) {
				repo[i].harms = append(repo[i].harms, all[n])
				subject := repo[i].name
				if repo[i].pod {
					subject = "Pod/prod/" + subject
				}
				return all[n].rule + " " + subject, true
			}
		}
	}
	return "", false
}

// TestRandomChanges moves, renames and rewrites random repositories and adds harms to
// them: as many as were added are introduced, each where it was added, and nothing else. Nothing counts as fixed.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		base := generate(r)
		head := base.clone()
		for range r.IntN(3) {
			head.move(r)
		}
		var want []string
		for range r.IntN(4) {
			if name, ok := head.worsen(r); ok {
				want = append(want, name)
			}
		}
		before, after := base.write(r), head.write(r)
		result := compared(t, before, after)
		got := introduced(result)
		for i := range got {
			got[i] = strings.Replace(got[i], " Pod/part", " Pod/prod/part", 1)
			got[i] = strings.Replace(got[i], " Pod/other", " Pod/prod/other", 1)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(result.Fixed) > 0 {
			t.Fatalf("seed %d: %d fixed (-want +got):\n%s\nbase %q\nhead %q", seed, len(result.Fixed), diff, before, after)
		}
	}
}
