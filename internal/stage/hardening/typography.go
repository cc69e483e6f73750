package hardening

import (
	"regexp"
	"strings"
)

// typo is an identifier with characters that a word processor put there: it looks right
// and means something else to every program.
type typo struct {
	Text string `json:"text"`
	// Plain is the text in ASCII.
	Plain string `json:"plain"`
	// Key is true when it is a key.
	Key  bool  `json:"key"`
	Path []any `json:"path"`
}

// Bounds on what one document reports, and on how deep it is searched.
const (
	maxTypos     = 50
	maxTypoDepth = 32
)

var (
	// joined is a typographic hyphen inside a word; no prose needs one in a setting.
	joined = regexp.MustCompile(`[A-Za-z0-9][\x{2010}\x{2011}\x{2012}\x{2013}][A-Za-z0-9]`)
	// fancy are all characters that are replaced.
	fancy = regexp.MustCompile(`[\x{2010}-\x{2014}\x{2018}\x{2019}\x{201c}\x{201d}]`)
	plain = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-",
		"\u2018", "'", "\u2019", "'", "\u201c", `"`, "\u201d", `"`)
)

// typos lists the identifiers of a document that are not plain ASCII.
func typos(v any, base []any) []typo {
	out := []typo{}
	walkTypos(v, base, &out)
	return out
}

func walkTypos(v any, at []any, out *[]typo) {
	if len(*out) >= maxTypos || len(at) > maxTypoDepth {
		return
	}
	switch x := v.(type) {
	case string:
		if isTypo(x) {
			*out = append(*out, typo{x, plain.Replace(x), false, at})
		}
	case map[string]any:
		for _, k := range sortedKeys(x) {
			if isTypo(k) {
				*out = append(*out, typo{k, plain.Replace(k), true, under(at, k)})
			}
			walkTypos(x[k], under(at, k), out)
		}
	case []any:
		for i, item := range x {
			walkTypos(item, under(at, i), out)
		}
	}
}

// isTypo tells an identifier with typographic characters: one word, or words of which
// one has a typographic hyphen inside. A text that is prose has its own rights.
func isTypo(s string) bool {
	if !strings.ContainsAny(s, " \t\n") {
		return fancy.MatchString(s) && strings.ContainsFunc(s, isASCIIWord)
	}
	return !strings.Contains(s, ". ") && joined.MatchString(s)
}

func isASCIIWord(r rune) bool {
	return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

var mailAddress = regexp.MustCompile(`[^\s<>(),;]+@[^\s<>(),;]+`)

// fileTypos are those of the configuration: identifiers of settings, and addresses in
// prose, which readers copy.
func fileTypos(files map[string]any) []typo {
	out := []typo{}
	for _, name := range sortedKeys(files) {
		f := object(files[name])
		content := object(f["content"])
		switch f["family"] {
		case "document", "security-txt", "crontab", "script":
			for i, line := range list(content["lines"]) {
				for _, a := range mailAddress.FindAllString(text(line), -1) {
					if fancy.MatchString(a) && len(out) < maxTypos {
						out = append(out, typo{a, plain.Replace(a), false, at(name, "lines", i)})
					}
				}
			}
		default:
			walkTypos(f["content"], at(name), &out)
		}
	}
	return out
}

// instructionTypos are those of a Dockerfile, each at its instruction.
func instructionTypos(model map[string]any) []typo {
	out := []typo{}
	for i, st := range list(model["stages"]) {
		for j, in := range list(object(st)["instructions"]) {
			for _, a := range list(object(in)["args"]) {
				for _, word := range strings.Fields(text(a)) {
					if isTypo(word) && len(out) < maxTypos {
						out = append(out, typo{word, plain.Replace(word), false, []any{"stages", i, "instructions", j}})
					}
				}
			}
		}
	}
	return out
}
