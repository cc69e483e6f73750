// Package cip reads the policies of sigstore's policy-controller: ClusterImagePolicy
// and TrustRoot objects. What it does not understand is an error, never skipped.
package cip

import (
	"bytes"
	"encoding/json/jsontext"
	"encoding/json/v2"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Limits of a policy file.
const (
	maxBytes     = 1 << 20
	maxDocuments = 500
)

const group = "policy.sigstore.dev/"

// Error is a mistake in a policy file with its place.
type Error struct {
	Location finding.Location
	Message  string
}

// Error renders file:line:column: message.
func (e *Error) Error() string { return e.Location.String() + ": " + e.Message }

// Set is what files of policies say together.
type Set struct {
	Policies []Policy
	Roots    map[string]TrustRoot
}

// document is one object with its places.
type document struct {
	file string
	node *yaml.Node
	data []byte
}

// Parse adds the policies of a file to the set. Objects of other kinds are not its
// business and pass.
func (s *Set) Parse(file string, data []byte) error {
	if len(data) > maxBytes {
		return &Error{finding.Top(file), fmt.Sprintf("the policy file is larger than %d bytes", maxBytes)}
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		var node yaml.Node
		err := d.Decode(&node)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && n == maxDocuments {
			err = fmt.Errorf("more than %d documents", maxDocuments)
		}
		if err != nil {
			return &Error{finding.Top(file), "read YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
		}
		if err := s.add(document{file: file, node: &node}); err != nil {
			return err
		}
	}
}

func (s *Set) add(d document) error {
	api, kind := d.text("apiVersion"), d.text("kind")
	if !strings.HasPrefix(api, group) {
		return nil // another kind of object, or no object at all
	}
	var tree any
	err := d.node.Decode(&tree)
	if err == nil {
		d.data, err = json.Marshal(tree)
	}
	if err != nil {
		return d.fail("", "it cannot be read: %v", err)
	}
	switch version := strings.TrimPrefix(api, group); {
	case kind == "ClusterImagePolicy" && (version == "v1alpha1" || version == "v1beta1"):
		return s.addPolicy(d)
	case kind == "TrustRoot" && version == "v1alpha1":
		return s.addRoot(d)
	}
	return d.fail("", "%s %s is not supported", api, kind)
}

// strict decodes a document; unknown fields are errors with their place.
func (d document) strict(into any) error {
	err := json.Unmarshal(d.data, into, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return d.fail("", "it cannot be read: %v", err)
	}
	pointer := string(semantic.JSONPointer)
	if errors.Is(err, json.ErrUnknownName) {
		return d.fail(pointer, "the field %s is not supported", dotted(pointer))
	}
	return d.fail(pointer, "the field %s has a value of the wrong type", dotted(pointer))
}

func dotted(pointer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
}

func (d document) fail(pointer, format string, args ...any) error {
	return &Error{d.at(pointer), fmt.Sprintf(format, args...)}
}

// at finds the place of a JSON pointer, or of the nearest value above it.
func (d document) at(pointer string) finding.Location {
	n := d.root()
	for token := range jsontext.Pointer(pointer).Tokens() {
		next := child(n, token)
		if next == nil {
			break
		}
		n = next
	}
	return finding.Location{URI: d.file, Region: finding.Region{
		StartLine: n.Line, StartColumn: n.Column, EndLine: n.Line, EndColumn: n.Column + max(1, len([]rune(n.Value))),
	}}
}

func (d document) root() *yaml.Node {
	if d.node.Kind == yaml.DocumentNode && len(d.node.Content) > 0 {
		return d.node.Content[0]
	}
	return d.node
}

// text is a value at the top of the document, empty when there is none.
func (d document) text(key string) string {
	if n := child(d.root(), key); n != nil {
		return n.Value
	}
	return ""
}

func child(n *yaml.Node, token string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(token); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
		return nil
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == token {
			return n.Content[i+1]
		}
	}
	return nil
}
