package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	bolt "go.etcd.io/bbolt"
)

// lock guards trivy-db's one open database per process. It is the one package variable
// here, because the state that it guards is one, too.
var lock sync.Mutex

// Use runs fn while trivy-db's package functions read the database that Open returned.
// Only one Use runs at a time in a process; the file is never written. A fault while
// reading it is an error, and so is a file that changes under our hands: the file that
// was hashed is the file that answers, from the first question to the last.
func Use(info Info, fn func() error) (err error) {
	lock.Lock()
	defer lock.Unlock()
	name := filepath.Join(info.Dir, contentFile)
	// trivy-db removes a file that it cannot open; one that has just been checked opens.
	if _, err := checkContent(name); err != nil {
		return fmt.Errorf("%w; %s", err, hint)
	}
	held := &held{info: info}
	options := &bolt.Options{ReadOnly: true, Timeout: 5 * time.Second, OpenFile: held.open}
	if err := db.Init(info.Dir, db.WithBoltOptions(options)); err != nil {
		return fmt.Errorf("open %s: %w; %s", name, errors.Join(held.err, err), hint)
	}
	defer func() { err = errors.Join(err, held.unchanged(), db.Close()) }()
	defer guard(name, &err)()
	if held.err != nil {
		return held.err
	}
	return fn()
}

// held is the file that bbolt reads.
type held struct {
	info Info
	file *os.File
	seen os.FileInfo
	err  error
}

// open opens the file and makes sure that it is the one that was hashed. It returns the
// file even when it is not, because trivy-db removes what it cannot open.
func (h *held) open(name string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag, mode)
	if err != nil {
		return nil, err
	}
	h.file = f
	if h.seen, err = f.Stat(); err == nil && !like(h.seen, h.info.seen) {
		err = h.rehash(f)
	}
	h.err = err
	return f, nil
}

func (h *held) rehash(f *os.File) error {
	digest, err := hash(context.Background(), f)
	if err != nil {
		return err
	}
	if digest != h.info.Digest {
		return fmt.Errorf("%w: %s was replaced during the run: it is %s, not %s any more", errIntegrity, f.Name(), digest, h.info.Digest)
	}
	return nil
}

// like tells whether both are the same file in the same state.
func like(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// unchanged checks that nobody wrote into the file while it answered.
func (h *held) unchanged() error {
	if h.file == nil || h.err != nil {
		return nil //nolint:nilerr // it was never opened, which was said then
	}
	now, err := h.file.Stat()
	if err != nil || !like(now, h.seen) {
		return fmt.Errorf("%w: %s was changed during the run", errIntegrity, h.file.Name())
	}
	return nil
}
