package workspace

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/stella-ops/assure/internal/source/commit"
)

// watched notes the first blob of a commit that could not be read. Whoever reads it may
// take it for a file that is not there, so that no answer about the commit can be trusted
// any more.
type watched struct {
	ctx   context.Context
	from  commit.Blobs
	first *failure
}

// failure is the first error; it is safe for concurrent use.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *failure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Blob implements commit.Blobs.
func (w watched) Blob(id string, limit int64) ([]byte, error) {
	data, err := w.from.Blob(id, limit)
	if err != nil && w.ctx.Err() == nil {
		w.first.note(err)
	}
	return data, err
}

var errSize = errors.New("the size is not known")

// Size is the blob's, where the source knows it without reading.
func (w watched) Size(id string) (int64, error) {
	s, ok := w.from.(interface{ Size(string) (int64, error) })
	if !ok {
		return 0, errSize
	}
	return s.Size(id)
}

// BaseBroken says why nothing that was found out about the base commit holds, empty where
// all that was asked for could be read.
func (w *Workspace) BaseBroken() string {
	if w.broken == nil {
		return ""
	}
	err := w.broken.get()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("the base commit could not be read in full, so that every finding counts as new: %s", firstLine(err.Error()))
}
