package commit_test

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source/commit"
)

func TestOrigin(t *testing.T) {
	const url = "https://github.com/acme/shop"
	const plain = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = " + url + "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
	const token = "[includeIf \"gitdir:/w/.git\"]\n\tpath = /tmp/git-credentials-0a1b-2c.config\n"
	for name, tc := range map[string]struct{ text, want string }{
		"plain":                  {plain, url},
		"spaces":                 {"[remote \"origin\"]\r\n  URL=" + url + "  \r\n", url},
		"comments":               {"# c\n; c\n" + plain, url},
		"after other settings":   {"[remote \"origin\"]\nfetch = x\npushurl = y\nurl = " + url + "\n", url},
		"other remotes":          {"[remote \"fork\"]\n\turl = https://x\n" + plain + "[remote \"up\"]\n\turl = https://y\n", url},
		"checkout's credentials": {plain + token, url},
		"two sections":           {plain + "[remote \"origin\"]\n\tprune = true\n", url},
		"old form":               {"[remote.origin]\n\turl = " + url + "\n", url},
		"none":                   {"[core]\n", ""},
		"empty":                  {"", ""},
		"of another remote":      {"[remote \"fork\"]\n\turl = " + url + "\n", ""},
		"of another case":        {"[remote \"Origin\"]\n\turl = " + url + "\n", ""},
		"two addresses":          {plain + "[remote \"origin\"]\n\turl = https://evil\n", ""},
		"reset":                  {"[remote \"origin\"]\n\turl = " + url + "\n\turl =\n\turl = https://evil\n", ""},
		"quotes":                 {"[remote \"origin\"]\n\turl = \"" + url + "\"\n", ""},
		"comment behind":         {"[remote \"origin\"]\n\turl = " + url + " # c\n", ""},
		"continued":              {"[remote \"origin\"]\n\tfetch = a\\\n\turl = " + url + "\n", ""},
		"continued elsewhere":    {"[core]\n\tx = a\\\n[remote \"origin\"]\n\turl = " + url + "\n", ""},
		"on the heading's line":  {"[remote \"origin\"] url = https://evil\n\turl = " + url + "\n", ""},
		"escape in the name":     {plain + "[remote \"orig\\in\"]\n\turl = https://evil\n", ""},
		"without a value":        {"[remote \"origin\"]\n\turl\n", ""},
		"include":                {"[include]\n\tpath = ../.gitconfig\n" + plain, ""},
		"include behind":         {plain + "[includeIf \"gitdir:/\"]\n\tpath = ../more\n", ""},
		"include, far":           {plain + "[include]\n\tpath = /etc/gitconfig\n", ""},
		"include, relative":      {plain + "[include]\n\tpath = ../git-credentials-0.config\n", ""},
		"another's address":      {plain + "[url \"https://evil/\"]\n\tinsteadOf = https://github.com/\n", ""},
		"old form of that":       {plain + "[url.https://evil]\n\tinsteadOf = https://github.com/\n", ""},
		"not a configuration":    {"\x00\xff[remote \"origin\"\n" + plain, ""},
		"large":                  {plain + strings.Repeat("#\n", 1<<20), ""},
	} {
		dir := one(t)
		write(t, dir, ".git/config", tc.text)
		r, err := commit.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Origin(); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestOriginOfAWorkTree(t *testing.T) {
	dir := one(t)
	run(t, dir, "remote", "add", "origin", "https://github.com/acme/shop")
	for text, want := range map[string]string{
		"":                                  "https://github.com/acme/shop",
		"[core]\n\tsparseCheckout = true\n": "https://github.com/acme/shop",
		"[remote \"origin\"]\n\turl = x\n":  "",
		"[include]\n\tpath = x\n":           "",
	} {
		write(t, dir, ".git/config.worktree", text)
		r, err := commit.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Origin(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestRemoteBranches(t *testing.T) {
	dir := one(t)
	to := t.TempDir()
	run(t, to, "clone", "-q", "file://"+dir, "clone")
	to += "/clone"
	check := func(name, branch, wantID, wantDefault string) {
		t.Helper()
		r, err := commit.Open(to)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.RemoteBranch(branch); got != wantID {
			t.Errorf("%s: %s is %q, want %q", name, branch, got, wantID)
		}
		if got := r.RemoteDefault(); got != wantDefault {
			t.Errorf("%s: default branch %q, want %q", name, got, wantDefault)
		}
	}
	id := out(t, dir, "", "rev-parse", "HEAD")
	check("loose", "main", id, "main")
	run(t, to, "pack-refs", "--all")
	check("packed", "main", id, "main")
	for _, branch := range []string{"", "gone", "../../heads/main", "main/../main", "/main", "main\n", "HEAD/x", strings.Repeat("x", 5000)} {
		check("hostile", branch, "", "main")
	}
	write(t, to, ".git/refs/remotes/origin/main", "ref: ../../../HEAD\n")
	check("leads out", "main", "", "main")
	write(t, to, ".git/refs/remotes/origin/HEAD", "ref: refs/heads/main\n")
	check("default of no remote", "gone", "", "")
	write(t, to, ".git/refs/remotes/origin/HEAD", id+"\n")
	check("default is a commit", "gone", "", "")
}
