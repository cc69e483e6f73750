package github

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// tree is GitHub's answer about a tree.
type tree struct {
	Tree []struct {
		Path string `json:"path"`
		Mode string `json:"mode"`
		Type string `json:"type"`
		SHA  string `json:"sha"`
		Size *int64 `json:"size"`
	} `json:"tree"`
	Truncated bool `json:"truncated"`
}

// Files lists the files of a commit. GitHub cuts long lists; a directory whose list was
// cut is asked for once more without what is below it, and so on downwards.
func (o *Objects) Files(ctx context.Context, id string) ([]File, error) {
	var all []File
	todo := []File{{SHA: id}}
	for len(todo) > 0 {
		dir := todo[0]
		todo = todo[1:]
		files, dirs, err := o.list(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("ask for the files of the base: %w", err)
		}
		all, todo = append(all, files...), append(todo, dirs...)
		if len(all) > objectFiles {
			return nil, ErrBudget
		}
	}
	return all, nil
}

// list asks for a directory and all that is below it, or where that is too much for the
// directory alone: then the directories in it are returned too.
func (o *Objects) list(ctx context.Context, dir File) (files, dirs []File, err error) {
	if _, err := named(dir.SHA); err != nil {
		return nil, nil, err
	}
	var t tree
	if err := o.get(ctx, "/git/trees/"+dir.SHA+"?recursive=1", &t); err != nil {
		return nil, nil, err
	}
	whole := !t.Truncated
	if !whole {
		t = tree{}
		if err := o.get(ctx, "/git/trees/"+dir.SHA, &t); err != nil {
			return nil, nil, err
		}
		if t.Truncated {
			return nil, nil, ErrBudget
		}
	}
	for _, e := range t.Tree {
		f := File{Path: below(dir.Path, e.Path), Mode: e.Mode, SHA: e.SHA, Size: -1}
		if e.Size != nil {
			f.Size = *e.Size
		}
		switch {
		case e.Type != "tree":
			files = append(files, f)
		case !whole:
			dirs = append(dirs, f)
		}
	}
	return files, dirs, nil
}

func below(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// escaped is a branch's name as part of an address.
func escaped(branch string) string {
	parts := strings.Split(branch, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
