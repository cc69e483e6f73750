package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stella-ops/assure/internal/source"
)

// identified is a commit whose files have names in git's database.
type identified struct {
	fstest.MapFS
	ids map[string]string
}

func (c identified) ID(name string) (string, bool) { id, ok := c.ids[name]; return id, ok }

// hello is git's name for "hello\n".
const hello = "ce013625030ba8dba906f756967f9e9ca394464a"

func TestAskAnswersOnceForTheSameFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write("hello\n")
	head, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer head.Close()
	// What the base holds cannot be read, so an answer is the head's.
	base := source.FromFS(identified{fstest.MapFS{}, map[string]string{"a.txt": hello, "b.txt": hello}}, dir)
	source.Share(head, base)
	asked := 0
	length := source.Question[int]{Name: "length", Limit: 10, Answer: func(_ string, data []byte) int { asked++; return len(data) }}
	for i, step := range []struct {
		tree  *source.Tree
		name  string
		write string
		want  int
		asked int
		fails bool
	}{
		{tree: head, name: "a.txt", want: 6, asked: 1},
		{tree: head, name: "a.txt", want: 6, asked: 1},
		{tree: base, name: "a.txt", want: 6, asked: 1},
		// Another name is another question.
		{tree: base, name: "b.txt", asked: 1, fails: true},
		// A file of the same size and time is read all the same.
		{tree: head, name: "a.txt", write: "hallo\n", want: 6, asked: 2},
		{tree: head, name: "a.txt", write: "more than\nten", asked: 2, fails: true},
		{tree: base, name: "a.txt", want: 6, asked: 2},
	} {
		if step.write != "" {
			write(step.write)
		}
		got, err := source.Ask(step.tree, length, step.name)
		if got != step.want || asked != step.asked || (err != nil) != step.fails {
			t.Errorf("step %d: got %d (%v) after %d questions, want %d after %d", i, got, err, asked, step.want, step.asked)
		}
	}
}

// What is cut off is not known by the name of the whole.
func TestAskAboutABeginning(t *testing.T) {
	tree := source.FromFS(fstest.MapFS{"a.txt": {Data: []byte("hello\n")}, "b.txt": {Data: []byte("hello\nworld\n")}}, "/nowhere")
	source.Share(tree)
	asked := 0
	q := source.Question[string]{Name: "text", Limit: 6, Cut: true, Answer: func(_ string, data []byte) string { asked++; return string(data) }}
	for _, name := range []string{"a.txt", "a.txt", "b.txt", "b.txt"} {
		if got, err := source.Ask(tree, q, name); got != "hello\n" || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	q.Cut, q.Name = false, "whole text"
	if _, err := source.Ask(tree, q, "b.txt"); !errors.Is(err, source.ErrTooLarge) || !strings.Contains(err.Error(), "b.txt") {
		t.Errorf("got %v", err)
	}
}
