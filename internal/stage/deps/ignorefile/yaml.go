package ignorefile

import (
	"fmt"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// yaml reads .trivyignore.yaml. Its other sections are about checks, secrets and
// licences, which are none of ours.
func (f *file) yaml(data []byte) {
	docs, err := source.Parse(f.name, data)
	if err != nil {
		f.fault(err)
		return
	}
	for _, doc := range docs {
		value, err := doc.Value()
		if err != nil {
			f.fault(err)
			continue
		}
		root, _ := value.(map[string]any)
		entries, _ := root["vulnerabilities"].([]any)
		for i, item := range entries {
			at, _ := doc.Locate([]any{"vulnerabilities", i})
			f.item(item, at)
		}
	}
}

func (f *file) fault(err error) {
	at, message := finding.Top(f.name), err.Error()
	if e, ok := err.(*source.Error); ok { //nolint:errorlint // Parse returns it bare
		at, message = e.Location, e.Message
	}
	f.problems = append(f.problems, finding.Gap{Location: at, Message: "nothing in it is accepted: " + cut(message, maxReason)})
}

// item adds one entry, or says what is wrong with it.
func (f *file) item(item any, at finding.Location) {
	fields, _ := item.(map[string]any)
	e := config.Exception{Rule: text(fields["id"]), Reason: text(fields["statement"]), Location: at}
	problem := func(err error) {
		f.problems = append(f.problems, finding.Gap{Location: at, Message: fmt.Sprintf("%s is not accepted: %v", cut(e.Rule, maxID), err)})
	}
	var err error
	if e.Path, err = paths(fields["paths"]); err != nil {
		problem(err)
		return
	}
	if e.Packages, err = packages(fields["purls"]); err != nil {
		problem(err)
		return
	}
	if e.Expires, err = expiry(fields["expired_at"]); err != nil {
		problem(err)
		return
	}
	f.add(e)
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}

func paths(v any) (string, error) {
	globs, err := texts(v)
	if err != nil {
		return "", fmt.Errorf("paths: %w", err)
	}
	for _, g := range globs {
		if !doublestar.ValidatePattern(g) {
			return "", fmt.Errorf("paths: %q is not a pattern", cut(g, maxID))
		}
	}
	return anyOf(globs), nil
}

func packages(v any) (string, error) {
	urls, err := texts(v)
	if err != nil {
		return "", fmt.Errorf("purls: %w", err)
	}
	for _, u := range urls {
		if _, err := packageurl.FromString(u); err != nil {
			return "", fmt.Errorf("purls: %q is not a package URL", cut(u, maxID))
		}
	}
	return strings.Join(urls, "\n"), nil
}

// texts reads a list of strings. Anything else would widen the exception.
func texts(v any) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("not a list with entries")
	}
	var all []string
	for _, item := range list {
		s, ok := item.(string)
		if !ok || strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\r\n") {
			return nil, fmt.Errorf("%v is not a text of one line", cut(fmt.Sprint(item), maxID))
		}
		all = append(all, s)
	}
	return all, nil
}

func expiry(v any) (config.Date, error) {
	switch t := v.(type) {
	case nil:
		return config.Date{}, nil
	case time.Time:
		return lastDay(t), nil
	default:
		return parseEnd(text(v))
	}
}

func parseEnd(s string) (config.Date, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil {
			return lastDay(t), nil
		}
	}
	return config.Date{}, fmt.Errorf("%q is not a day; write it as 2027-01-31", cut(s, maxID))
}
