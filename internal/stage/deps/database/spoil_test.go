package database_test

import (
	"bytes"
	"errors"
	"os"

	bolt "go.etcd.io/bbolt"
)

// otherDatabase replaces the file by a bbolt file without advisories.
func otherDatabase(name string) error {
	if err := os.Remove(name); err != nil {
		return err
	}
	b, err := bolt.Open(name, 0o644, nil)
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket([]byte("something"))
		return err
	})
	return errors.Join(err, b.Close())
}

// scribble overwrites everything after the two header pages.
func scribble(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	page := os.Getpagesize()
	copy(data[2*page:], bytes.Repeat([]byte{0xff}, len(data)))
	return os.WriteFile(name, data, 0o644)
}
