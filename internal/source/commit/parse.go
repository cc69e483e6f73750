package commit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// Limits of what is parsed of an object.
const (
	// maxHeader is above the lines before a commit's or a tag's message.
	maxHeader = 1 << 20
	// maxTree is above a directory of a million files.
	maxTree = 64 << 20
	// maxEntries is above a directory and all files, and maxParents above those of a merge.
	maxEntries = 2 * maxFiles
	maxParents = 1000
	// maxTags is how many tags may name one another.
	maxTags = 10
)

var errNoCommit = errors.New("it is not a commit")

// load reads the commit that an id stands for, which may be that of a tag.
func (r *Repository) load(id string) (*Commit, error) {
	for range maxTags {
		kind, data, err := r.db.Read(id, maxHeader)
		if err != nil {
			return nil, err
		}
		switch kind {
		case objects.Commit:
			return parseCommit(id, data, r.db)
		case objects.Tag:
			id, _ = strings.CutPrefix(line(&data), "object ")
		default:
			return nil, fmt.Errorf("%s: %w", id, errNoCommit)
		}
	}
	return nil, fmt.Errorf("more than %d tags name one another", maxTags)
}

// line takes the first line.
func line(data *[]byte) string {
	first, rest, _ := bytes.Cut(*data, []byte("\n"))
	*data = rest
	return string(first)
}

// parseCommit reads the lines before the message: the tree, parents, the author, and who
// made the commit when.
func parseCommit(id string, data []byte, db *objects.Database) (*Commit, error) {
	c := &Commit{id: id, db: db}
	var ok bool
	if c.tree, ok = strings.CutPrefix(line(&data), "tree "); !ok || !objects.IsID(c.tree) {
		return nil, fmt.Errorf("%s: %w", id, errNoCommit)
	}
	for bytes.HasPrefix(data, []byte("parent ")) {
		parent := line(&data)[len("parent "):]
		if !objects.IsID(parent) || len(c.parents) == maxParents {
			return nil, fmt.Errorf("%s: %w", id, errNoCommit)
		}
		c.parents = append(c.parents, parent)
	}
	for len(data) > 0 && data[0] != '\n' {
		if by, ok := strings.CutPrefix(line(&data), "committer "); ok {
			c.when = made(by)
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: nobody made it", id, errNoCommit)
}

// made reads the time behind a name: seconds and a zone. Nonsense is the earliest time.
func made(by string) time.Time {
	fields := strings.Fields(by[strings.LastIndexByte(by, '>')+1:])
	if len(fields) == 0 {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}
	}
	if len(fields) > 1 {
		if zone, err := time.Parse("-0700", fields[1]); err == nil {
			return time.Unix(seconds, 0).In(zone.Location())
		}
	}
	return time.Unix(seconds, 0).UTC()
}

// treeEntry is one name in a tree.
type treeEntry struct {
	name string
	mode uint32
	id   string
}

func readTree(db *objects.Database, id string) ([]treeEntry, error) {
	kind, data, err := db.Read(id, maxTree+1)
	switch {
	case err != nil:
		return nil, err
	case kind != objects.Tree:
		return nil, fmt.Errorf("%s is no tree", id)
	case len(data) > maxTree:
		return nil, fmt.Errorf("tree %s: %w", id, objects.ErrTooLarge)
	}
	list, err := parseTree(data, len(id)/2)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	return list, nil
}

// parseTree reads entries: a mode in octal digits, a name up to a zero, and an id.
func parseTree(data []byte, hash int) (list []treeEntry, err error) {
	var ids []byte
	for len(data) > 0 {
		digits, rest, ok := bytes.Cut(data, []byte(" "))
		mode, err := strconv.ParseUint(string(digits), 8, 32)
		if !ok || err != nil {
			return nil, errors.New("a mode is no number")
		}
		name, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok || len(rest) < hash {
			return nil, errCut
		}
		if len(list) == maxEntries {
			return nil, fmt.Errorf("%w: more than %d names", ErrTooMany, maxEntries)
		}
		list = append(list, treeEntry{name: string(name), mode: uint32(mode)})
		ids = hex.AppendEncode(ids, rest[:hash])
		data = rest[hash:]
	}
	text := string(ids) // one for all: a base commit has very many
	for i := range list {
		list[i].id = text[2*hash*i : 2*hash*(i+1)]
	}
	return list, nil
}

// child is the first entry with a name.
func child(list []treeEntry, name string) (treeEntry, bool) {
	for _, e := range list {
		if e.name == name {
			return e, true
		}
	}
	return treeEntry{}, false
}
