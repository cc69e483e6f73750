package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// words are the words of entrypoint, command and healthcheck, with the argument of a
// shell's -c taken apart.
func (s scope) words() []container.Word {
	out := []container.Word{}
	for _, key := range []string{"entrypoint", "command", "healthcheck"} {
		at := s.at(key)
		v := s.svc[key]
		if key == "healthcheck" {
			at, v = value.Under(at, "test"), value.Object(v)["test"]
		}
		out = append(out, s.name(container.Split(v, key, at), container.Split(value.Lookup(s.doc.Raw, at), key, at))...)
	}
	return out
}

// name notes which variables each word uses, by the word as it was before they got
// their values; when the raw text splits differently, every variable counts.
func (s scope) name(words, raw []container.Word) []container.Word {
	for i := range words {
		words[i].Variables = []string{}
		for _, v := range s.vars.at(words[i].Path) {
			if len(words) != len(raw) || strings.Contains(raw[i].Text, v.Name) {
				words[i].Variables = append(words[i].Variables, v.Name)
			}
		}
	}
	return words
}
