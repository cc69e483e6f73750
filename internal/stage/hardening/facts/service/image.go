package service

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// image is a service's image reference.
type image struct {
	// Name is the last component, Tag and Digest are empty when there is none.
	Name   string `json:"name"`
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
	// Major is the tag's first number, -1 when it has none.
	Major int `json:"major"`
	// Known is false when a variable without a value is part of it.
	Known bool `json:"known"`
}

var majorOf = regexp.MustCompile(`^v?(\d{1,4})([.-]|$)`)

func (s scope) image() image {
	ref := value.Text(s.svc["image"])
	i := image{Name: container.ImageName(ref), Major: -1, Known: ref != ""}
	for _, v := range s.vars.at(s.at("image")) {
		i.Known = i.Known && (v.Set || v.Default != nil)
	}
	name, digest, _ := strings.Cut(ref, "@")
	i.Digest = digest
	if slash, colon := strings.LastIndex(name, "/"), strings.LastIndex(name, ":"); colon > slash {
		i.Tag = name[colon+1:]
	}
	if m := majorOf.FindStringSubmatch(i.Tag); m != nil {
		i.Major, _ = strconv.Atoi(m[1])
	}
	return i
}
