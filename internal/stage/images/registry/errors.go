package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Kind says which of the answers that look alike an error is.
type Kind string

// The kinds of errors.
const (
	// Absent: the registry knows the repository but not the manifest or blob.
	Absent Kind = "absent"
	// Unknown: the registry does not know the repository.
	Unknown Kind = "unknown"
	// Denied: the registry wants other credentials. Many answer so, too, for what
	// does not exist.
	Denied Kind = "denied"
	// Limited: the registry refuses for now because of a rate limit.
	Limited Kind = "limited"
	// Refused: we do not go where the question would lead.
	Refused Kind = "refused"
	// TooLarge: the answer exceeds a limit of size or count.
	TooLarge Kind = "too large"
	// Contradiction: the registry's answer does not fit itself or its digest.
	Contradiction Kind = "contradiction"
	// Unreachable: no usable answer.
	Unreachable Kind = "unreachable"
)

// Error is an answer that is none.
type Error struct {
	Kind Kind
	// Host is the registry that was asked.
	Host string
	Err  error
}

// Error says what was wrong with the answer; the host is the caller's to name.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether err is a registry error of the kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// wrap sorts an error of the transport or of a library into a kind.
func wrap(host string, err error) error {
	var done *Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	kind, cause := Unreachable, plain(err)
	var status *transport.Error
	var address *AddressError
	var scheme *SchemeError
	var pulls *pullsError
	switch {
	case errors.As(err, &address):
		kind, cause = Refused, address
	case errors.As(err, &scheme):
		kind, cause = Refused, scheme
	case errors.As(err, &pulls):
		kind, cause = Limited, pulls
	case errors.Is(err, errTooLarge):
		kind, cause = TooLarge, errTooLarge
	case errors.Is(err, errSlow):
		cause = errSlow
	case errors.As(err, &status):
		return &Error{statusKind(status.StatusCode), host, statusText(status.StatusCode)}
	}
	return &Error{kind, host, cause}
}

// plain drops URLs, which may hold tokens, and repeated prefixes from network errors.
func plain(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errors.New("the run ended before it answered")
	case errors.As(err, &dns):
		return fmt.Errorf("no such host in the name service")
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	if s := err.Error(); strings.Contains(s, "://") || len(s) > 300 {
		return errors.New("no usable answer")
	}
	return err
}

func statusKind(code int) Kind {
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return Denied
	case http.StatusNotFound:
		return Absent
	case http.StatusTooManyRequests:
		return Limited
	}
	return Unreachable
}

func statusText(code int) error {
	return fmt.Errorf("it answers %d %s", code, http.StatusText(code))
}
