package github

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/stella-ops/assure/internal/trust"
)

var (
	notEnabled = regexp.MustCompile(`(?i)(?:Code Security|Advanced Security) must be enabled|Code scanning is not enabled`)
	noAccess   = regexp.MustCompile(`(?i)Resource not accessible by integration`)
	isLocked   = regexp.MustCompile(`(?i)\blocked\b`)
	notFound   = regexp.MustCompile(`(?i)commit not found|not found in this repository`)
)

// warning says what was lost, why, and what would bring it back.
func (c *Client) warning(lost, permission string, err error) string {
	return lost + ": " + c.cause(permission, err) + "; the verdict and the report files are complete"
}

func (c *Client) cause(permission string, err error) string {
	code, message := answer(err)
	switch {
	case notEnabled.MatchString(message):
		return "code scanning is not enabled for this repository (Settings, Code security)"
	case isLocked.MatchString(message), code == http.StatusGone:
		return "the conversation is locked"
	case notFound.MatchString(message):
		return "GitHub does not know the commit or ref: " + message
	case code == http.StatusTooManyRequests, strings.Contains(strings.ToLower(message), "rate limit"):
		return "GitHub's rate limit is used up; run again later"
	case noAccess.MatchString(message), code == http.StatusForbidden, code == http.StatusUnauthorized, code == http.StatusNotFound:
		return c.denied(permission, code)
	case code >= 500:
		return fmt.Sprintf("GitHub answered %d again and again; run again later", code)
	default:
		return err.Error()
	}
}

// denied explains a missing permission by where the token comes from.
func (c *Client) denied(permission string, code int) string {
	if c.c.Author == trust.Fork || c.c.Author == trust.Bot {
		return fmt.Sprintf("GitHub answered %d: runs for forks and Dependabot have a read-only token; the job summary and the report files have everything, and a workflow_run workflow can write the comment", code)
	}
	return fmt.Sprintf("GitHub answered %d: the job needs permissions: %s", code, permission)
}

// answer takes status and message out of an API error; zero when there was no answer.
func answer(err error) (int, string) {
	var response *github.ErrorResponse
	var limit *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	switch {
	case errors.As(err, &response) && response.Response != nil:
		message := response.Message
		for _, e := range response.Errors {
			message += " " + e.Message
		}
		return response.Response.StatusCode, message
	case errors.As(err, &limit):
		return http.StatusTooManyRequests, limit.Message
	case errors.As(err, &abuse):
		return http.StatusTooManyRequests, abuse.Message
	default:
		return 0, err.Error()
	}
}
