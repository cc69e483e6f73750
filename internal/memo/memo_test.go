package memo

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestDo(t *testing.T) {
	c, calls := New(), 0
	ask := func(c *Cache, question string, err error) int {
		n, _ := Do(c, KeyOf[string](question), func() (int, error) { calls++; return calls, err })
		return n
	}
	for i, step := range []struct {
		cache    *Cache
		question string
		err      error
		want     int
	}{
		{c, "a", nil, 1}, {c, "a", nil, 1}, {c, "b", errors.New("try again"), 2}, {c, "b", nil, 3}, {c, "b", nil, 3}, {nil, "a", nil, 4}, {nil, "a", nil, 5},
	} {
		if got := ask(step.cache, step.question, step.err); got != step.want {
			t.Errorf("step %d: got %d, want %d", i, got, step.want)
		}
	}
}

func TestDoIsBounded(t *testing.T) {
	c := New()
	c.room = 1
	for i, want := range []int{0, 0} {
		if got, _ := Do(c, KeyOf[string]("kept"), func() (int, error) { return i, nil }); got != want {
			t.Errorf("kept: got %d, want %d", got, want)
		}
	}
	for i := range 2 {
		if got, _ := Do(c, KeyOf[string]("no room"), func() (int, error) { return i, nil }); got != i {
			t.Errorf("no room: got %d, want %d", got, i)
		}
	}
}

func TestDoWorksOnce(t *testing.T) {
	c := New()
	var calls atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, _ = Do(c, KeyOf[string]("a"), func() (int64, error) { return calls.Add(1), nil })
		})
	}
	wg.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("worked %d times", n)
	}
}

func TestDoAfterPanic(t *testing.T) {
	c := New()
	func() {
		defer func() { _ = recover() }()
		_, _ = Do(c, KeyOf[string]("a"), func() (int, error) { panic("hostile input") })
	}()
	if got, _ := Do(c, KeyOf[string]("a"), func() (int, error) { return 7, nil }); got != 7 {
		t.Errorf("got %d", got)
	}
}

func TestKeyOf(t *testing.T) {
	keys := map[Key]bool{}
	for _, k := range []Key{
		KeyOf("q", "ab", "c"), KeyOf("q", "a", "bc"), KeyOf("q", "abc"), KeyOf("q", "abc", ""), KeyOf("qa", "bc"), KeyOf[string]("q"),
	} {
		keys[k] = true
	}
	if len(keys) != 6 {
		t.Errorf("%d of 6 questions are told apart", len(keys))
	}
	if KeyOf("q", "a") != KeyOf("q", []byte("a")) {
		t.Error("text and bytes differ")
	}
}
