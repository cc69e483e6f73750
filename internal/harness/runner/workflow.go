package runner

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Workflow is what the runner reads of a workflow file.
type Workflow struct {
	Name string                 `yaml:"name"`
	On   map[string]any         `yaml:"on"`
	Jobs map[string]WorkflowJob `yaml:"jobs"`
}

// WorkflowJob is a job of a workflow.
type WorkflowJob struct {
	If    string `yaml:"if"`
	Steps []Step `yaml:"steps"`
}

// Step is a step that uses an action.
type Step struct {
	Uses string            `yaml:"uses"`
	If   string            `yaml:"if"`
	With map[string]string `yaml:"with"`
}

// Delivery is an event as GitHub delivers it: the ref and commit that it names, and the
// payload.
type Delivery struct {
	Event, Ref, SHA string
	Payload         map[string]any
}

// ReadWorkflow reads a workflow file.
func ReadWorkflow(text []byte) (w Workflow, err error) {
	return w, yaml.Unmarshal(text, &w)
}

// Types are the activity types of an event that start the workflow; the one without a name
// stands for events that have none.
func (w Workflow) Types(event string) []string {
	filter, named := w.On[event]
	switch types := list(filter, "types"); {
	case !named:
		return nil
	case len(types) > 0:
		return types
	case event == "pull_request":
		return []string{"opened", "synchronize", "reopened"}
	default:
		return []string{""}
	}
}

// Starts reports whether the delivery starts the workflow.
func (w Workflow) Starts(d Delivery) bool {
	action, _ := d.Payload["action"].(string)
	types := w.Types(d.Event)
	if !slices.Contains(types, action) && !slices.Contains(types, "") {
		return false
	}
	filter := w.On[d.Event]
	if names := list(filter, "workflows"); len(names) > 0 && !slices.Contains(names, fmt.Sprint(lookup(d, "github.event.workflow.name"))) {
		return false
	}
	branches := list(filter, "branches")
	return len(branches) == 0 || slices.ContainsFunc(branches, func(pattern string) bool {
		ok, _ := path.Match("refs/heads/"+pattern, d.Ref)
		return ok
	})
}

// list is a list of an event's filter.
func list(filter any, key string) (texts []string) {
	fields, _ := filter.(map[string]any)
	all, _ := fields[key].([]any)
	for _, v := range all {
		texts = append(texts, fmt.Sprint(v))
	}
	return texts
}

// lookup is the value of a context such as github.event.number, nil where there is none.
func lookup(d Delivery, name string) any {
	keys := strings.Split(name, ".")
	var at any = map[string]any{"github": map[string]any{
		"event": d.Payload, "event_name": d.Event, "ref": d.Ref, "sha": d.SHA, "token": "job-token-canary",
	}}
	for _, key := range keys {
		fields, _ := at.(map[string]any)
		at = fields[key]
	}
	return at
}

var expression = regexp.MustCompile(`\$\{\{\s*([\w.]+)\s*\}\}`)

// expand replaces the contexts in a step's input.
func expand(d Delivery, text string) string {
	return expression.ReplaceAllStringFunc(text, func(s string) string {
		v := lookup(d, expression.FindStringSubmatch(s)[1])
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	})
}

var equals = regexp.MustCompile(`^([\w.]+)\s*==\s*'([^']*)'$`)

var errExpression = errors.New("the runner does not know this expression")

// holds evaluates an if. Without a status function in it, it holds only after success.
func holds(d Delivery, condition string, failed bool) (bool, error) {
	condition = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(condition, "${{"), "}}"))
	switch m := equals.FindStringSubmatch(condition); {
	case condition == "":
		return !failed, nil
	case condition == "always()", condition == "!cancelled()":
		return true, nil
	case m != nil:
		return !failed && fmt.Sprint(lookup(d, m[1])) == m[2], nil
	default:
		return false, fmt.Errorf("if: %s: %w", condition, errExpression)
	}
}
