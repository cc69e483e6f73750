package compose

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Environment is what .env files set. The process environment is never read: a run
// must not depend on it, nor leak it.
type Environment struct {
	Values map[string]string
	// places are the names in the files that gave the values.
	places map[string]finding.Location
}

func (e Environment) lookup(name string) (string, bool) { v, ok := e.Values[name]; return v, ok }

// below lays e below a stronger environment.
func (e Environment) below(high Environment) Environment {
	out := Environment{map[string]string{}, map[string]finding.Location{}}
	for _, from := range []Environment{e, high} {
		maps.Copy(out.Values, from.Values)
		maps.Copy(out.places, from.places)
	}
	return out
}

// ReadEnv reads a .env file of the tree; known variables may be used in its values.
func ReadEnv(tree *source.Tree, name string, known Environment) (Environment, error) {
	if info, err := fs.Stat(tree.FS(), name); err == nil && info.IsDir() {
		return Environment{}, fs.ErrNotExist // .env is also a usual name for a Python environment
	}
	data, err := tree.Read(name, maxEnvBytes)
	if err != nil {
		return Environment{}, err
	}
	values, err := parseEnv(data, known.lookup)
	if err != nil {
		// The parser's message may quote the file, which may hold secrets.
		return Environment{}, &source.Error{Location: finding.Top(name), Message: "not readable as an environment file; check its quotes and names"}
	}
	return Environment{values, envPlaces(name, data, values)}, nil
}

func parseEnv(data []byte, known interpolate.Lookup) (values map[string]string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("parser panics")
		}
	}()
	if source.TooManyBraces(string(data)) {
		return nil, errors.New("references to variables nest too deep")
	}
	return dotenv.ParseWithLookup(bytes.NewReader(data), dotenv.LookupFn(known))
}

// envPlaces finds the lines that set the variables: NAME=, NAME: or NAME alone, the last
// one of a name. Lines inside of quoted values are skipped.
func envPlaces(file string, data []byte, values map[string]string) map[string]finding.Location {
	places := map[string]finding.Location{}
	var open byte
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\uFEFF")) {
		number++
		if open != 0 {
			if closes(line, open) {
				open = 0
			}
			continue
		}
		rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(line, " \t"), "export "), " \t")
		name, value, _ := strings.Cut(strings.TrimRight(rest, "\r\n"), "=")
		if i := strings.IndexAny(name, ": \t"); i >= 0 {
			name, value = name[:i], strings.TrimLeft(rest[i:], ": \t=")
		}
		if _, set := values[name]; !set {
			continue
		}
		column := len(line) - len(rest) + 1
		places[name] = finding.Location{URI: file, Region: finding.Region{
			StartLine: number, StartColumn: column, EndLine: number, EndColumn: column + len([]rune(name)),
		}}
		open = opens(strings.TrimSpace(value))
	}
	return places
}

// opens tells the quote that a value begins with and does not close.
func opens(value string) byte {
	if value == "" || value[0] != '"' && value[0] != '\'' || closes(value[1:], value[0]) {
		return 0
	}
	return value[0]
}

// closes tells whether a text holds the quote, not escaped.
func closes(text string, quote byte) bool {
	for i := range len(text) {
		if text[i] == quote && (i == 0 || text[i-1] != '\\') {
			return true
		}
	}
	return false
}
