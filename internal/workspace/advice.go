package workspace

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/trust"
)

// errUnreadable marks a commit that is there, but whose files cannot be had.
var errUnreadable = errors.New("files of commit")

// notOpened says what is wrong with a commit that the clone should have.
func notOpened(rev string, err error) error {
	if errors.Is(err, commit.ErrCorrupt) {
		return fmt.Errorf("commit %s cannot be read: %w", short(rev), commit.ErrCorrupt)
	}
	return fmt.Errorf("commit %s is not in the clone", short(rev))
}

// notListed says the same of its files.
func notListed(rev string, err error) error {
	for _, known := range []error{commit.ErrTooMany, commit.ErrCorrupt, commit.ErrMissing} {
		if errors.Is(err, known) {
			return fmt.Errorf("%w %s cannot be read: %w", errUnreadable, short(rev), known)
		}
	}
	return fmt.Errorf("%w %s cannot be read", errUnreadable, short(rev))
}

func short(rev string) string { return rev[:min(len(rev), 12)] }

// degraded says why the run has no policy of its own, and how it would.
func (f *opener) degraded(err error) string {
	return fmt.Sprintf("%s, so that the built-in policy holds; %s", firstLine(err.Error()), f.advice(err))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// advice is how to give the run what it lacks.
func (f *opener) advice(err error) string {
	switch {
	case f.repo == nil:
		return "check the repository out with git, so that its directory .git is there"
	case errors.Is(err, errUnnamed):
		return "set the name of the default branch in " + trust.DefaultVariable
	case errors.Is(err, errUnreadable) && errors.Is(err, commit.ErrMissing):
		return "check it out without a filter that leaves files out"
	case errors.Is(err, commit.ErrTooMany):
		return "no setting changes that"
	case errors.Is(err, commit.ErrCorrupt):
		return "check the repository out again"
	}
	switch f.facts.System {
	case trust.GitHub:
		depth := "fetch-depth: 0"
		if f.Trust.Compare == trust.FirstParent {
			depth = "fetch-depth: 2"
		}
		if f.o.Remote != nil {
			return "give actions/checkout " + depth
		}
		return "give actions/checkout " + depth + ", or let the action ask GitHub (github-token, and not offline)"
	case trust.GitLab:
		return "set GIT_DEPTH: 0 for the job and fetch the branch that it is compared with"
	case trust.Azure:
		return "set fetchDepth: 0 for the checkout, and the name of the default branch in " + trust.DefaultVariable
	default:
		return "let the checkout fetch the branch that it is compared with, and set the name of the default branch in " + trust.DefaultVariable
	}
}
