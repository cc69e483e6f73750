package recognise

import (
	"bytes"

	"github.com/stella-ops/assure/internal/source"
)

// maxParts bounds the documents of one file that are parsed one by one, and maxPartsBytes
// the text that is parsed for them.
const (
	maxParts      = 200
	maxPartsBytes = 32 << 20
)

// Split parses a YAML stream like source.Parse. When that fails, it parses every document
// on its own, so that a broken one does not hide those beside it. The places of all are
// those in the file. Documents beyond a bound count as broken.
func Split(name string, data []byte) (docs []*source.Doc, faults []error) {
	docs, err := source.Parse(name, data)
	if err == nil {
		return docs, nil
	}
	starts := separators(data)
	if len(starts) < 2 || len(starts) > maxParts || len(starts)*len(data) > maxPartsBytes {
		return nil, []error{err}
	}
	docs = nil
	for i, start := range starts {
		end := len(data)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		part, err := source.Parse(name, padded(data, start, end))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		docs = append(docs, part...)
	}
	return docs, faults
}

// separators are the offsets at which documents start.
func separators(data []byte) []int {
	starts := []int{0}
	for at := 0; len(starts) <= maxParts; {
		i := bytes.Index(data[at:], []byte("\n---"))
		if i < 0 {
			break
		}
		at += i + 1
		if rest := data[at+3:]; len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0 {
			starts = append(starts, at)
		}
	}
	return starts
}

// padded is data[start:end] on the lines that it has in the file.
func padded(data []byte, start, end int) []byte {
	lines := bytes.Count(data[:start], []byte("\n"))
	return append(bytes.Repeat([]byte("\n"), lines), data[start:end]...)
}
