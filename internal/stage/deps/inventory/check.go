package inventory

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// maxDepth is how deep brackets may nest. Real lock files stay below 40; parsers that
// recurse would exhaust the stack, which no recover can catch.
const maxDepth = 200

// maxPieces bounds lines and objects: a parser needs some 3 KB for what takes five bytes
// in the file. Real lock files stay below 100,000.
const maxPieces = 500_000

// check looks for what would make a parser crash. It returns what is wrong, or "".
func check(f *format, data []byte) string {
	switch {
	case depth(data) > maxDepth:
		return fmt.Sprintf("the file nests brackets more than %d deep", maxDepth)
	case bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("{")) > maxPieces:
		return fmt.Sprintf("the file has more than %d lines and objects", maxPieces)
	case f.lines && longLine(data) > 0:
		return fmt.Sprintf("line %d is longer than %d bytes and would hide what follows", longLine(data), bufio.MaxScanTokenSize)
	}
	return ""
}

// partial says what a complete file would have. What is left of one that was cut off is
// judged all the same.
func partial(f *format, data []byte) string {
	if f.whole == nil || f.whole.Match(data) {
		return ""
	}
	return fmt.Sprintf("the file is cut off or not a lock file of kind %s: %s is missing", f.kind, f.whole)
}

// depth is the deepest nesting of brackets, whether the text is JSON or TOML.
func depth(data []byte) int { return max(source.JSONDepth(data), source.TOMLDepth(data)) }

// longLine is the number of the first line that bufio.Scanner refuses, or 0.
func longLine(data []byte) int {
	for n := 1; len(data) > 0; n++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			end = len(data) - 1
		}
		if end+1 >= bufio.MaxScanTokenSize {
			return n
		}
		data = data[end+1:]
	}
	return 0
}

// verdict says for messages of Trivy's parsers whether they mean that a package was
// dropped, where their level does not: true below a warning, false for a warning.
func verdict() map[string]bool {
	return map[string]bool{
		"Parse ref error": true, // conan
		"Creating package entry from requirement failed":   true,  // conan
		"Dependency parse error":                           true,  // cocoapods
		"No project lockfile document found":               true,  // pnpm
		"Unable to convert the lock file version to float": true,  // pnpm
		"Unknown type for the lock file version":           true,  // pnpm
		"Unable to resolve the version":                    false, // npm: an edge of the graph
		"Unable to get sdk version from constraint":        false, // pub: the SDK's own packages
	}
}

// heed turns what Trivy only logged into gaps and notes: a parser that warns has left
// something out; an analyzer that warns could not tell direct from indirect.
func (f *file) heed(records []quiet.Record) {
	known := verdict()
	seen := map[string]bool{}
	for _, r := range records {
		text := strings.Trim(Short(r.Message+": "+r.Detail), ": ")
		isLost, listed := known[r.Message]
		switch {
		case seen[text]:
		case isLost, !listed && r.Parser && r.Level >= slog.LevelWarn:
			f.gap(0, finding.Gap{Rule: gap.EntryNotRead, Message: "part of the lock file was not understood and not judged: " + text, Remediation: anew})
		case !r.Parser && r.Level >= slog.LevelWarn:
			f.Notes = append(f.Notes, fmt.Sprintf("%s: %s", f.Name, text))
		}
		seen[text] = true
	}
}
