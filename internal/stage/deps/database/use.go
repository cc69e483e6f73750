package database

import (
	"errors"
	"fmt"
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
// reading it is an error.
func Use(info Info, fn func() error) (err error) {
	lock.Lock()
	defer lock.Unlock()
	name := filepath.Join(info.Dir, contentFile)
	// trivy-db removes a file that it cannot open; one that has just been checked opens.
	if _, err := checkContent(name); err != nil {
		return fmt.Errorf("%w; %s", err, hint)
	}
	if err := db.Init(info.Dir, db.WithBoltOptions(&bolt.Options{ReadOnly: true, Timeout: 5 * time.Second})); err != nil {
		return fmt.Errorf("open %s: %w; %s", name, err, hint)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer guard(name, &err)()
	return fn()
}
