package workspace

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/trust"
)

// git runs the program in tests alone.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// save commits a file policy that says which commit it is of.
func save(t testing.TB, dir, policy string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "policy"), []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-qm", policy)
	return git(t, dir, "rev-parse", "HEAD")
}

// history is a repository in which main went on after the change branched off:
//
//	fork ── main ──────── merge
//	   └─── tip ──────────┘ └── top
type history struct{ dir, fork, main, tip, merge, top string }

func newHistory(t testing.TB, args ...string) history {
	t.Helper()
	h := history{dir: t.TempDir()}
	git(t, h.dir, append([]string{"init", "-q"}, args...)...)
	git(t, h.dir, "config", "uploadpack.allowAnySHA1InWant", "true")
	h.fork = save(t, h.dir, "fork")
	git(t, h.dir, "checkout", "-qb", "change")
	if err := os.WriteFile(filepath.Join(h.dir, "new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	git(t, h.dir, "add", "-A")
	git(t, h.dir, "commit", "-qm", "tip")
	h.tip = git(t, h.dir, "rev-parse", "HEAD")
	git(t, h.dir, "checkout", "-q", "main")
	h.main = save(t, h.dir, "main")
	git(t, h.dir, "checkout", "-q", "--detach")
	git(t, h.dir, "merge", "-q", "--no-ff", "-m", "merge", "change")
	h.merge = git(t, h.dir, "rev-parse", "HEAD")
	git(t, h.dir, "update-ref", "refs/pull/7/merge", h.merge)
	h.top = save(t, h.dir, "top")
	return h
}

// clone checks a commit out as actions/checkout does: by a fetch of it alone.
func (h history) clone(t testing.TB, id string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	git(t, dir, "remote", "add", "origin", "file://"+h.dir)
	git(t, dir, append(append([]string{"fetch", "-q"}, args...), "origin", id)...)
	git(t, dir, "checkout", "-q", "--detach", id)
	return dir
}

// whole is a clone with every branch.
func (h history) whole(t testing.TB, id string) string {
	t.Helper()
	dir := h.clone(t, id)
	git(t, dir, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
	return dir
}

// partial is a clone that leaves objects to be fetched later.
func (h history) partial(t testing.TB, filter, id string) string {
	t.Helper()
	git(t, h.dir, "config", "uploadpack.allowFilter", "true")
	dir := t.TempDir()
	git(t, dir, "clone", "-q", "--no-checkout", "--filter="+filter, "file://"+h.dir, ".")
	git(t, dir, "fetch", "-q", "origin", id)
	git(t, dir, "checkout", "-q", "--detach", id)
	git(t, dir, "remote", "set-url", "origin", "https://github.com/acme/shop")
	return dir
}

func (h history) pull() trust.Facts {
	return trust.Facts{
		System: trust.GitHub, Event: "pull_request", Ref: "refs/pull/7/merge", Default: "main", Proposal: true, Author: trust.Own,
		Named: h.merge, Tip: h.tip, Base: h.main,
	}
}

func (h history) push(ref, named string) trust.Facts {
	return trust.Facts{System: trust.GitHub, Event: "push", Ref: ref, Default: "main", Author: trust.Own, Named: named}
}

// api is GitHub's API over a clone that has everything.
type api struct {
	repo  *commit.Repository
	main  string
	asked []string
}

func (h history) api(t testing.TB) *api {
	t.Helper()
	repo, err := commit.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	return &api{repo: repo, main: h.main}
}

func (a *api) Entries(ctx context.Context, id string) ([]commit.Entry, error) {
	a.asked = append(a.asked, "entries")
	c, err := a.repo.Commit(id)
	if err != nil {
		return nil, err
	}
	files, err := c.Files(ctx)
	if err != nil {
		return nil, err
	}
	list, err := files.ReadDir(".")
	var all []commit.Entry
	for _, e := range list {
		id, _ := files.ID(e.Name())
		all = append(all, commit.Entry{Name: e.Name(), ID: id, Size: -1})
	}
	return all, err
}

func (a *api) Blob(_ context.Context, id string, limit int64) ([]byte, error) {
	a.asked = append(a.asked, "blob")
	return a.repo.Blobs().Blob(id, limit)
}

func (a *api) MergeBase(ctx context.Context, base, head string) (string, error) {
	a.asked = append(a.asked, "merge base")
	return a.repo.MergeBase(ctx, base, head)
}

func (a *api) DefaultBranch(context.Context) (string, error) {
	a.asked = append(a.asked, "default branch")
	return a.main, nil
}

// none is an API that answers nothing.
type none struct{ Remote }

var errNone = errors.New("GitHub answered 403")

func (none) Entries(context.Context, string) ([]commit.Entry, error)   { return nil, errNone }
func (none) DefaultBranch(context.Context) (string, error)             { return "", errNone }
func (none) MergeBase(context.Context, string, string) (string, error) { return "", errNone }
func (none) Blob(context.Context, string, int64) (_ []byte, err error) { return nil, errNone }
func options(f trust.Facts, r Remote) Options {
	return Options{Facts: f, Remote: r, GitHub: github.Context{Owner: "acme", Repo: "shop"}}
}

// TestLayouts: in every layout of a clone the policy is that of the commit that GitHub
// names, or the built-in one with a sentence, and no run ends without an answer.
func TestLayouts(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	a := h.api(t)
	without := func(f trust.Facts, change func(*trust.Facts)) trust.Facts {
		change(&f)
		return f
	}
	for name, tc := range map[string]struct {
		dir    string
		facts  trust.Facts
		remote Remote
		// policy is the text of the file policy in the trusted tree, none without one; base
		// the commit compared with.
		policy, base, says string
	}{
		"merge, depth 2":              {h.clone(t, h.merge, "--depth=2"), h.pull(), nil, "main", h.main, ""},
		"merge, depth 1":              {h.clone(t, h.merge, "--depth=1"), h.pull(), nil, "none", "", "fetch-depth: 2"},
		"merge, depth 1, API":         {h.clone(t, h.merge, "--depth=1"), h.pull(), a, "main", h.main, ""},
		"merge, depth 1, API refuses": {h.clone(t, h.merge, "--depth=1"), h.pull(), none{}, "none", "", "GitHub answered 403"},
		"partial clone":               {h.partial(t, "blob:none", h.tip), h.pull(), nil, "none", "", "files of commit"},
		"partial clone, same files":   {h.partial(t, "blob:none", h.merge), h.pull(), nil, "main", h.main, ""},
		"partial clone, API":          {h.partial(t, "blob:none", h.tip), h.pull(), a, "main", h.fork, ""},
		"clone without trees":         {h.partial(t, "tree:0", h.merge), h.pull(), nil, "none", "", "files of commit"},
		"clone without trees, API":    {h.partial(t, "tree:0", h.merge), h.pull(), a, "main", h.main, ""},
		"tip, whole":                  {h.whole(t, h.tip), h.pull(), nil, "main", h.fork, ""},
		"tip, depth 1":                {h.clone(t, h.tip, "--depth=1"), h.pull(), nil, "none", "", "fetch-depth: 0"},
		"tip, depth 1, API":           {h.clone(t, h.tip, "--depth=1"), h.pull(), a, "main", h.fork, ""},
		"commit on top":               {h.whole(t, h.top), h.pull(), nil, "main", h.main, ""},
		"review":                      {h.clone(t, h.merge, "--depth=2"), without(h.pull(), func(f *trust.Facts) { f.Event = "pull_request_review" }), nil, "main", h.main, ""},
		"stale event":                 {h.clone(t, h.merge, "--depth=2"), without(h.pull(), func(f *trust.Facts) { f.Base = h.fork }), nil, "main", h.main, ""},
		"retargeted, old merge":       {h.whole(t, h.merge), without(h.pull(), func(f *trust.Facts) { f.Base, f.Retargeted = h.fork, true }), nil, "fork", h.fork, ""},
		"merge group":                 {h.clone(t, h.merge, "--depth=2"), trust.Facts{System: trust.GitHub, Event: "merge_group", Author: trust.Own, Named: h.merge, Base: h.main}, nil, "main", h.main, ""},
		"push":                        {h.clone(t, h.main, "--depth=1"), h.push("refs/heads/main", h.main), none{}, "main", "", ""},
		"push of a branch":            {h.whole(t, h.tip), h.push("refs/heads/change", h.tip), nil, "main", h.fork, ""},
		"push of a branch, depth 1":   {h.clone(t, h.tip, "--depth=1"), h.push("refs/heads/change", h.tip), nil, "none", "", "default branch is not in the clone (main)"},
		"push of a branch, API":       {h.clone(t, h.tip, "--depth=1"), h.push("refs/heads/change", h.tip), a, "main", h.fork, ""},
		"push, another commit":        {h.whole(t, h.top), h.push("refs/heads/main", h.main), nil, "main", h.main, ""},
		"tag":                         {h.whole(t, h.tip), h.push("refs/tags/v1", h.tip), nil, "main", h.fork, ""},
		"no repository":               {t.TempDir(), h.pull(), nil, "none", "", "no git repository"},
		"no repository, API":          {t.TempDir(), h.pull(), a, "main", h.main, ""},
		"base unknown":                {h.whole(t, h.merge), without(h.pull(), func(f *trust.Facts) { f.Named, f.Base = h.tip, strings.Repeat("0", 40) }), nil, "none", "", "commit 000000000000 is not in the clone"},
		"local":                       {h.clone(t, h.tip, "--depth=1"), trust.Facts{}, none{}, "fork", "", ""},
		"gitlab, target fetched":      {h.whole(t, h.tip), trust.Facts{System: trust.GitLab, Event: "merge_request_event", Proposal: true, Author: trust.Own, Named: h.tip, Base: h.fork, Target: "main"}, nil, "main", h.fork, ""},
		"gitlab, diff base":           {h.clone(t, h.tip), trust.Facts{System: trust.GitLab, Event: "merge_request_event", Proposal: true, Author: trust.Own, Named: h.tip, Base: h.fork, Target: "main"}, nil, "fork", h.fork, ""},
		"azure, depth 1":              {h.clone(t, h.tip, "--depth=1"), trust.Facts{System: trust.Azure, Event: "PullRequest", Proposal: true, Named: h.tip, Target: "main"}, nil, "none", "", "fetchDepth: 0"},
		"jenkins, target missing":     {h.clone(t, h.tip, "--depth=1"), trust.Facts{System: trust.Jenkins, Event: "change", Proposal: true, Target: "main"}, nil, "none", "", "branch that the change is for"},
		"circleci, nothing named":     {h.clone(t, h.tip), trust.Facts{System: trust.CircleCI, Event: "branch", Ref: "refs/heads/x", Named: h.tip}, nil, "none", "", "nothing names the default branch"},
	} {
		w, err := Open(t.Context(), tc.dir, options(tc.facts, tc.remote))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		policy := "none"
		if data, err := w.Trusted().Read("policy", 100); err == nil {
			policy = string(data)
		}
		base := ""
		if w.Base != nil {
			base = w.Event.Base
		}
		if policy != tc.policy || base != tc.base || !strings.Contains(w.Degraded, tc.says) || (tc.says == "") != (w.Degraded == "") {
			t.Errorf("%s: policy %q, want %q; base %q, want %q; says %q, want %q", name, policy, tc.policy, base, tc.base, w.Degraded, tc.says)
		}
		if w.Base == nil && w.NoBase == "" {
			t.Errorf("%s: nothing says why there is no base", name)
		}
		if strings.ContainsAny(w.Degraded, "\n") {
			t.Errorf("%s: more than one line: %q", name, w.Degraded)
		}
		w.Close()
	}
}

// TestTheCloneIsAskedFirst: through the API come only files that the clone lacks.
func TestTheCloneIsAskedFirst(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	a := h.api(t)
	w, err := Open(t.Context(), h.clone(t, h.merge, "--depth=1"), options(h.pull(), a))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if data, err := w.Base.Read("policy", 100); string(data) != "main" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if got := strings.Join(a.asked, ","); got != "entries" {
		t.Errorf("asked for %s", got)
	}
}

// TestOriginOfAnotherRepository: branches that were fetched from a fork are not ours.
func TestOriginOfAnotherRepository(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	dir := h.whole(t, h.tip)
	git(t, dir, "remote", "set-url", "origin", "https://github.com/mallory/shop")
	w, err := Open(t.Context(), dir, options(h.push("refs/heads/change", h.tip), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.Degraded == "" || w.Trust.Policy != trust.BuiltIn {
		t.Errorf("policy from the %s of a fork", w.Trust.Policy)
	}
}

// TestTheAuthorsMerge: whoever makes a merge commit does not choose the base by it.
func TestTheAuthorsMerge(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	git(t, h.dir, "checkout", "-q", "--detach", h.tip)
	evil := save(t, h.dir, "evil")
	git(t, h.dir, "commit", "-q", "--allow-empty", "-m", "side")
	side := git(t, h.dir, "rev-parse", "HEAD")
	git(t, h.dir, "checkout", "-q", "--detach", evil)
	git(t, h.dir, "merge", "-q", "--no-ff", "-m", "m", side)
	head := git(t, h.dir, "rev-parse", "HEAD")
	for name, change := range map[string]func(*trust.Facts){
		"beside what is named": func(f *trust.Facts) { f.Tip = head },
		"named":                func(f *trust.Facts) { f.Named, f.Tip = head, head },
		"named, other tip":     func(f *trust.Facts) { f.Named = head },
	} {
		f := h.pull()
		change(&f)
		w, err := Open(t.Context(), h.dir, options(f, nil))
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := w.Trusted().Read("policy", 100); string(data) != "main" || w.Event.Base != h.fork {
			t.Errorf("%s: policy %q, base %s", name, data, w.Event.Base)
		}
		w.Close()
	}
}

// TestNamedBase: the comparison that somebody asked for, which is never where a proposal's
// policy comes from.
func TestNamedBase(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	o := options(h.pull(), nil)
	o.Base = h.top
	git(t, h.dir, "checkout", "-q", "--detach", h.merge)
	w, err := Open(t.Context(), h.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if data, _ := w.Trusted().Read("policy", 100); string(data) != "main" || w.Event.Base != h.top {
		t.Errorf("policy %q, base %s", data, w.Event.Base)
	}
	o.Base = "gone"
	if _, err := Open(t.Context(), h.dir, o); err == nil {
		t.Error("compared with a commit that is not there")
	}
}

// TestCheckoutBelow: a workflow with path: has the repository in a directory of its
// workspace.
func TestCheckoutBelow(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	top := t.TempDir()
	if err := os.Rename(h.clone(t, h.merge, "--depth=2"), filepath.Join(top, "src")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(h.clone(t, h.fork), filepath.Join(top, "a-tool")); err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), top, options(h.pull(), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if filepath.Base(w.Root) != "src" || w.PolicyCommit != h.main {
		t.Errorf("root %s, policy of %s", w.Root, w.PolicyCommit)
	}
	local, err := Open(t.Context(), top, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	if local.Root != top {
		t.Errorf("a local run chose %s", local.Root)
	}
}

// TestRefused: nothing is opened under an event that must not look.
func TestRefused(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	for _, event := range []string{"pull_request_target", "workflow_run"} {
		f := h.pull()
		f.Event = event
		if w, err := Open(t.Context(), h.dir, options(f, nil)); err == nil || !strings.Contains(err.Error(), event) {
			t.Errorf("%s: %+v", event, w)
		}
	}
}
