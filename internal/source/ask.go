package source

import (
	"encoding/hex"
	"fmt"

	"github.com/pjbgf/sha1cd"

	"github.com/stella-ops/assure/internal/memo"
)

// Question is what is asked about a file: its answer depends on nothing but the file's
// name and content, and nobody changes an answer.
type Question[T any] struct {
	// Name is unique among all questions.
	Name   string
	Answer func(name string, data []byte) T
	// Limit is the size in bytes above which there is no answer, or when Cut is true, how
	// much of the file is looked at.
	Limit int64
	Cut   bool
}

// Share lets trees answer the same question about the same file once.
func Share(trees ...*Tree) {
	answers := memo.New()
	for _, t := range trees {
		t.answers = answers
	}
}

// Forget ends the sharing; what was answered is released.
func Forget(trees ...*Tree) {
	for _, t := range trees {
		t.answers = nil
	}
}

// Memory is what the trees share, nil when a tree stands for itself.
func (t *Tree) Memory() *memo.Cache { return t.answers }

// Ask answers a question about the regular file at the slash path name. A file whose
// content is known by its name in git's database is not read when the same content has
// been asked about.
func Ask[T any](t *Tree, q Question[T], name string) (T, error) {
	if t.answers == nil {
		return ask(t, q, name)
	}
	if id, ok := t.contentID(name); ok {
		return memo.Do(t.answers, memo.KeyOf(q.Name, name, id), func() (T, error) { return ask(t, q, name) })
	}
	data, whole, err := read(t, q, name)
	if err != nil || !whole {
		return answer(q, name, data, err)
	}
	id, ok := contentID(data)
	if !ok {
		return answer(q, name, data, nil)
	}
	return memo.Do(t.answers, memo.KeyOf(q.Name, name, id), func() (T, error) { return answer(q, name, data, nil) })
}

func ask[T any](t *Tree, q Question[T], name string) (T, error) {
	data, _, err := read(t, q, name)
	return answer(q, name, data, err)
}

func answer[T any](q Question[T], name string, data []byte, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return q.Answer(name, data), nil
}

// read returns what the question is about, and whether that is all of the file.
func read[T any](t *Tree, q Question[T], name string) (data []byte, whole bool, err error) {
	if !q.Cut {
		data, err = t.Read(name, q.Limit)
		return data, err == nil, err
	}
	data, err = t.Head(name, q.Limit+1)
	if int64(len(data)) > q.Limit {
		return data[:q.Limit:q.Limit], false, err
	}
	return data, err == nil, err
}

// identified knows the content of files without reading them.
type identified interface {
	ID(name string) (id string, ok bool)
}

func (t *Tree) contentID(name string) (string, bool) {
	v, ok := t.files.(virtual)
	if !ok {
		return "", false
	}
	files, ok := v.FS.(identified)
	if !ok {
		return "", false
	}
	return files.ID(name)
}

// contentID is git's name for a content. Bytes that were made to share the name of others
// have none.
func contentID(data []byte) (id string, ok bool) {
	h := sha1cd.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	strict, ok := h.(sha1cd.CollisionResistantHash)
	if !ok {
		return "", false
	}
	sum, collides := strict.CollisionResistantSum(nil)
	return hex.EncodeToString(sum), !collides
}
