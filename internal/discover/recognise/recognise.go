// Package recognise says what a file is by its name and its first bytes: a Compose file
// under any name, a Kubernetes manifest, a Dockerfile, a template of one of them, or a
// file that names dependencies. It reads nothing itself.
//
// There are two tiers. Guess looks at bytes alone, so that it can be asked about every
// file of a large repository; what it lets through may still be something else. Confirm
// looks at the parsed documents and decides.
package recognise

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// MaxHead is how much of a file the functions of this package look at. The caller may
// pass less: a head of 64 KiB decides all but contrived files.
const MaxHead = 1 << 20

// Kind is a set of what a file may be.
type Kind uint8

// The kinds.
const (
	// Compose files start containers with docker compose, docker stack or podman.
	Compose Kind = 1 << iota
	// Kubernetes files hold objects with an apiVersion and a kind.
	Kubernetes
	// Dockerfile files build images.
	Dockerfile
	// Template files become something else before they are used.
	Template
)

// Has reports whether the set holds all of the kinds.
func (k Kind) Has(other Kind) bool { return k&other == other }

// Ambiguous reports whether a file is Compose and Kubernetes at once: no tool reads it
// as both, so it is unknown which half counts.
func (k Kind) Ambiguous() bool { return k.Has(Compose | Kubernetes) }

// Guess says what a file could be, by its name and a head of it. It lets through all that
// Confirm would find in the same bytes, keys that are written with escapes aside.
func Guess(name string, head []byte) Kind {
	head = plain(head)
	var k Kind
	if IsDockerfile(name, head) {
		k |= Dockerfile
	}
	if !isStructured(name) {
		return k | templateOf(name, k, head)
	}
	if IsComposeName(name) || couldHave(head, "services") {
		k |= Compose
	}
	if couldHave(head, "apiVersion") && couldHave(head, "kind") {
		k |= Kubernetes
	}
	return k | templateOf(name, k, head)
}

// couldHave is hasKey, unless the top of a document is merged with other parts of it.
func couldHave(head []byte, key string) bool {
	return hasKey(head, key) || bytes.Contains(head, []byte(key)) && hasKey(head, "<<")
}

// templateOf is Template for a file that is made into one of the kinds.
func templateOf(name string, k Kind, head []byte) Kind {
	if k != 0 && (templateName(name) || Marks(head) != 0) || k == 0 && isStructured(name) && Templated(head) {
		return Template
	}
	return 0
}

// Confirm says what a document of the named file is.
func Confirm(name string, root *yaml.Node) (k Kind) {
	if IsCompose(name, root) {
		k |= Compose
	}
	if IsKubernetes(root) {
		k |= Kubernetes
	}
	return k
}

// plain is a head that can be searched: no more than MaxHead, without the mark at its
// start, and of UTF-16 the low bytes. Binary content is nothing.
func plain(head []byte) []byte {
	head = head[:min(len(head), MaxHead)]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		head = head[3:]
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		head = everySecond(head[2:], 0)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		head = everySecond(head[2:], 1)
	}
	if bytes.IndexByte(head[:min(len(head), 8<<10)], 0) >= 0 {
		return nil
	}
	return head
}

func everySecond(data []byte, from int) []byte {
	out := make([]byte, 0, len(data)/2)
	for i := from; i < len(data); i += 2 {
		out = append(out, data[i])
	}
	return out
}
