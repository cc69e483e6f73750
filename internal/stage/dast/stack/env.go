package stack

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/source"
)

// Random is the value in dast.env that asks for a made-up one.
const Random = "random"

// secretLength is the length of a made-up value in hexadecimal digits.
const secretLength = 32

// environment returns the variables of a project: the repository's own .env below
// what the configuration sets, and never a variable of this process. It also returns
// the values that must not be printed.
func environment(tree *source.Tree, dir string, env map[string]string, random func(int) string) (types.Mapping, []string, error) {
	vars, err := dotEnv(tree, path.Join(dir, ".env"))
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(vars, env)
	var secrets []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if env[name] == Random {
			vars[name] = random(secretLength)
			secrets = append(secrets, vars[name])
		} else if secretName(name) && !plain(vars[name]) {
			secrets = append(secrets, vars[name])
		}
	}
	return vars, secrets, nil
}

func dotEnv(tree *source.Tree, name string) (map[string]string, error) {
	data, err := tree.Read(name, maxModelBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	if source.TooManyBraces(string(data)) {
		return nil, fmt.Errorf("read %s: references to variables nest deeper than %d levels", name, source.MaxBraces)
	}
	vars, err := dotenv.ParseWithLookup(bytes.NewReader(data), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if vars == nil {
		vars = map[string]string{}
	}
	return vars, nil
}

// secretName tells whether a variable of this name holds something secret.
func secretName(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc([]string{"PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// plain tells whether a value is too common to be a secret: masking it would tear
// every text apart.
func plain(value string) bool {
	return slices.Contains([]string{"true", "false", "none", "null", "enabled", "disabled"}, strings.ToLower(value))
}

// mask replaces the values by asterisks. Very short values are left, because they
// would tear every text apart and hide nothing.
func mask(text string, values []string) string {
	for _, v := range slices.SortedFunc(slices.Values(values), func(a, b string) int { return len(b) - len(a) }) {
		if len(v) >= 4 {
			text = strings.ReplaceAll(text, v, "***")
		}
	}
	return text
}
