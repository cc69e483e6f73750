package plan

import "regexp"

var numbered = regexp.MustCompile(`(^|/)(step )?[0-9]+$`)

// Place is the image's subject without the number of a build stage or step, which another
// one before it would change.
func (i Image) Place() string {
	if i.Kind == Dockerfile || i.Kind == Workflow {
		return numbered.ReplaceAllString(i.Subject, "")
	}
	return i.Subject
}
