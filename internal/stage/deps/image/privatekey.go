package image

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"strings"
)

// Limits of the search for private keys: the size of a file, and how many of one layer
// are named.
const (
	minPrivateKey  = 100
	maxPrivateKey  = 64 << 10
	maxPrivateKeys = 100
)

// PrivateKey is a file of a layer that holds a private key in PEM. Layers above may
// hide the file; who pulls the image has it all the same.
type PrivateKey struct {
	// Path of the file and Layer's DiffID.
	Path, Layer string
	// Type is the PEM type, such as RSA PRIVATE KEY.
	Type string
}

// lookForKey notes a file that holds a private key.
func (w *walker) lookForKey(file *content) error {
	if file.size < minPrivateKey || file.size > maxPrivateKey {
		return nil
	}
	f, err := file.open()
	if err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	kind := privateKeyIn(data)
	switch {
	case kind == "":
	case len(w.keys) == maxPrivateKeys:
		w.problems = append(w.problems, fmt.Sprintf("it holds more than %d private keys in one layer; %s and those behind it are not named", maxPrivateKeys, short(file.name)))
		w.keys = append(w.keys, PrivateKey{})
	case len(w.keys) < maxPrivateKeys:
		w.keys = append(w.keys, PrivateKey{Path: file.name, Type: kind})
	}
	return nil
}

// privateKeyIn returns the type of the first private key in PEM, "" without one.
func privateKeyIn(data []byte) string {
	if !bytes.Contains(data, []byte("PRIVATE KEY-----")) {
		return ""
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return ""
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") && len(block.Bytes) > 0 {
			return block.Type
		}
	}
}

// keysOf returns what was noted, with the layer that it is in.
func (w *walker) keysOf(diffID string) []PrivateKey {
	keys := w.keys[:min(len(w.keys), maxPrivateKeys)]
	for i := range keys {
		keys[i].Layer = diffID
	}
	return keys
}
