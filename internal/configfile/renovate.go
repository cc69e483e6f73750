package configfile

import (
	"errors"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/source"
)

// errJSON5 says what a Renovate file must be to be read.
var errJSON5 = errors.New("not JSON, with or without comments; write keys and strings in double quotes, or exclude the file")

func isRenovate(name string) bool {
	dir := path.Dir(name)
	return slices.Contains([]string{".", ".github", ".gitlab"}, dir) &&
		slices.Contains([]string{"renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"}, path.Base(name))
}

// readRenovate returns the file as it is written. Its comments are blanked, which keeps
// every place; what is left of JSON5 then, YAML's flow style can mostly read as well.
func readRenovate(in Input) (any, source.Locator, error) {
	docs, err := source.Parse(in.Name, uncommented(in.Data))
	if err != nil || len(docs) != 1 {
		return nil, nil, errJSON5
	}
	content, at, err := readMapping(Input{Name: in.Name, Docs: docs}, "")
	if content == nil || err != nil {
		return nil, nil, errJSON5
	}
	return content, at, nil
}

// uncommented is data with // and /* */ comments outside strings turned into spaces.
func uncommented(data []byte) []byte {
	out := slices.Clone(data)
	var end string // of the string or comment that i is in
	for i := 0; i < len(out); i++ {
		rest := string(data[i:min(i+2, len(data))])
		switch {
		case end == "" && (rest == "//" || rest == "/*"):
			end = map[string]string{"//": "\n", "/*": "*/"}[rest]
			out[i], out[i+1] = ' ', ' '
			i++
		case end == "" && (data[i] == '"' || data[i] == '\''):
			end = string(data[i])
		case end == `"` || end == "'":
			if data[i] == '\\' {
				i++
			} else if string(data[i]) == end {
				end = ""
			}
		case end == "*/" && rest == end:
			out[i], out[i+1], end = ' ', ' ', ""
			i++
		case end == "\n" && data[i] == '\n':
			end = ""
		case end != "" && data[i] != '\n' && data[i] != '\r':
			out[i] = ' '
		}
	}
	return out
}
